//! What a regression of few labels says of all public inputs, for a student to learn from.

use nalgebra::{Cholesky, DMatrix};
use ndarray::ArrayView2;
use privet_training::data::PublicInputs;
use rayon::prelude::*;

use crate::distance::squared_distance;
use crate::distillation::{Surest, kept};
use crate::{LabeledSet, PseudoLabel, StudentError};

/// Which neighbour of an input its surroundings reach to.
const NEIGHBOUR: usize = 30;

/// Inputs whose surroundings are measured, at most.
const MEASURED: usize = 1_000;

/// Variance of the noise on a label over that of the regressed function.
const STRENGTH: f64 = 0.3;

/// Labels of a few public inputs, spread over inputs like them by Gaussian process regression.
///
/// For each class the labels, 1 or 0, are observations with noise of a function of the inputs, whose
/// values at inputs `a` and `b` have the prior mean `1 / classes` and a covariance proportional to
/// `exp(-|a - b|^2 / (2 l^2))`; the class with the largest posterior mean is the answer, and its lead
/// over the second how sure it is (Rasmussen and Williams, "Gaussian processes for machine learning", 2006,
/// equation 2.25; section 6.5 for labels as observations). `l^2` is twice the median squared distance
/// of a public input to its 30th nearest neighbour, the variance of the noise 0.3 of that of the function.
/// So an answer rests on the labels around an input, and one wrong label is outvoted by those
/// beside it.
///
/// **Privacy.** A function of public inputs and of a [`LabeledSet`], that is of released labels: it costs
/// nothing beyond what they did, as post-processing (Dwork and Roth 2014, "The algorithmic foundations
/// of differential privacy", proposition 2.1).
#[derive(Clone, Debug)]
pub struct LabelRegression {
    /// The labelled inputs, `[labels, values]`.
    places: Vec<Vec<f32>>,
    /// How much each of them counts for each class, `[labels, classes]`.
    weights: DMatrix<f64>,
    /// `1 / (2 l^2)`.
    rate: f64,
}

impl LabelRegression {
    /// Labels that it can have at most: their covariance takes 800 MB then.
    pub const MOST_LABELS: usize = 10_000;

    /// From labels of some inputs of the `pool`, or of inputs like them. It takes time with the third power of
    /// the number of labels.
    ///
    /// # Errors
    /// More than [`MOST_LABELS`](Self::MOST_LABELS), labelled inputs of another length than the pool's, or a
    /// system that has no finite solution.
    pub fn fit(
        set: &LabeledSet,
        pool: &PublicInputs,
        classes: usize,
    ) -> Result<Self, StudentError> {
        let (inputs, labels) = set.lessons();
        let (expected, found) = (pool.inputs().ncols(), inputs.ncols());
        if expected != found {
            return Err(StudentError::Width { expected, found });
        }
        if labels.len() > Self::MOST_LABELS {
            return Err(StudentError::TooManyLabels {
                labels: labels.len(),
                most: Self::MOST_LABELS,
            });
        }
        let places = rows(inputs.view());
        let rate = 1.0 / (4.0 * surroundings(&rows(pool.inputs())));
        let count = places.len();
        let mut covariance = DMatrix::from_fn(count, count, |one, other| {
            similarity(&places[one], &places[other], rate)
        });
        for at in 0..count {
            // An input that is no number is like itself as well.
            covariance[(at, at)] = 1.0 + STRENGTH;
        }
        let prior = 1.0 / classes as f64;
        let observed = DMatrix::from_fn(count, classes, |row, class| {
            f64::from(u8::from(labels[row] as usize == class)) - prior
        });
        let factor = Cholesky::new(covariance).ok_or(StudentError::Regression)?;
        let weights = factor.solve(&observed);
        if weights.iter().any(|weight| !weight.is_finite()) {
            return Err(StudentError::Regression);
        }
        Ok(Self {
            places,
            weights,
            rate,
        })
    }

    /// The class of each input, and how far it leads; none where no class leads, as far from all labels.
    ///
    /// # Errors
    /// Inputs of another length.
    pub fn answers(
        &self,
        inputs: ArrayView2<'_, f32>,
    ) -> Result<Vec<Option<(u32, f64)>>, StudentError> {
        let expected = self.places.first().map_or(0, Vec::len);
        let found = inputs.ncols();
        if expected != found {
            return Err(StudentError::Width { expected, found });
        }
        let answers = rows(inputs).into_par_iter().map(|row| {
            let mut means = vec![0.0_f64; self.weights.ncols()];
            for (at, place) in self.places.iter().enumerate() {
                let similarity = similarity(place, &row, self.rate);
                for (mean, weight) in means.iter_mut().zip(self.weights.row(at).iter()) {
                    *mean += similarity * weight;
                }
            }
            leader(&means)
        });
        Ok(answers.collect())
    }

    /// Its answers to the share `keep` of public inputs that it is surest of, in the order of the inputs,
    /// [rounded up](kept).
    ///
    /// # Errors
    /// Inputs of another length.
    pub fn surest_answers(
        &self,
        inputs: &PublicInputs,
        keep: f64,
    ) -> Result<Vec<PseudoLabel>, StudentError> {
        let mut surest = Surest::default();
        for (place, answer) in self.answers(inputs.inputs())?.into_iter().enumerate() {
            if let Some((class, lead)) = answer {
                surest.add(-lead, PseudoLabel::new(place, class));
            }
        }
        Ok(surest.first(kept(keep, inputs.len())))
    }
}

/// The class with the largest value, the first of equals, and its lead over the second; none without a lead.
fn leader(means: &[f64]) -> Option<(u32, f64)> {
    let (mut first, mut second) = ((f64::NEG_INFINITY, 0), f64::NEG_INFINITY);
    for (class, &mean) in (0_u32..).zip(means) {
        if mean > first.0 {
            second = first.0;
            first = (mean, class);
        } else if mean > second {
            second = mean;
        }
    }
    let lead = first.0 - second;
    (lead > 0.0 && lead.is_finite()).then_some((first.1, lead))
}

fn rows(inputs: ArrayView2<'_, f32>) -> Vec<Vec<f32>> {
    inputs.rows().into_iter().map(|row| row.to_vec()).collect()
}

fn similarity(one: &[f32], other: &[f32], rate: f64) -> f64 {
    (-f64::from(squared_distance(one, other)) * rate).exp()
}

/// The median squared distance to the 30th nearest neighbour, or to the last where there are fewer. It is
/// above 0.
fn surroundings(rows: &[Vec<f32>]) -> f64 {
    let step = rows.len().div_ceil(MEASURED).max(1);
    let measured: Vec<&Vec<f32>> = rows.iter().step_by(step).collect();
    let mut reaches: Vec<f32> = measured
        .par_iter()
        .filter_map(|row| {
            let mut distances: Vec<f32> = rows
                .iter()
                .map(|other| squared_distance(row, other))
                .collect();
            // The nearest is the row itself.
            let place = NEIGHBOUR.min(distances.len() - 1);
            let (_, reach, _) = distances.select_nth_unstable_by(place, f32::total_cmp);
            Some(*reach).filter(|reach| reach.is_finite())
        })
        .collect();
    reaches.sort_by(f32::total_cmp);
    let median = reaches.get(reaches.len() / 2).copied().unwrap_or(1.0);
    f64::from(median.max(f32::MIN_POSITIVE))
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use privet_mechanisms::ReleasedLabel;

    use super::*;

    fn public(places: &[f32]) -> PublicInputs {
        let rows = Array2::from_shape_fn((places.len(), 1), |(row, _)| places[row]);
        PublicInputs::new(rows, "test").unwrap()
    }

    fn regression(pool: &PublicInputs, labelled: &[(usize, usize)]) -> LabelRegression {
        let positions: Vec<usize> = labelled.iter().map(|&(position, _)| position).collect();
        let labels: Vec<ReleasedLabel> = (0_u64..)
            .zip(labelled)
            .map(|(query, &(_, class))| ReleasedLabel::read_back(query, class))
            .collect();
        let set = LabeledSet::new(&pool.select(&positions), &labels).unwrap();
        LabelRegression::fit(&set, pool, 3).unwrap()
    }

    /// `GaussianProcessRegressor(RBF(sqrt(162), "fixed"), alpha=0.3, optimizer=None)` of scikit-learn 1.9, fitted to
    /// `[[0], [3]]` and `eye(3)[[0, 1]] - 1 / 3`, predicts of the five inputs, after 1 / 3 is added, `[0.51983738,
    /// 0.43616024, 0.04400238]`, `[0.49291424, 0.46484995, 0.04223582]`, their mirror images, and `[0.25902992,
    /// 0.6414492, 0.09952088]`. The 4th neighbours, there being no 30th, are 10, 9, 8, 7 and 10 away: 81 is the median.
    #[test]
    fn means_are_those_of_another_library() {
        let pool = public(&[0.0, 1.0, 2.0, 3.0, 10.0]);
        let found = regression(&pool, &[(0, 0), (3, 1)]);
        let answers = found.answers(pool.inputs()).unwrap();
        let expected = [
            (0, 0.083_677_14),
            (0, 0.028_064_29),
            (1, 0.028_064_29),
            (1, 0.083_677_14),
            (1, 0.382_419_28),
        ];
        for (answer, expected) in answers.iter().zip(expected) {
            let (class, lead) = answer.unwrap();
            assert_eq!(class, expected.0);
            assert!((lead - expected.1).abs() < 1e-7, "{lead} {expected:?}");
        }
        let surest = |keep| -> Vec<(usize, u32)> {
            let kept = found.surest_answers(&pool, keep).unwrap();
            kept.iter()
                .map(|kept| (kept.position(), kept.class()))
                .collect()
        };
        assert_eq!(surest(0.2), [(4, 1)]);
        assert_eq!(surest(1.0), [(0, 0), (1, 0), (2, 1), (3, 1), (4, 1)]);
    }

    #[test]
    fn a_wrong_label_among_right_ones_is_outvoted() {
        let places: Vec<f32> = (0..80)
            .map(|row| (row % 40) as f32 + if row < 40 { 0.0 } else { 500.0 })
            .collect();
        let labelled: Vec<(usize, usize)> = (0..80)
            .step_by(4)
            .map(|row| (row, if row == 20 { 2 } else { row / 40 }))
            .collect();
        let pool = public(&places);
        let answers = regression(&pool, &labelled).answers(pool.inputs()).unwrap();
        for (row, answer) in answers.iter().enumerate() {
            assert_eq!(answer.unwrap().0 as usize, row / 40, "{row}");
        }
    }

    #[test]
    fn where_no_label_is_near_there_is_no_answer() {
        let mut places: Vec<f32> = (0..40).map(|row| row as f32).collect();
        places.push(1e9);
        let pool = public(&places);
        let found = regression(&pool, &[(20, 2)]);
        let answers = found.answers(pool.inputs()).unwrap();
        assert!(answers[..40].iter().all(|answer| answer.unwrap().0 == 2));
        assert!(answers[40].is_none());
        assert_eq!(found.surest_answers(&pool, 1.0).unwrap().len(), 40);
    }

    #[test]
    fn inputs_that_are_all_alike_have_the_answer_of_most_labels() {
        let pool = public(&[4.0; 6]);
        let found = regression(&pool, &[(0, 1), (1, 1), (2, 0)]);
        for answer in found.answers(pool.inputs()).unwrap() {
            assert_eq!(answer.unwrap().0, 1);
        }
        let wide = PublicInputs::new(Array2::zeros((1, 2)), "test").unwrap();
        assert!(found.surest_answers(&wide, 1.0).is_err());
    }
}
