//! What a released model says of public inputs, for a student to learn from.

use ndarray::{Array2, ArrayView1};
use privet_training::data::PublicInputs;
use privet_training::gradient::GradientEngine;
use privet_training::network::Network;

use crate::student::answers::probabilities;
use crate::{PseudoLabel, StudentError};

/// The answers of a released model to the share `keep` of public inputs that it is surest of, by its
/// largest probability; in the order of the inputs, rounded up to whole inputs.
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
    let answers = probabilities(released, engine, inputs)?;
    Ok(surest(&answers, keep))
}

/// The same of probabilities, `[inputs, classes]`.
fn surest(answers: &Array2<f32>, keep: f64) -> Vec<PseudoLabel> {
    let best: Vec<(u32, f32)> = answers.rows().into_iter().map(largest).collect();
    let mut places: Vec<usize> = (0..best.len()).collect();
    // Ties keep the order of the inputs.
    places.sort_by(|&one, &other| best[other].1.total_cmp(&best[one].1));
    places.truncate((keep * best.len() as f64).ceil() as usize);
    places.sort_unstable();
    places
        .into_iter()
        .map(|place| PseudoLabel::new(place, best[place].0))
        .collect()
}

/// The first class with the largest probability.
fn largest(answer: ArrayView1<'_, f32>) -> (u32, f32) {
    (0..)
        .zip(answer.iter().copied())
        .fold((0, f32::NEG_INFINITY), |best, (class, share)| {
            match share > best.1 {
                true => (class, share),
                false => best,
            }
        })
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn the_surest_are_kept_in_their_order() {
        let answers = array![[0.6, 0.4], [0.1, 0.9], [0.5, 0.5], [0.8, 0.2]];
        let kept = |keep| -> Vec<(usize, u32)> {
            let labels = surest(&answers, keep);
            labels
                .iter()
                .map(|label| (label.position(), label.class()))
                .collect()
        };
        assert_eq!(kept(0.5), [(1, 1), (3, 0)]);
        assert_eq!(kept(0.51), [(0, 0), (1, 1), (3, 0)]);
        assert_eq!(kept(1.0), [(0, 0), (1, 1), (2, 0), (3, 0)]);
        assert_eq!(kept(1e-9), [(1, 1)]);
        assert!(surest(&Array2::zeros((0, 2)), 1.0).is_empty());
    }
}
