//! A claim that is false is refuted.

use privet_audit::Confidence;
use privet_mechanisms::{ChangedVotes, GnMax, VoteQueries};

use super::*;
use crate::audit::report::at_least;
use crate::display::epsilon;
use crate::errors::exit_code;
use crate::progress::Progress;

fn audited(scale: f64) -> PateAudit {
    let queries = VoteQueries {
        classes: 2,
        queries: 1,
        changed_votes: ChangedVotes::ONE,
    };
    PateAudit {
        name: "gnmax".into(),
        plan: Box::new(GnMax::new(scale, queries).unwrap()),
        noise: VoteNoise::Gaussian,
        scale,
        check: None,
        relation: NeighboringRelation::AddOrRemoveOne,
        delta: 1e-5,
        releases: Some(20_000),
    }
}

/// A claim of more noise than there is; no command can make one.
#[test]
fn a_refuted_claim_fails_and_names_both_numbers() {
    let (planned, true_noise) = (audited(4.0), audited(2.0));
    let claim = Claim::of(&planned.plan.event(), planned.relation, planned.delta).unwrap();
    let votes = true_noise.votes().unwrap();
    let noise = NoiseSource::danger_fixed_seed(1);
    let releases = NoisyMaxReleases::new(true_noise.plan.as_ref(), votes, noise);
    let options = AuditOptions {
        confidence: Confidence::new(0.999).unwrap(),
        out: None,
        json: true,
        progress: Progress::Quiet,
    };
    let wanted = AuditPlan {
        releases: planned.releases(),
        confidence: options.confidence,
        gaussian: true,
    };
    let found = audit(&releases, &claim, wanted, &|_| ()).unwrap();
    let report = report(&planned, &options, &claim, &found, &[]);
    let error = report.finish(None, true).unwrap_err();
    assert_eq!(exit_code(&error), 1);
    let text = error.to_string();
    for number in [at_least(found.lower_bound()), epsilon(claim.epsilon())] {
        assert!(text.contains(&number), "no {number} in: {text}");
    }
    assert!(found.lower_bound() > claim.epsilon());
}
