//! What a released model says of public inputs, for a student to learn from.

use ndarray::{Array2, ArrayView1};
use privet_training::data::PublicInputs;
use privet_training::gradient::GradientEngine;
use privet_training::network::Network;

use crate::student::answers::scores;
use crate::{PseudoLabel, StudentError};

/// How many of `count` inputs a share `keep` of them is, rounded up to whole inputs.
#[must_use]
pub fn kept(keep: f64, count: usize) -> usize {
    // A share such as 0.07 of 100 must not become 8 by the rounding of the product.
    let share = (keep * count as f64 * (1.0 - 1e-12)).ceil();
    (share as usize).min(count)
}

/// The answers of a released model to the share `keep` of public inputs that it is surest of, by its
/// largest probability; in the order of the inputs, [rounded up](kept). Inputs without finite scores have
/// no answer.
///
/// That costs no privacy beyond what `released` did, as post-processing of it (Dwork and Roth 2014, "The
/// algorithmic foundations of differential privacy", proposition 2.1). Whoever calls this vouches for
/// it: the network must be what a mechanism released, such as the last step of a noisy SGD. A network
/// that learned from private records in another way would publish them through its answers.
///
/// # Errors
/// Inputs that do not fit, or an engine that has not all layers of the network.
pub fn surest_answers(
    released: &Network,
    engine: &dyn GradientEngine,
    inputs: &PublicInputs,
    keep: f64,
) -> Result<Vec<PseudoLabel>, StudentError> {
    let scores = scores(released, engine, released.architecture(), inputs)?;
    Ok(surest(&scores, keep))
}

/// The same of scores, `[inputs, classes]`.
fn surest(scores: &Array2<f32>, keep: f64) -> Vec<PseudoLabel> {
    let mut surest = Surest::default();
    for (place, scores) in scores.rows().into_iter().enumerate() {
        if let Some((class, doubt)) = answer(scores) {
            surest.add(doubt, PseudoLabel::new(place, class));
        }
    }
    surest.first(kept(keep, scores.nrows()))
}

/// Answers, each with how much doubt there is about it.
#[derive(Default)]
pub(crate) struct Surest {
    answers: Vec<(f64, PseudoLabel)>,
}

impl Surest {
    pub(crate) fn add(&mut self, doubt: f64, answer: PseudoLabel) {
        self.answers.push((doubt, answer));
    }

    /// So many with the least doubt, of equals the first to come, in the order of the inputs.
    pub(crate) fn first(mut self, count: usize) -> Vec<PseudoLabel> {
        self.answers.sort_by(|one, other| one.0.total_cmp(&other.0));
        self.answers.truncate(count);
        let mut answers: Vec<PseudoLabel> =
            self.answers.into_iter().map(|(_, answer)| answer).collect();
        answers.sort_unstable_by_key(PseudoLabel::position);
        answers
    }
}

/// The first class with the largest score, and minus the logarithm of its probability, which tells apart
/// probabilities that are rounded to 1; none where a score is not finite.
fn answer(scores: ArrayView1<'_, f32>) -> Option<(u32, f64)> {
    if scores.iter().any(|score| !score.is_finite()) {
        return None;
    }
    let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let class = scores.iter().position(|&score| score == largest)?;
    let others = scores
        .iter()
        .enumerate()
        .filter(|&(other, _)| other != class);
    let others = others.map(|(_, &score)| (f64::from(score) - f64::from(largest)).exp());
    Some((class as u32, others.sum::<f64>().ln_1p()))
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    fn kept_of(scores: &Array2<f32>, keep: f64) -> Vec<(usize, u32)> {
        let labels = surest(scores, keep);
        labels
            .iter()
            .map(|label| (label.position(), label.class()))
            .collect()
    }

    #[test]
    fn the_surest_are_kept_in_their_order() {
        let scores = array![[0.6, 0.4], [0.1, 0.9], [0.5, 0.5], [0.8, 0.2]];
        assert_eq!(kept_of(&scores, 0.5), [(1, 1), (3, 0)]);
        assert_eq!(kept_of(&scores, 0.51), [(0, 0), (1, 1), (3, 0)]);
        assert_eq!(kept_of(&scores, 1.0), [(0, 0), (1, 1), (2, 0), (3, 0)]);
        assert_eq!(kept_of(&scores, 1e-9), [(1, 1)]);
        assert!(surest(&Array2::zeros((0, 2)), 1.0).is_empty());
    }

    #[test]
    fn probabilities_that_round_to_one_are_told_apart() {
        let scores = array![[20.0, 0.0, 0.0], [30.0, 0.0, 0.0], [0.0, 40.0, 0.0]];
        assert_eq!(kept_of(&scores, 0.3), [(2, 1)]);
        assert_eq!(kept_of(&scores, 0.6), [(1, 0), (2, 1)]);
    }

    #[test]
    fn scores_that_are_not_finite_are_no_answer() {
        let scores = array![[f32::NAN, 0.0], [f32::INFINITY, 0.0], [1.0, 0.0]];
        assert_eq!(kept_of(&scores, 1.0), [(2, 0)]);
    }

    #[test]
    fn a_share_is_rounded_up_to_whole_inputs() {
        assert_eq!(kept(0.07, 100), 7);
        assert_eq!(kept(0.071, 100), 8);
        assert_eq!((kept(1.0, 3), kept(1e-9, 3), kept(0.5, 0)), (3, 1, 0));
    }
}
