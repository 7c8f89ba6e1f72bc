//! Strategies as dense matrices, written down from their definitions.

use privet_mechanisms::correlated::{NoiseStrategy, TreeEstimator};

pub(crate) type Matrix = Vec<Vec<f64>>;

/// What is noised: `strategy * x` has a row for every independent noise.
pub(crate) fn strategy(strategy: &NoiseStrategy, steps: usize) -> Matrix {
    match strategy {
        NoiseStrategy::Banded(banded) => (0..steps)
            .map(|row| {
                let entry = |column: usize| {
                    let lag = row.checked_sub(column);
                    lag.and_then(|lag| banded.coefficients().get(lag).copied())
                        .unwrap_or(0.0)
                };
                (0..steps).map(entry).collect()
            })
            .collect(),
        NoiseStrategy::Tree(_) => nodes(steps)
            .map(|(from, to)| {
                let entry = |step| if (from..to).contains(&step) { 1.0 } else { 0.0 };
                (0..steps).map(entry).collect()
            })
            .collect(),
    }
}

/// How the noises make up the noise of prefix sums: `prefixes * strategy` is lower triangular ones.
pub(crate) fn prefixes(strategy: &NoiseStrategy, steps: usize) -> Matrix {
    match strategy {
        NoiseStrategy::Banded(_) => {
            let strategy = self::strategy(strategy, steps);
            // Forward substitution: row t of the inverse is unit row t minus what stands before.
            let mut inverse: Matrix = Vec::new();
            for (t, row) in strategy.iter().enumerate() {
                let mut solved = vec![0.0; steps];
                solved[t] = 1.0;
                for (factor, above) in row.iter().zip(&inverse) {
                    for (value, above) in solved.iter_mut().zip(above) {
                        *value -= factor * above;
                    }
                }
                inverse.push(solved);
            }
            let mut total = vec![0.0; steps];
            let sum = |row: &Vec<f64>| {
                total.iter_mut().zip(row).for_each(|(t, r)| *t += r);
                total.clone()
            };
            inverse.iter().map(sum).collect()
        }
        NoiseStrategy::Tree(estimator) => {
            let nodes: Vec<_> = nodes(steps).collect();
            (1..=steps)
                .map(|prefix| {
                    let (mut row, mut from) = (vec![0.0; nodes.len()], 0);
                    for height in (0..usize::BITS).rev().filter(|h| prefix >> h & 1 == 1) {
                        let to = from + (1 << height);
                        let estimate = node_estimate(*estimator, &nodes, (from, to));
                        row.iter_mut().zip(&estimate).for_each(|(r, e)| *r += e);
                        from = to;
                    }
                    row
                })
                .collect()
        }
    }
}

/// A node's estimate; Honaker's weights from the variances, as least squares wants them.
fn node_estimate(
    estimator: TreeEstimator,
    nodes: &[(usize, usize)],
    (from, to): (usize, usize),
) -> Vec<f64> {
    let own = nodes.iter().map(|&node| f64::from(node == (from, to)));
    if estimator == TreeEstimator::Plain || to - from == 1 {
        return own.collect();
    }
    let middle = (from + to) / 2;
    let left = node_estimate(estimator, nodes, (from, middle));
    let right = node_estimate(estimator, nodes, (middle, to));
    let children: Vec<f64> = left.iter().zip(&right).map(|(l, r)| l + r).collect();
    let variance: f64 = children.iter().map(|c| c * c).sum();
    let weight = variance / (1.0 + variance);
    own.zip(&children)
        .map(|(own, child)| weight * own + (1.0 - weight) * child)
        .collect()
}

/// The steps of every complete node, as ranges.
fn nodes(steps: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..usize::BITS)
        .map(|height| 1 << height)
        .take_while(move |&width| width <= steps)
        .flat_map(move |width: usize| {
            (0..steps / width).map(move |node| (node * width, (node + 1) * width))
        })
}
