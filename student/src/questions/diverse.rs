//! Questions far from each other.

use ndarray::Array2;

use crate::distance::squared_distance;

/// Greedy k-centre selection: the row farthest from all `centres` and all rows chosen so far, again
/// and again; of equally far ones the first. Where there is no centre yet, `first` is chosen first.
///
/// The largest distance of a row from its nearest centre is then at most twice the smallest that as
/// many centres can reach (Gonzalez, "Clustering to minimize the maximum intercluster distance",
/// 1985), in `O(rows x chosen x features)`. Centres are not chosen again, and rows that equal a
/// centre come last.
pub(super) fn centres(
    rows: &Array2<f32>,
    centres: &[usize],
    first: usize,
    count: usize,
) -> Vec<usize> {
    let rows = rows.as_standard_layout();
    let width = rows.ncols();
    let values = rows.as_slice().unwrap_or_default();
    let row = |at: usize| &values[at * width..(at + 1) * width];
    let mut nearest = vec![f32::INFINITY; rows.nrows()];
    let take = |nearest: &mut Vec<f32>, centre: usize| {
        for (at, nearest) in nearest.iter_mut().enumerate() {
            *nearest = nearest.min(squared_distance(row(at), row(centre)));
        }
        // Below every distance: not to be chosen.
        nearest[centre] = f32::NEG_INFINITY;
    };
    for &centre in centres {
        take(&mut nearest, centre);
    }
    let mut chosen = Vec::with_capacity(count.min(rows.nrows()));
    while chosen.len() < count {
        let next = match centres.is_empty() && chosen.is_empty() && first < nearest.len() {
            true => first,
            false => farthest(&nearest),
        };
        if nearest.get(next).is_none_or(|&distance| distance < 0.0) {
            break;
        }
        take(&mut nearest, next);
        chosen.push(next);
    }
    chosen
}

/// Place of the largest value, the first of equals; 0 without values.
fn farthest(nearest: &[f32]) -> usize {
    let mut best = 0;
    for (at, &distance) in nearest.iter().enumerate() {
        if distance > nearest[best] {
            best = at;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use privet_training::seed::seeded_generator;
    use rand::RngExt;

    fn rows(count: usize, seed: u64) -> Array2<f32> {
        let mut generator = seeded_generator(seed, "diverse", 0);
        Array2::from_shape_simple_fn((count, 2), || generator.random_range(-1.0..1.0))
    }

    fn radius(rows: &Array2<f32>, centres: &[usize]) -> f32 {
        let distance = |at: usize| {
            let to = |&centre: &usize| {
                let (a, b) = (rows.row(at).to_vec(), rows.row(centre).to_vec());
                squared_distance(&a, &b)
            };
            centres.iter().map(to).fold(f32::INFINITY, f32::min)
        };
        (0..rows.nrows()).map(distance).fold(0.0, f32::max).sqrt()
    }

    /// The best radius of any `k` centres, by trying all.
    fn best_radius(rows: &Array2<f32>, k: usize) -> f32 {
        let count = rows.nrows();
        let sets = (0..1_u32 << count).filter(|set| set.count_ones() as usize == k);
        sets.map(|set| {
            let centres: Vec<usize> = (0..count).filter(|at| set >> at & 1 == 1).collect();
            radius(rows, &centres)
        })
        .fold(f32::INFINITY, f32::min)
    }

    #[test]
    fn the_radius_is_at_most_twice_the_best() {
        for seed in 0..20 {
            let rows = rows(10, seed);
            for k in 1..5 {
                let chosen = centres(&rows, &[], seed as usize % 10, k);
                let (found, best) = (radius(&rows, &chosen), best_radius(&rows, k));
                assert!(found <= 2.0 * best + 1e-6, "{found} {best}");
            }
        }
    }

    #[test]
    fn each_choice_is_the_farthest_row_by_definition() {
        let rows = rows(40, 99);
        let mut known = vec![3, 17];
        for chosen in centres(&rows, &[3, 17], 0, 12) {
            let gap = |at: usize| {
                let from = rows.row(at).to_vec();
                let each = known
                    .iter()
                    .map(|&k: &usize| squared_distance(&from, &rows.row(k).to_vec()));
                each.fold(f32::INFINITY, f32::min)
            };
            assert!((0..40).all(|at| gap(at) <= gap(chosen)));
            assert!(!known.contains(&chosen));
            known.push(chosen);
        }
    }

    #[test]
    fn duplicates_come_last_and_nothing_twice() {
        let rows = ndarray::array![[0.0], [0.0], [5.0], [0.0]];
        assert_eq!(centres(&rows, &[], 1, 9), [1, 2, 0, 3]);
        assert_eq!(centres(&rows, &[0, 1, 2, 3], 0, 2), [0; 0]);
        assert_eq!(centres(&Array2::zeros((0, 3)), &[], 0, 2), [0; 0]);
    }
}
