//! Questions that the student cannot answer.

use ndarray::{Array2, ArrayView1};
use serde::{Deserialize, Serialize};

/// How unsure an answer is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Uncertainty {
    /// By the margin: the less sure, the closer the two largest probabilities are.
    #[default]
    Margin,
    /// By the entropy of the probabilities: the less sure, the larger it is.
    Entropy,
}

/// Rows with the least sure answers, the least sure one first, of equals the first; `count` many, or
/// all.
pub(super) fn least_sure(answers: &Array2<f32>, measure: Uncertainty, count: usize) -> Vec<usize> {
    let sureness = |answer: ArrayView1<'_, f32>| match measure {
        Uncertainty::Margin => margin(answer),
        Uncertainty::Entropy => -entropy(answer),
    };
    let mut rows: Vec<(f32, usize)> = answers
        .rows()
        .into_iter()
        .enumerate()
        .map(|(at, answer)| (sureness(answer), at))
        .collect();
    rows.sort_by(|(a, first), (b, second)| a.total_cmp(b).then(first.cmp(second)));
    rows.into_iter().take(count).map(|(_, at)| at).collect()
}

/// Largest less second largest probability.
fn margin(answer: ArrayView1<'_, f32>) -> f32 {
    let (mut first, mut second) = (0.0_f32, 0.0_f32);
    for &probability in answer {
        if probability > first {
            (first, second) = (probability, first);
        } else if probability > second {
            second = probability;
        }
    }
    first - second
}

/// In nats.
fn entropy(answer: ArrayView1<'_, f32>) -> f32 {
    let terms = answer.iter().filter(|&&probability| probability > 0.0);
    terms.map(|&p| -p * libm::logf(p)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn margin_and_entropy_order_by_their_definitions() {
        // Margins 0.9, 0, 0.2, 0.01; entropies smallest first: 0, 1, 3, 2.
        let answers = array![
            [0.95, 0.05, 0.0],
            [0.5, 0.5, 0.0],
            [0.5, 0.3, 0.2],
            [0.495, 0.485, 0.02]
        ];
        let order = |measure| least_sure(&answers, measure, 9);
        assert_eq!(order(Uncertainty::Margin), [1, 3, 2, 0]);
        assert_eq!(order(Uncertainty::Entropy), [2, 3, 1, 0]);
        assert_eq!(least_sure(&answers, Uncertainty::Margin, 2), [1, 3]);
        let even = array![[0.5, 0.5], [0.5, 0.5]];
        assert_eq!(least_sure(&even, Uncertainty::Margin, 2), [0, 1]);
    }
}
