//! Questions about what is typical: one for each cluster of the pool.

use ndarray::Array2;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::diverse::centres;
use crate::distance::squared_distance;

/// Neighbours that a row's typicality is measured by.
const NEIGHBOURS: usize = 20;

/// Passes of Lloyd's algorithm at most.
const PASSES: usize = 30;

/// The most typical row of each cluster that holds no row of `asked`, of the largest cluster first.
///
/// As in TypiClust (Hacohen, Dekel and Weinshall, "Active learning on a budget: opposite strategies suit
/// high and low budgets", 2022, section 4): the rows are clustered by k-means into as many clusters as
/// rows are asked in all, and a row is the more typical the smaller its mean distance to its 20 nearest
/// neighbours in the cluster is. Where few labels can be asked for, typical rows teach more than those
/// far from all others, and voters agree about them. Where rows are too much alike for as many
/// clusters, a k-centre selection chooses the rest.
pub(super) fn choose(
    rows: &Array2<f32>,
    asked: &[usize],
    count: usize,
    generator: &mut ChaCha8Rng,
) -> Vec<usize> {
    let rows = rows.as_standard_layout();
    let width = rows.ncols().max(1);
    let rows: Vec<&[f32]> = rows
        .as_slice()
        .unwrap_or_default()
        .chunks_exact(width)
        .collect();
    let count = count.min(rows.len().saturating_sub(asked.len()));
    if count == 0 {
        return Vec::new();
    }
    let owners = cluster(&rows, asked.len() + count, generator);
    let mut clusters: Vec<Vec<usize>> = vec![Vec::new(); asked.len() + count];
    for (row, &owner) in owners.iter().enumerate() {
        clusters[owner].push(row);
    }
    let uncovered = |members: &Vec<usize>| !members.iter().any(|row| asked.contains(row));
    clusters.retain(|members| !members.is_empty() && uncovered(members));
    // Equal sizes stay in the order of their centres.
    clusters.sort_by_key(|members| std::cmp::Reverse(members.len()));
    clusters.truncate(count);
    let mut chosen: Vec<usize> = clusters
        .par_iter()
        .filter_map(|members| most_typical(&rows, members))
        .collect();
    if chosen.len() < count {
        let known: Vec<usize> = asked.iter().chain(&chosen).copied().collect();
        let all = Array2::from_shape_fn((rows.len(), width), |(row, at)| rows[row][at]);
        let first = (0..rows.len()).find(|row| !known.contains(row));
        let rest = centres(
            &all,
            &known,
            first.unwrap_or_default(),
            count - chosen.len(),
        );
        chosen.extend(rest);
    }
    chosen
}

/// The member with the smallest mean distance to its nearest neighbours among the members; the first of
/// equals.
fn most_typical(rows: &[&[f32]], members: &[usize]) -> Option<usize> {
    let spread = |row: usize| {
        let others = members.iter().filter(|&&other| other != row);
        let mut distances: Vec<f32> = others
            .map(|&other| squared_distance(rows[row], rows[other]).sqrt())
            .collect();
        distances.sort_by(f32::total_cmp);
        distances.truncate(NEIGHBOURS);
        match distances.len() {
            0 => 0.0,
            nearest => distances.iter().sum::<f32>() / nearest as f32,
        }
    };
    let spreads = members.iter().map(|&row| (spread(row), row));
    let least = spreads.min_by(|(a, at), (b, other)| a.total_cmp(b).then(at.cmp(other)));
    least.map(|(_, row)| row)
}

/// The cluster of each row, below `count`: k-means++ (Arthur and Vassilvitskii 2007), then Lloyd's
/// algorithm.
fn cluster(rows: &[&[f32]], count: usize, generator: &mut ChaCha8Rng) -> Vec<usize> {
    let mut centres = seeds(rows, count, generator);
    let mut owners = Vec::new();
    for _ in 0..PASSES {
        let now: Vec<usize> = rows.par_iter().map(|row| nearest(row, &centres)).collect();
        if now == owners {
            break;
        }
        owners = now;
        let width = rows.first().map_or(0, |row| row.len());
        let mut sums = vec![vec![0.0_f64; width]; centres.len()];
        let mut sizes = vec![0_usize; centres.len()];
        for (row, &owner) in rows.iter().zip(&owners) {
            sizes[owner] += 1;
            for (sum, &value) in sums[owner].iter_mut().zip(*row) {
                *sum += f64::from(value);
            }
        }
        for ((centre, sum), size) in centres.iter_mut().zip(sums).zip(sizes) {
            // A centre without rows stays where it is.
            if size > 0 {
                *centre = sum.iter().map(|sum| (sum / size as f64) as f32).collect();
            }
        }
    }
    owners
}

fn nearest(row: &[f32], centres: &[Vec<f32>]) -> usize {
    let mut best = (f32::INFINITY, 0);
    for (at, centre) in centres.iter().enumerate() {
        let distance = squared_distance(row, centre);
        if distance < best.0 {
            best = (distance, at);
        }
    }
    best.1
}

/// First centres: rows drawn one after another, each with probability proportional to its squared distance
/// from those before it.
fn seeds(rows: &[&[f32]], count: usize, generator: &mut ChaCha8Rng) -> Vec<Vec<f32>> {
    let mut distances = vec![1.0_f32; rows.len()];
    let mut centres: Vec<Vec<f32>> = Vec::with_capacity(count);
    while centres.len() < count {
        let total: f64 = distances.iter().map(|&distance| f64::from(distance)).sum();
        // All rows are centres already, or some are no numbers: any will do.
        let next = match total.is_finite() && total > 0.0 {
            true => drawn(&distances, total * generator.random::<f64>()),
            false => generator.random_range(0..rows.len()),
        };
        let centre = rows[next];
        let from = distances.par_iter_mut().zip(rows);
        let first = centres.is_empty();
        from.for_each(|(distance, row)| {
            let new = squared_distance(row, centre);
            *distance = if first { new } else { distance.min(new) };
        });
        centres.push(centre.to_vec());
    }
    centres
}

/// The place at which the running sum of the weights exceeds `target`.
fn drawn(weights: &[f32], target: f64) -> usize {
    let mut sum = 0.0;
    for (at, &weight) in weights.iter().enumerate() {
        sum += f64::from(weight);
        if sum > target {
            return at;
        }
    }
    weights
        .iter()
        .rposition(|&weight| weight > 0.0)
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use privet_training::seed::{seeded_generator, standard_normal};

    /// Rows around `clusters` far points, `each` of them, and one row far from everything.
    fn rows(clusters: usize, each: usize) -> Array2<f32> {
        let mut generator = seeded_generator(5, "typical", 0);
        let count = clusters * each;
        Array2::from_shape_fn((count + 1, 3), |(row, column)| {
            let noise = standard_normal(&mut generator);
            match (row == count, column) {
                (true, _) => 500.0,
                (false, 0) => 20.0 * (row / each) as f32 + noise,
                _ => noise,
            }
        })
    }

    #[test]
    fn one_row_of_the_middle_of_each_cluster_is_chosen() {
        let rows = rows(4, 60);
        let mut generator = seeded_generator(1, "questions", 0);
        let chosen = choose(&rows, &[], 5, &mut generator);
        assert_eq!(chosen.len(), 5);
        let mut owners: Vec<usize> = chosen.iter().map(|row| row / 60).collect();
        // The row that is far from everything is a cluster of its own, the smallest.
        assert_eq!(owners.pop(), Some(4));
        owners.sort_unstable();
        assert_eq!(owners, [0, 1, 2, 3]);
        for &row in &chosen[..4] {
            let middle = [20.0 * (row / 60) as f32, 0.0, 0.0];
            let distance = squared_distance(rows.row(row).as_slice().unwrap(), &middle);
            // That of a row drawn by chance is 3 in the mean.
            assert!(distance < 2.0, "{distance}");
        }
    }

    #[test]
    fn clusters_that_were_asked_about_are_passed_over() {
        let rows = rows(4, 60);
        let mut generator = seeded_generator(1, "questions", 0);
        // A row of each cluster but the third, and the far one.
        let asked = [7, 61, 200, 240];
        let chosen = choose(&rows, &asked, 1, &mut generator);
        assert_eq!(chosen[0] / 60, 2, "{chosen:?}");
    }

    #[test]
    fn every_row_can_be_asked_about_once() {
        let rows = Array2::from_shape_fn((6, 2), |(row, _)| (row / 3) as f32);
        let mut generator = seeded_generator(1, "questions", 0);
        let mut chosen = choose(&rows, &[1], 9, &mut generator);
        chosen.sort_unstable();
        assert_eq!(chosen, [0, 2, 3, 4, 5]);
        assert!(choose(&rows, &[0, 1, 2, 3, 4, 5], 3, &mut generator).is_empty());
        assert!(choose(&Array2::zeros((0, 2)), &[], 3, &mut generator).is_empty());
    }

    #[test]
    fn the_seed_decides() {
        let rows = rows(3, 40);
        let with = |seed| choose(&rows, &[], 8, &mut seeded_generator(seed, "questions", 0));
        assert_eq!(with(1), with(1));
    }
}
