//! Samplers: the right probabilities, and independence.

use std::collections::BTreeMap;

use privet_mechanisms::{NoiseSource, NoisySgdMechanism, NoisySgdParameters, Sampling, Sensitive};

use crate::plans::poisson;
use crate::statistics::{fits_binomial, fits_chi_square};

const UNITS: usize = 1000;
const STEPS: u64 = 20_000;

/// Every batch of a run with this sampling.
fn batches(
    sampling: Sampling,
    units: usize,
    steps: u64,
    seed: u64,
) -> impl Iterator<Item = Vec<usize>> {
    let plan = NoisySgdMechanism::new(NoisySgdParameters {
        sampling,
        steps,
        ..poisson(1.0)
    });
    let source = NoiseSource::danger_fixed_seed(seed);
    let mut run = plan.unwrap().start(&source, Sensitive::new(units)).unwrap();
    std::iter::from_fn(move || {
        let batch = run.next_batch()?;
        let indices = batch.indices().expose_sensitive().to_vec();
        assert_eq!(&indices.len(), batch.size().expose_sensitive());
        let ascending = indices.is_sorted_by(|a, b| a < b);
        assert!(ascending, "each unit at most once");
        Some(indices)
    })
}

fn coins(sampling_probability: f64) -> Sampling {
    Sampling::Poisson {
        sampling_probability,
    }
}

/// How often each unit was chosen by coins, and how many units each batch has.
fn counts(sampling_probability: f64, seed: u64) -> (Vec<u64>, Vec<u64>) {
    let (mut by_unit, mut by_batch) = (vec![0; UNITS], Vec::new());
    for indices in batches(coins(sampling_probability), UNITS, STEPS, seed) {
        indices.iter().for_each(|&i| by_unit[i] += 1);
        by_batch.push(indices.len() as u64);
    }
    (by_unit, by_batch)
}

/// The sum of squares of standardised binomial counts.
fn chi_square(counts: &[u64], trials: f64, p: f64) -> f64 {
    let variance = trials * p * (1.0 - p);
    counts
        .iter()
        .map(|&c| (c as f64 - trials * p).powi(2) / variance)
        .sum()
}

/// 0.02 has 5 as its highest byte, 0.003 has 0, and 0.7 chooses most units: all parts of the
/// comparison are at work.
#[test]
fn every_unit_is_chosen_with_the_declared_probability() {
    for (q, seed) in [(0.02, 1), (0.003, 2), (0.7, 3)] {
        let (by_unit, _) = counts(q, seed);
        let (total, trials) = (by_unit.iter().sum(), UNITS as u64 * STEPS);
        assert!(fits_binomial(total, trials, q), "{q}");
        assert!(!fits_binomial(total, trials, q * 1.05), "{q}");
        assert!(!fits_binomial(total, trials, q * 0.95), "{q}");
        assert!(
            fits_chi_square(chi_square(&by_unit, STEPS as f64, q), UNITS),
            "{q}"
        );
    }
}

#[test]
fn units_are_chosen_independently_of_each_other() {
    let (_, by_batch) = counts(0.02, 4);
    let statistic = chi_square(&by_batch, UNITS as f64, 0.02);
    assert!(fits_chi_square(statistic, by_batch.len()));
    // Batches of a fixed size, or whose size varies 5 % too much, are seen.
    assert!(!fits_chi_square(
        chi_square(&[20; 20_000], 1000.0, 0.02),
        20_000
    ));
    assert!(!fits_chi_square(
        statistic * 1.05_f64.powi(2),
        by_batch.len()
    ));
}

#[test]
fn a_unit_is_chosen_independently_of_the_step_before() {
    let (mut before, mut both, mut steps) = (vec![false; UNITS], 0, 0);
    for indices in batches(coins(0.2), UNITS, 2000, 5) {
        let mut now = vec![false; UNITS];
        indices.iter().for_each(|&i| now[i] = true);
        both += before.iter().zip(&now).filter(|(b, n)| **b && **n).count() as u64;
        before = now;
        steps += 1;
    }
    assert!(fits_binomial(both, (steps - 1) * UNITS as u64, 0.04));
}

#[test]
fn probability_one_takes_everything() {
    let (by_unit, _) = counts(1.0, 6);
    assert!(by_unit.iter().all(|&c| c == STEPS));
}

#[test]
fn no_units_give_empty_batches() {
    for sampling in [
        coins(0.5),
        truncated(0.5, 2),
        allocation(3, 2),
        fixed_order(3),
        cyclic(3, 0.5),
    ] {
        let empty = batches(sampling, 0, 3, 7).map(|indices| indices.is_empty());
        assert_eq!(empty.collect::<Vec<_>>(), [true; 3]);
    }
}

fn truncated(sampling_probability: f64, maximum_batch_size: u64) -> Sampling {
    Sampling::TruncatedPoisson {
        sampling_probability,
        maximum_batch_size,
        maximum_units: UNITS as u64,
    }
}

fn allocation(steps_per_epoch: u32, selected: u32) -> Sampling {
    Sampling::RandomAllocation {
        steps_per_epoch,
        selected,
    }
}

/// Asserts that each outcome came up as often as `trials` trials with its probability have it, and
/// that all of them were expected.
fn assert_law<T: Ord + std::fmt::Debug>(
    seen: &BTreeMap<T, u64>,
    trials: u64,
    outcomes: usize,
    probability: impl Fn(&T) -> f64,
) {
    assert_eq!(seen.len(), outcomes);
    assert_eq!(seen.values().sum::<u64>(), trials);
    for (outcome, &count) in seen {
        let p = probability(outcome);
        assert!(fits_binomial(count, trials, p), "{outcome:?}: {count}");
        assert!(!fits_binomial(count, trials, p * 1.25), "{outcome:?}");
    }
}

/// How often each outcome comes up.
fn tally<T: Ord>(outcomes: impl Iterator<Item = T>) -> BTreeMap<T, u64> {
    let mut seen = BTreeMap::new();
    outcomes.for_each(|outcome| *seen.entry(outcome).or_default() += 1);
    seen
}

/// All 16 subsets of at most two of five units, against their exact probabilities.
#[test]
fn a_sample_that_is_too_large_is_cut_to_a_uniform_part() {
    let (trials, q) = (400_000, 0.3_f64);
    let seen = tally(batches(truncated(q, 2), 5, trials, 8));
    let coins = |chosen: i32| q.powi(chosen) * (1.0 - q).powi(5 - chosen);
    let at_least_two = 1.0 - coins(0) - 5.0 * coins(1);
    assert_law(&seen, trials, 16, |subset| match subset.len() {
        2 => at_least_two / 10.0,
        fewer => coins(fewer as i32),
    });
}

/// The steps of its epoch in which each unit was, epoch by epoch.
fn allocations(steps: u32, selected: u32, epochs: u64, seed: u64) -> Vec<[Vec<u32>; 3]> {
    let mut all = Vec::new();
    let total = epochs * u64::from(steps);
    for (step, indices) in batches(allocation(steps, selected), 3, total, seed).enumerate() {
        let now = step as u32 % steps;
        if now == 0 {
            all.push([const { Vec::new() }; 3]);
        }
        let epoch: &mut [Vec<u32>; 3] = all.last_mut().unwrap();
        indices.iter().for_each(|&unit| epoch[unit].push(now));
    }
    all
}

#[test]
fn a_unit_is_allocated_to_a_uniform_subset_of_the_steps() {
    for (steps, selected, subsets, seed) in
        [(7, 1, 7, 9), (5, 2, 10, 10), (5, 4, 5, 11), (3, 3, 1, 12)]
    {
        let epochs = allocations(steps, selected, 40_000, seed);
        assert_eq!(epochs.len(), 40_000);
        let every = epochs.iter().flatten();
        assert!(every.clone().all(|steps| steps.len() == selected as usize));
        let probability = 1.0 / f64::from(subsets);
        let seen = tally(every);
        assert_eq!(seen.len(), subsets as usize);
        if subsets > 1 {
            assert_law(&seen, 120_000, subsets as usize, |_| probability);
        }
    }
}

#[test]
fn units_and_epochs_are_allocated_independently() {
    let epochs = allocations(4, 2, 100_000, 13);
    let pairs = tally(epochs.iter().map(|[one, two, _]| (one, two)));
    assert_law(&pairs, 100_000, 36, |_| 1.0 / 36.0);
    let next = tally(epochs.windows(2).map(|pair| (&pair[0][1], &pair[1][1])));
    assert_law(&next, 99_999, 36, |_| 1.0 / 36.0);
}

fn fixed_order(steps_per_epoch: u32) -> Sampling {
    Sampling::FixedOrder { steps_per_epoch }
}

fn cyclic(groups: u32, sampling_probability: f64) -> Sampling {
    Sampling::CyclicPoisson {
        groups,
        sampling_probability,
    }
}

#[test]
fn in_a_fixed_order_every_unit_has_its_step_in_every_epoch() {
    let all: Vec<_> = batches(fixed_order(3), 8, 7, 8).collect();
    let epoch = [vec![0, 3, 6], vec![1, 4, 7], vec![2, 5]];
    assert_eq!(all[..3], epoch);
    assert_eq!(all[3..6], epoch);
    assert_eq!(all[6], epoch[0]);
    // Fewer units than steps in an epoch.
    let all: Vec<_> = batches(fixed_order(3), 1, 4, 8).collect();
    assert_eq!(all, [vec![0], vec![], vec![], vec![0]]);
}

#[test]
fn cyclic_poisson_draws_from_the_group_whose_turn_it_is() {
    let all: Vec<_> = batches(cyclic(3, 1.0), 8, 4, 9).collect();
    assert_eq!(all, batches(fixed_order(3), 8, 4, 9).collect::<Vec<_>>());
    let (mut by_unit, mut by_batch) = (vec![0; UNITS], Vec::new());
    for (step, indices) in batches(cyclic(4, 0.1), UNITS, STEPS, 10).enumerate() {
        assert!(indices.iter().all(|unit| unit % 4 == step % 4));
        indices.iter().for_each(|&unit| by_unit[unit] += 1);
        by_batch.push(indices.len() as u64);
    }
    let (total, trials) = (by_unit.iter().sum(), UNITS as u64 * STEPS / 4);
    assert!(fits_binomial(total, trials, 0.1));
    assert!(!fits_binomial(total, trials, 0.105));
    let turns = STEPS as f64 / 4.0;
    assert!(fits_chi_square(chi_square(&by_unit, turns, 0.1), UNITS));
    let group = UNITS as f64 / 4.0;
    let statistic = chi_square(&by_batch, group, 0.1);
    assert!(fits_chi_square(statistic, by_batch.len()));
}
