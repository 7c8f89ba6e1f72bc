//! Poisson sampling: the right probability, and independence.

use privet_mechanisms::{NoiseSource, NoisySgdMechanism, NoisySgdParameters, Sensitive};

use crate::statistics::{fits_binomial, fits_chi_square};

const RECORDS: usize = 1000;
const STEPS: u64 = 20_000;

/// How often each record was chosen, and how many records each batch has.
fn counts(sampling_probability: f64, seed: u64) -> (Vec<u64>, Vec<u64>) {
    let plan = NoisySgdMechanism::new(NoisySgdParameters {
        sampling_probability,
        steps: STEPS,
        clipping_norm: 1.0,
        noise_multiplier: 1.0,
        expected_batch_size: 1.0,
    })
    .unwrap();
    let source = NoiseSource::danger_fixed_seed(seed);
    let mut run = plan.start(&source, Sensitive::new(RECORDS)).unwrap();
    let (mut by_record, mut by_batch) = (vec![0; RECORDS], Vec::new());
    while let Some(batch) = run.next_batch() {
        let indices = batch.indices();
        let indices = indices.expose_sensitive();
        assert!(
            indices.is_sorted_by(|a, b| a < b),
            "each record at most once"
        );
        indices.iter().for_each(|&i| by_record[i] += 1);
        by_batch.push(*batch.size().expose_sensitive() as u64);
    }
    (by_record, by_batch)
}

/// The sum of squares of standardised binomial counts.
fn chi_square(counts: &[u64], trials: f64, p: f64) -> f64 {
    let variance = trials * p * (1.0 - p);
    counts
        .iter()
        .map(|&c| (c as f64 - trials * p).powi(2) / variance)
        .sum()
}

/// 0.02 has 5 as its highest byte, 0.003 has 0, and 0.7 chooses most records: all parts of the
/// comparison are at work.
#[test]
fn every_record_is_chosen_with_the_declared_probability() {
    for (q, seed) in [(0.02, 1), (0.003, 2), (0.7, 3)] {
        let (by_record, _) = counts(q, seed);
        let (total, trials) = (by_record.iter().sum(), RECORDS as u64 * STEPS);
        assert!(fits_binomial(total, trials, q), "{q}");
        assert!(!fits_binomial(total, trials, q * 1.05), "{q}");
        assert!(!fits_binomial(total, trials, q * 0.95), "{q}");
        assert!(
            fits_chi_square(chi_square(&by_record, STEPS as f64, q), RECORDS),
            "{q}"
        );
    }
}

#[test]
fn records_are_chosen_independently_of_each_other() {
    let (_, by_batch) = counts(0.02, 4);
    let statistic = chi_square(&by_batch, RECORDS as f64, 0.02);
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
fn a_record_is_chosen_independently_of_the_step_before() {
    let plan = NoisySgdMechanism::new(NoisySgdParameters {
        sampling_probability: 0.2,
        steps: 2000,
        clipping_norm: 1.0,
        noise_multiplier: 1.0,
        expected_batch_size: 1.0,
    })
    .unwrap();
    let source = NoiseSource::danger_fixed_seed(5);
    let mut run = plan.start(&source, Sensitive::new(RECORDS)).unwrap();
    let (mut before, mut both, mut steps) = (vec![false; RECORDS], 0, 0);
    while let Some(batch) = run.next_batch() {
        let mut now = vec![false; RECORDS];
        batch
            .indices()
            .expose_sensitive()
            .iter()
            .for_each(|&i| now[i] = true);
        both += before.iter().zip(&now).filter(|(b, n)| **b && **n).count() as u64;
        before = now;
        steps += 1;
    }
    assert!(fits_binomial(both, (steps - 1) * RECORDS as u64, 0.04));
}

#[test]
fn probability_one_takes_everything() {
    let (by_record, _) = counts(1.0, 6);
    assert!(by_record.iter().all(|&c| c == STEPS));
}

#[test]
fn no_records_give_empty_batches() {
    let plan = NoisySgdMechanism::new(NoisySgdParameters {
        sampling_probability: 0.5,
        steps: 3,
        clipping_norm: 1.0,
        noise_multiplier: 1.0,
        expected_batch_size: 1.0,
    })
    .unwrap();
    let source = NoiseSource::danger_fixed_seed(7);
    let mut run = plan.start(&source, Sensitive::new(0)).unwrap();
    let mut batches = 0;
    while let Some(batch) = run.next_batch() {
        assert_eq!(batch.size().expose_sensitive(), &0);
        batches += 1;
    }
    assert_eq!(batches, 3);
}
