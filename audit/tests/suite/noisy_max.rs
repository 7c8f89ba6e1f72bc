//! Defects of noisy max are seen at a million releases a side, and what is right is not accused.
//!
//! The confidence is 1 - 1e-6: a mechanism that is right is accused with that probability at most,
//! whatever the seed.

use std::sync::atomic::{AtomicU32, Ordering};

use privet_accountant::{DpEvent, NeighboringRelation};
use privet_audit::noisy_max::{
    AuditPlan, Found, Neighbour, NoisyMaxReleases, Releases, SimulatedCheck, SimulatedNoise,
    SimulatedNoisyMax, VotePair, audit,
};
use privet_audit::{AuditError, Claim, Confidence};
use privet_mechanisms::{
    ChangedVotes, ConfidentGnMax, ConfidentScales, GnMax, LnMax, NoiseSource, NoisyMax, VoteQueries,
};

const MILLION: u64 = 1_000_000;
const DELTA: f64 = 1e-5;
const HALF: f64 = 0.5;
const SQRT_HALF: f64 = std::f64::consts::FRAC_1_SQRT_2;

fn claim(event: &DpEvent) -> Claim {
    Claim::of(event, NeighboringRelation::AddOrRemoveOne, DELTA).unwrap()
}

fn queries(classes: usize, queries: u64) -> VoteQueries {
    VoteQueries {
        classes,
        queries,
        changed_votes: ChangedVotes::ONE,
    }
}

fn run(releases: &dyn Releases, claim: &Claim, count: u64, gaussian: bool) -> Found {
    let plan = AuditPlan {
        releases: count,
        confidence: Confidence::with_failure(1e-6).unwrap(),
        gaussian,
    };
    audit(releases, claim, plan, &|_| ()).unwrap()
}

fn tie(votes: VoteQueries, noise: SimulatedNoise) -> SimulatedNoisyMax {
    SimulatedNoisyMax {
        votes: VotePair::tie(votes, 100_000).unwrap(),
        noise,
        check: None,
        queries: votes.queries,
        max_answers: votes.queries,
        seed: 11,
    }
}

/// GNMax with the noise of the published experiments.
#[test]
fn gaussian_noise_that_is_too_small_is_caught() {
    let asked = queries(2, 1);
    let plan = GnMax::new(40.0, asked).unwrap();
    let claim = claim(&plan.event());
    let planned = tie(asked, SimulatedNoise::Gaussian(40.0));
    for (factor, releases) in [(HALF, MILLION), (SQRT_HALF, 2 * MILLION)] {
        let found = run(&planned.with_noise_times(factor), &claim, releases, true);
        assert!(found.refutes_the_claim(), "{factor}: {found:?}");
        assert!(found.lower_bound() > claim.epsilon(), "{factor}: {found:?}");
        assert!(found.contradicts_curve, "{factor}: {found:?}");
    }
    let right = run(&planned, &claim, MILLION, true);
    assert!(!right.refutes_the_claim(), "{right:?}");
    // And it is not far from being seen: the truth is mu = sqrt(2) / 40.
    let mu = right.gaussian.unwrap().mu;
    assert!(mu > 0.5 * 2_f64.sqrt() / 40.0, "{mu}");
}

/// LNMax with the noise of the published experiments.
#[test]
fn laplace_noise_that_is_too_small_is_caught() {
    let asked = queries(2, 1);
    let plan = LnMax::new(20.0, asked).unwrap();
    let claim = claim(&plan.event());
    let planned = tie(asked, SimulatedNoise::Laplace(20.0));
    for factor in [HALF, SQRT_HALF] {
        let found = run(&planned.with_noise_times(factor), &claim, MILLION, false);
        assert!(found.refutes_the_claim(), "{factor}: {found:?}");
    }
    let right = run(&planned, &claim, MILLION, false);
    assert!(!right.refutes_the_claim(), "{right:?}");
}

/// A whole run of ten queries over ten classes is audited as one release.
#[test]
fn compositions_are_audited_as_a_whole() {
    let asked = queries(3, 10);
    let plan = GnMax::new(40.0, asked).unwrap();
    let claim = claim(&plan.event());
    let planned = tie(asked, SimulatedNoise::Gaussian(40.0));
    let found = run(&planned.with_noise_times(HALF), &claim, 200_000, true);
    assert!(found.refutes_the_claim(), "{found:?}");
    let right = run(&planned, &claim, 200_000, true);
    assert!(!right.refutes_the_claim(), "{right:?}");
}

/// The check of Confident-GNMax is audited with its answers.
#[test]
fn checks_with_too_little_noise_are_caught() {
    let asked = queries(2, 1);
    let scales = ConfidentScales {
        threshold: 200.0,
        threshold_scale: 10.0,
        vote_scale: 1e6,
    };
    let plan = ConfidentGnMax::new(scales, 1, asked).unwrap();
    let claim = claim(&plan.event());
    let planned = SimulatedNoisyMax {
        votes: VotePair::tie_at_threshold(asked, 198).unwrap(),
        noise: SimulatedNoise::Gaussian(1e6),
        check: Some(SimulatedCheck {
            threshold: 200.0,
            noise: SimulatedNoise::Gaussian(10.0),
        }),
        queries: 1,
        max_answers: 1,
        seed: 12,
    };
    let found = run(&planned.with_noise_times(SQRT_HALF), &claim, MILLION, true);
    assert!(found.refutes_the_claim(), "{found:?}");
    let right = run(&planned, &claim, MILLION, true);
    assert!(!right.refutes_the_claim(), "{right:?}");
}

/// Says how often each release was made.
struct Counted(Vec<[AtomicU32; 2]>);

impl Releases for Counted {
    fn kinds(&self) -> usize {
        2
    }

    fn release(&self, on: Neighbour, index: u64, counts: &mut [u32]) -> Result<(), AuditError> {
        let side = usize::from(on == Neighbour::Other);
        self.0[index as usize][side].fetch_add(1, Ordering::Relaxed);
        counts[(index % 2) as usize] += 1;
        Ok(())
    }
}

/// The attack is not tried on the releases that it was chosen by.
#[test]
fn no_release_is_looked_at_twice() {
    let counted = Counted((0..9000).map(|_| Default::default()).collect());
    let claim = claim(&GnMax::new(40.0, queries(2, 1)).unwrap().event());
    let found = run(&counted, &claim, 9000, true);
    assert!(!found.refutes_the_claim(), "{found:?}");
    let once = |sides: &[AtomicU32; 2]| sides.iter().all(|made| made.load(Ordering::Relaxed) == 1);
    assert!(counted.0.iter().all(once));
}

/// A mechanism, its worst votes, and one with more noise than it has.
struct Case {
    plan: Box<dyn NoisyMax>,
    votes: VotePair,
    more_private: Box<dyn NoisyMax>,
    gaussian: bool,
}

fn cases() -> [Case; 3] {
    let asked = queries(2, 1);
    let confident = |noise: f64| -> Box<dyn NoisyMax> {
        let scales = ConfidentScales {
            threshold: 20.0,
            threshold_scale: 3.0 * noise,
            vote_scale: 2.0 * noise,
        };
        Box::new(ConfidentGnMax::new(scales, 1, asked).unwrap())
    };
    let gn_max = |scale: f64| Box::new(GnMax::new(scale, asked).unwrap());
    let ln_max = |scale: f64| Box::new(LnMax::new(scale, asked).unwrap());
    let sqrt_2 = 2_f64.sqrt();
    [
        Case {
            plan: gn_max(2.0),
            votes: VotePair::tie(asked, 1000).unwrap(),
            more_private: gn_max(2.0 * sqrt_2),
            gaussian: true,
        },
        Case {
            plan: ln_max(2.0),
            votes: VotePair::tie(asked, 1000).unwrap(),
            more_private: ln_max(2.0 * sqrt_2),
            gaussian: false,
        },
        Case {
            plan: confident(1.0),
            votes: VotePair::tie_at_threshold(asked, 20).unwrap(),
            more_private: confident(3.0),
            gaussian: true,
        },
    ]
}

/// The mechanisms themselves, by fewer releases: examples/noisy_max_audit.rs makes a million.
#[test]
fn the_mechanisms_are_not_accused_and_a_false_claim_about_them_is() {
    let noise = NoiseSource::danger_fixed_seed(13);
    for case in cases() {
        let Case { plan, gaussian, .. } = &case;
        let noise = noise.bound_to(b"audit");
        let releases = NoisyMaxReleases::new(plan.as_ref(), case.votes.clone(), noise);
        let right = run(&releases, &claim(&plan.event()), 60_000, *gaussian);
        assert!(!right.refutes_the_claim(), "{plan:?}: {right:?}");
        // A mechanism that claims more noise than it has is one with too little noise.
        let false_claim = claim(&case.more_private.event());
        let wrong = run(&releases, &false_claim, 60_000, *gaussian);
        assert!(wrong.refutes_the_claim(), "{plan:?}: {wrong:?}");
    }
}
