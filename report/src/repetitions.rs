//! Repetitions of one experiment: runs that differ in their seed, and in the part of the public records
//! that they are tested on.

use std::collections::BTreeMap;

use crate::interval::score_interval;

/// The test of one run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tested {
    /// Its seed.
    pub seed: u64,
    /// The part of the public records that it was tested on, where they were divided.
    pub fold: Option<u64>,
    /// Share of right predictions.
    pub accuracy: f64,
    /// Number of test records.
    pub size: usize,
}

/// Accuracies over repetitions. Runs of one seed on different parts of a cross-fitted test set are one
/// measurement of all records that they were tested on; runs of one seed on the same part are several.
#[derive(Clone, Debug, PartialEq)]
pub struct Repetitions {
    /// One a measurement, by rising seed.
    pub accuracies: Vec<f64>,
    /// Number of test records that some run was tested on: parts of a cross-fitted test set have no record
    /// in common.
    pub size: usize,
}

impl Repetitions {
    /// Puts runs of one experiment together.
    #[must_use]
    pub fn of(runs: &[Tested]) -> Self {
        let mut earlier: BTreeMap<(u64, Option<u64>), usize> = BTreeMap::new();
        let mut measured: BTreeMap<(u64, usize), (f64, usize)> = BTreeMap::new();
        let mut parts: BTreeMap<Option<u64>, usize> = BTreeMap::new();
        for run in runs {
            let earlier = earlier.entry((run.seed, run.fold)).or_default();
            let (right, all) = measured.entry((run.seed, *earlier)).or_default();
            *earlier += 1;
            *right += run.accuracy * run.size as f64;
            *all += run.size;
            let part = parts.entry(run.fold).or_default();
            *part = run.size.max(*part);
        }
        // Undivided records have the parts among them.
        let undivided = parts.remove(&None).unwrap_or(0);
        let accuracies = measured.values().map(|(right, all)| right / *all as f64);
        Self {
            accuracies: accuracies.filter(|share| share.is_finite()).collect(),
            size: undivided.max(parts.values().sum()),
        }
    }

    /// Mean over measurements; none without runs.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let count = self.accuracies.len() as f64;
        (!self.accuracies.is_empty()).then(|| self.accuracies.iter().sum::<f64>() / count)
    }

    /// Standard deviation over measurements (with n - 1); none of a single one.
    #[must_use]
    pub fn deviation(&self) -> Option<f64> {
        let mean = self.mean()?;
        let squares = self.accuracies.iter().map(|value| (value - mean).powi(2));
        let degrees = self.accuracies.len() - 1;
        (degrees > 0).then(|| (squares.sum::<f64>() / degrees as f64).sqrt())
    }

    /// The 95 % interval that the choice of test records alone leaves, by Wilson's score, for the mean on
    /// all of them: repetitions on the same records make it no narrower.
    #[must_use]
    pub fn interval(&self) -> Option<(f64, f64)> {
        let right = (self.mean()? * self.size as f64).round() as u64;
        score_interval(right, self.size as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(seed: u64, fold: Option<u64>, accuracy: f64, size: usize) -> Tested {
        Tested {
            seed,
            fold,
            accuracy,
            size,
        }
    }

    #[test]
    fn parts_of_one_seed_are_one_measurement() {
        let folds = [
            run(0, Some(1), 1.0, 30),
            run(0, Some(2), 0.5, 10),
            run(1, Some(1), 0.5, 30),
        ];
        let all = Repetitions::of(&folds);
        assert_eq!(all.accuracies, [0.875, 0.5]);
        assert_eq!(all.size, 40);
        assert!((all.mean().unwrap() - 0.6875).abs() < 1e-15);
        let deviation = (2.0 * 0.1875_f64.powi(2)).sqrt();
        assert!((all.deviation().unwrap() - deviation).abs() < 1e-15);
        assert_eq!(all.interval(), score_interval(28, 40));
    }

    #[test]
    fn parts_that_have_seeds_of_their_own_cover_all_records_together() {
        let folds = [(0, 1.0), (1, 0.5), (2, 0.9)];
        let folds = folds.map(|(seed, accuracy)| run(seed, Some(seed + 1), accuracy, 10));
        let all = Repetitions::of(&folds);
        assert_eq!(all.accuracies, [1.0, 0.5, 0.9]);
        assert_eq!(all.interval(), score_interval(24, 30));
    }

    #[test]
    fn runs_of_one_seed_on_the_same_records_are_several() {
        let twice = [run(0, None, 0.5, 10), run(0, None, 0.7, 10)];
        let twice = Repetitions::of(&twice);
        assert_eq!(
            (twice.accuracies.as_slice(), twice.size),
            (&[0.5, 0.7][..], 10)
        );
    }

    #[test]
    fn deviations_are_those_of_a_sample() {
        let three =
            [0.5, 0.7, 0.9].map(|accuracy| run((accuracy * 10.0) as u64, None, accuracy, 10));
        let three = Repetitions::of(&three);
        assert!((three.mean().unwrap() - 0.7).abs() < 1e-15);
        assert!((three.deviation().unwrap() - 0.2).abs() < 1e-15);
        assert_eq!(Repetitions::of(&[run(0, None, 0.5, 10)]).deviation(), None);
        assert_eq!(Repetitions::of(&[]).mean(), None);
        assert_eq!(Repetitions::of(&[]).interval(), None);
    }
}
