//! How the attacker chooses what to look for.

use super::tally::Tally;
use crate::Confidence;
use crate::quantile::normal_quantile;

/// "x", where the answers' weights add up to the threshold or more.
#[derive(Clone, Debug)]
pub(super) struct Attack {
    weights: Vec<f64>,
    threshold: f64,
}

impl Attack {
    /// Whether the attacker says "x".
    pub(super) fn says_x(&self, outcome: &[u32]) -> bool {
        score(&self.weights, outcome) >= self.threshold
    }
}

fn score(weights: &[f64], outcome: &[u32]) -> f64 {
    let counts = outcome.iter().map(|&count| f64::from(count));
    counts
        .zip(weights)
        .map(|(count, weight)| count * weight)
        .sum()
}

/// The attacks that look best on `seen` for each aim: the first for epsilon at `delta`, the second
/// for mu. They are to be tried on other releases; what is chosen here decides how good a bound is,
/// not whether it is true. What looks good by luck is left aside: bounds are those of so few releases.
///
/// An answer weighs the logarithm of how much more often x gave it than x' did. Where answers are
/// independent of each other, as all but the used-up ones are, the sum of their weights is the log
/// likelihood ratio up to the errors of its estimate, and the best attacks are its thresholds (Neyman
/// and Pearson 1933).
pub(super) fn choose(
    seen: &Tally,
    kinds: usize,
    delta: f64,
    confidence: Confidence,
) -> [Attack; 2] {
    let weights = weights(seen, kinds);
    let mut outcomes: Vec<(f64, [u64; 2])> = seen
        .0
        .iter()
        .map(|(outcome, counts)| (score(&weights, outcome), *counts))
        .collect();
    outcomes.sort_by(|a, b| b.0.total_cmp(&a.0));

    let totals = seen.releases().map(|releases| releases.max(1) as f64);
    let deviations = -normal_quantile(0.5 * confidence.failure());
    let upper = |share: f64, n: f64| {
        // As the exact bound is nearly, and never 0.
        let spread = deviations * (share * (1.0 - share) / n).sqrt();
        (share + spread + deviations * deviations / n).min(1.0)
    };
    let mut best = [f64::NEG_INFINITY; 2];
    let mut thresholds = [f64::INFINITY; 2];
    let (mut flagged, mut rest) = ([0, 0], &outcomes[..]);
    while let Some((threshold, _)) = rest.first() {
        // Outcomes of one score are flagged together.
        let equal = rest.iter().take_while(|(score, _)| score == threshold);
        let equal = equal.count().max(1);
        for (_, counts) in &rest[..equal] {
            flagged = [flagged[0] + counts[0], flagged[1] + counts[1]];
        }
        rest = &rest[equal..];
        let misses = upper(1.0 - flagged[0] as f64 / totals[0], totals[0]);
        let alarms = upper(flagged[1] as f64 / totals[1], totals[1]);
        let epsilon = f64::max(
            libm::log((1.0 - delta - misses).max(1e-300) / alarms),
            libm::log((1.0 - delta - alarms).max(1e-300) / misses),
        );
        let mu = -normal_quantile(alarms) - normal_quantile(misses);
        for (aim, value) in [epsilon, mu].into_iter().enumerate() {
            if value > best[aim] {
                (best[aim], thresholds[aim]) = (value, *threshold);
            }
        }
    }
    thresholds.map(|threshold| Attack {
        weights: weights.clone(),
        threshold,
    })
}

/// The weight of each kind of answer, half an answer added on both sides.
fn weights(seen: &Tally, kinds: usize) -> Vec<f64> {
    let mut answers = vec![[0.5, 0.5]; kinds];
    for (outcome, releases) in &seen.0 {
        for (answer, &count) in answers.iter_mut().zip(outcome.iter()) {
            for side in 0..2 {
                answer[side] += f64::from(count) * releases[side] as f64;
            }
        }
    }
    let weight = |[x, neighbour]: &[f64; 2]| libm::log(x / neighbour);
    answers.iter().map(weight).collect()
}
