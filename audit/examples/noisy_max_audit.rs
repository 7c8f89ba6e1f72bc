//! A million releases a side of the aggregators themselves, right and with defects planted by
//! claiming more noise than they have: `cargo run -p privet-audit --example noisy_max_audit`.
//! What it found is recorded in README.md.

use std::time::Instant;

use privet_accountant::NeighboringRelation;
use privet_audit::noisy_max::{AuditPlan, NoisyMaxReleases, VotePair, audit};
use privet_audit::{AuditError, Claim, Confidence};
use privet_mechanisms::{
    ChangedVotes, GnMax, LnMax, MechanismError, NoiseKey, NoiseSource, NoisyMax, VoteQueries,
};

const RELEASES: u64 = 1_000_000;

fn main() -> Result<(), AuditError> {
    let queries = VoteQueries {
        classes: 2,
        queries: 1,
        changed_votes: ChangedVotes::ONE,
    };
    let gaussian = |scale| -> Result<Box<dyn NoisyMax>, MechanismError> {
        Ok(Box::new(GnMax::new(scale, queries)?))
    };
    let laplace = |scale| -> Result<Box<dyn NoisyMax>, MechanismError> {
        Ok(Box::new(LnMax::new(scale, queries)?))
    };
    for (name, scale) in [("gnmax", 40.0), ("gnmax", 10.0), ("lnmax", 20.0)] {
        let plan = |scale| match name {
            "gnmax" => gaussian(scale),
            _ => laplace(scale),
        };
        for (truth, factor) in [
            ("as claimed", 1.0),
            ("1/sqrt(2)", 0.5_f64.sqrt()),
            ("half", 0.5),
        ] {
            let start = Instant::now();
            let relation = NeighboringRelation::AddOrRemoveOne;
            let claim = Claim::of(&plan(scale)?.event(), relation, 1e-5)?;
            let released = plan(scale * factor)?;
            let noise = NoiseSource::from_key(&NoiseKey::generate()?);
            let votes = VotePair::tie(queries, 1000)?;
            let releases = NoisyMaxReleases::new(released.as_ref(), votes, noise);
            let wanted = AuditPlan {
                releases: RELEASES,
                confidence: Confidence::new(0.99)?,
                gaussian: name == "gnmax",
            };
            let found = audit(&releases, &claim, wanted, &|_| ())?;
            println!(
                "{name} {scale}, noise {truth}: claimed {:.4}, at least {:.4} (whatever it is {:.4}), \
                 mu at least {:.5}, curve contradicted: {}, caught: {}, {:.1} s",
                found.claimed_epsilon,
                found.lower_bound(),
                found.epsilon,
                found.gaussian.map_or(f64::NAN, |gaussian| gaussian.mu),
                found.contradicts_curve,
                found.refutes_the_claim(),
                start.elapsed().as_secs_f64(),
            );
        }
    }
    Ok(())
}
