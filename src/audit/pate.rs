//! `privet audit pate`: an aggregator, released many times on its worst votes.

mod report;
#[cfg(test)]
mod tests;

use anyhow::{Context as _, Result};
use privet_accountant::{NeighboringRelation, VoteNoise};
use privet_audit::noisy_max::{
    AuditPlan, Found, NoisyMaxReleases, Releases, SimulatedCheck, SimulatedNoise,
    SimulatedNoisyMax, VotePair, audit,
};
use privet_audit::{AuditError, Claim};
use privet_mechanisms::{NoiseKey, NoiseSource, NoisyMax};

use super::AuditOptions;
use crate::errors::usage;
use crate::run_dir::RunDir;
use report::report;

/// Releases a side of one query each, unless the command says.
const RELEASES: u64 = 1_000_000;
/// Queries that are answered in all on each side, where a release has many and the command does not
/// say.
const ANSWERS: u64 = 10_000_000;
/// Of how many queries the defects are simulated as well.
const MOST_SIMULATED: u64 = 40_000_000;
/// Counts of the two leaders are this many times the noise above those of the others, so that these
/// never win.
const AHEAD: f64 = 60.0;
/// The most votes that are made up.
const MOST_VOTES: f64 = 1e9;

/// An aggregator, and what is claimed of it.
#[derive(Debug)]
pub(crate) struct PateAudit {
    /// Its name.
    pub(crate) name: String,
    /// The plan that a run makes.
    pub(crate) plan: Box<dyn NoisyMax>,
    /// The noise on counts.
    pub(crate) noise: VoteNoise,
    /// Its scale, in votes.
    pub(crate) scale: f64,
    /// What precedes an answer, if anything does.
    pub(crate) check: Option<AuditedCheck>,
    /// Which data sets are neighbours.
    pub(crate) relation: NeighboringRelation,
    /// At which epsilon is claimed.
    pub(crate) delta: f64,
    /// Releases on each side.
    pub(crate) releases: Option<u64>,
}

/// A threshold on the noisy largest count, both in votes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AuditedCheck {
    pub(crate) threshold: f64,
    pub(crate) scale: f64,
}

/// Audits an aggregator; fails if its claim is refuted.
pub(crate) fn pate(audited: &PateAudit, options: &AuditOptions) -> Result<()> {
    let refused = |error: AuditError| usage(error.to_string());
    let plan = audited.plan.as_ref();
    let claim = Claim::of(&plan.event(), audited.relation, audited.delta).map_err(refused)?;
    let votes = audited.votes().map_err(refused)?;
    let dir = match &options.out {
        Some(out) => Some(RunDir::open(out, false, &audited.to_toml())?),
        None => None,
    };
    let wanted = AuditPlan {
        releases: audited.releases(),
        confidence: options.confidence,
        gaussian: audited.noise == VoteNoise::Gaussian,
    };
    // The votes are made up, but the noise is the one that a run draws.
    let noise = NoiseSource::from_key(&NoiseKey::generate()?);
    let releases = NoisyMaxReleases::new(plan, votes.clone(), noise);
    let attack = |name, releases: &dyn Releases| -> Result<Found> {
        let phase = options.progress.phase(name, 2 * wanted.releases);
        let done = std::sync::atomic::AtomicU64::new(0);
        let tell = |more| {
            let before = done.fetch_add(more, std::sync::atomic::Ordering::Relaxed);
            phase.update(before + more);
        };
        let found = audit(releases, &claim, wanted, &tell).context("auditing the aggregator")?;
        phase.finish();
        Ok(found)
    };
    let found = attack("releases", &releases)?;
    let mut seen = Vec::new();
    if wanted.releases.saturating_mul(plan.queries().queries) <= MOST_SIMULATED {
        let simulated = audited.simulated(votes);
        for (name, factor) in [("noise/sqrt(2)", 0.5_f64.sqrt()), ("noise/2", 0.5)] {
            let caught = attack(name, &simulated.with_noise_times(factor))?;
            seen.push((name, factor, caught.refutes_the_claim()));
        }
    }
    report(audited, options, &claim, &found, &seen).finish(dir.as_ref(), options.json)
}

impl PateAudit {
    fn releases(&self) -> u64 {
        let many = (ANSWERS / self.plan.queries().queries.max(1)).clamp(1000, RELEASES);
        self.releases.unwrap_or(many)
    }

    /// What is audited, for the directory of the audit.
    fn to_toml(&self) -> String {
        format!("# {:?}\n", self.plan)
    }

    /// The worst votes of the plan. The check sees its largest count half its noise above the
    /// threshold, so that most queries are answered and the check tells nearly all that it can.
    fn votes(&self) -> Result<VotePair, AuditError> {
        let queries = self.plan.queries();
        // A cast to integers is cut off at the ends.
        match self.check {
            Some(AuditedCheck { threshold, scale }) => {
                let changed = f64::from(queries.changed_votes.get());
                let level = threshold + 0.5 * scale - 1.5 * changed;
                VotePair::tie_at_threshold(queries, level.min(MOST_VOTES) as u32)
            }
            None => VotePair::tie(queries, (AHEAD * self.scale).min(MOST_VOTES) as u32),
        }
    }

    /// A stand-in with ideal noise; that on integers is taken for continuous.
    fn simulated(&self, votes: VotePair) -> SimulatedNoisyMax {
        let queries = self.plan.queries().queries;
        let of_scale = |scale| match self.noise {
            VoteNoise::Laplace | VoteNoise::DiscreteLaplace => SimulatedNoise::Laplace(scale),
            VoteNoise::Gaussian | VoteNoise::DiscreteGaussian => SimulatedNoise::Gaussian(scale),
        };
        SimulatedNoisyMax {
            votes,
            noise: of_scale(self.scale),
            check: self.check.map(|check| SimulatedCheck {
                threshold: check.threshold,
                noise: of_scale(check.scale),
            }),
            queries,
            max_answers: self.plan.max_answers(),
            seed: 0,
        }
    }
}
