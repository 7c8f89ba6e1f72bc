use privet_accountant::DpEvent;

use super::super::{PrivateSelection, PrivateSelectionParameters};
use super::*;
use crate::NoiseSource;

fn plan(candidates: u32, mean_trials: u32, score_scale: f64) -> PrivateSelection {
    let parameters = PrivateSelectionParameters {
        candidates,
        mean_trials,
        score_sensitivity: 1,
        score_scale,
    };
    PrivateSelection::new(parameters, &DpEvent::gaussian(5.0).unwrap()).unwrap()
}

/// All trials of a selection whose model number i has `10 i` right, and its winner.
fn trials(plan: &PrivateSelection, seed: u64) -> (Vec<Trial>, Winner) {
    let mut run = plan.start(&NoiseSource::danger_fixed_seed(seed)).unwrap();
    let mut trials = Vec::new();
    while let Some(trial) = run.next_trial().into_exposed_sensitive() {
        trials.push(trial);
        let right = Sensitive::new(10 * u64::from(trial.candidate));
        run.score(&right).unwrap();
    }
    // The last one was the last, however often it is asked.
    assert!(run.next_trial().into_exposed_sensitive().is_none());
    let winner = run.winner().unwrap();
    (trials, winner)
}

#[test]
fn the_number_of_trials_is_geometric_and_candidates_are_alike() {
    // 20,000 selections: a share that is off by 6 standard deviations is a false alarm below 1e-8.
    const RUNS: u64 = 20_000;
    let plan = plan(3, 4, 1.0);
    let (mut of_count, mut of_candidate, mut all) = ([0_u64; 4], [0_u64; 3], 0_u64);
    for seed in 0..RUNS {
        let (trials, _) = trials(&plan, seed);
        if let Some(count) = of_count.get_mut(trials.len()) {
            *count += 1;
        }
        for trial in &trials {
            of_candidate[trial.candidate as usize] += 1;
        }
        all += trials.len() as u64;
    }
    let near = |found: u64, of: u64, share: f64| {
        let (found, of) = (found as f64, of as f64);
        let deviation = (of * share * (1.0 - share)).sqrt();
        assert!(
            (found - of * share).abs() < 6.0 * deviation,
            "{found} of {of}"
        );
    };
    assert_eq!(of_count[0], 0);
    near(of_count[1], RUNS, 0.25);
    near(of_count[2], RUNS, 0.25 * 0.75);
    near(of_count[3], RUNS, 0.25 * 0.75 * 0.75);
    for found in of_candidate {
        near(found, all, 1.0 / 3.0);
    }
    // The mean of a geometric law of parameter 1/4 is 4, its variance 12.
    let mean = all as f64 / RUNS as f64;
    assert!(
        (mean - 4.0).abs() < 6.0 * (12.0 / RUNS as f64).sqrt(),
        "{mean}"
    );
}

#[test]
fn the_best_noisy_count_wins_and_everything_repeats() {
    let plan = plan(5, 6, 1.0);
    let mut won = 0;
    for seed in 0..200 {
        let (trials, winner) = trials(&plan, seed);
        assert_eq!((trials.clone(), winner), super::tests::trials(&plan, seed));
        // With noise of 1 on counts that are 10 apart, the best is the largest that was tried.
        let best = trials.iter().map(|trial| trial.candidate).max().unwrap();
        won += u32::from(winner.candidate() == best);
        let first = trials
            .iter()
            .find(|trial| trial.candidate == winner.candidate());
        assert!(first.unwrap().number <= *winner.trial().expose_sensitive());
        assert!((winner.noisy_count() - 10 * i64::from(winner.candidate())).abs() < 12);
    }
    assert_eq!(won, 200);
}

#[test]
fn scores_have_noise_of_the_planned_scale() {
    let plan = plan(1, 1, 30.0);
    let count = |seed| trials(&plan, seed).1.noisy_count() as f64;
    let squares: f64 = (0..4000).map(|seed| count(seed).powi(2)).sum();
    // The variance of a squared normal is 2 sigma^4: 6 standard deviations.
    let variance = squares / 4000.0;
    assert!(
        (variance / 900.0 - 1.0).abs() < 6.0 * (2.0_f64 / 4000.0).sqrt(),
        "{variance}"
    );
}

#[test]
fn trials_are_done_one_after_another() {
    let plan = plan(2, 3, 1.0);
    let mut run = plan.start(&NoiseSource::danger_fixed_seed(1)).unwrap();
    assert_eq!(run.score(&Sensitive::new(1)), Err(MechanismError::NoTrial));
    let first = run.next_trial().into_exposed_sensitive();
    assert_eq!(first, run.next_trial().into_exposed_sensitive());
    assert_eq!(first.unwrap().number, 0);
    assert_eq!(run.winner(), Err(MechanismError::OpenTrial));
}

#[test]
fn the_event_is_that_of_all_trials() {
    let json = serde_json::to_value(plan(7, 10, 20.0).event()).unwrap();
    assert_eq!(json["kind"], "repeat_and_select");
    assert_eq!(
        (json["mean"].as_f64(), json["shape"].as_f64()),
        (Some(10.0), Some(1.0))
    );
    let parts = json["event"]["events"].as_array().unwrap();
    assert_eq!(parts[0]["kind"], "gaussian");
    assert_eq!(parts[1]["kind"], "discrete_gaussian");
    assert!(parts[1]["noise_multiplier"].as_f64().unwrap() < 20.0);
    let bad = |candidates, mean_trials, score_scale| {
        let parameters = PrivateSelectionParameters {
            candidates,
            mean_trials,
            score_sensitivity: 1,
            score_scale,
        };
        PrivateSelection::new(parameters, &DpEvent::gaussian(5.0).unwrap()).is_err()
    };
    assert!(bad(0, 1, 1.0) && bad(1, 0, 1.0) && bad(1, 1, 0.0) && bad(1, 1, f64::NAN));
}
