//! How far a private record is from a public input, and which are nearest.

use ndarray::ArrayView2;

/// Sums that are kept side by side, so that the processor's vectors can be used.
const LANES: usize = 16;

/// Squared Euclidean distance of a public input and a record, in single precision, summed in an order
/// that depends on their length only: a function of these two alone.
pub(crate) fn squared_distance(input: &[f32], records: ArrayView2<'_, f32>, record: usize) -> f32 {
    let row = records.row(record);
    match row.as_slice() {
        Some(row) => squared(input, row),
        None => squared(input, &row.to_vec()),
    }
}

fn squared(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let (a, b) = (a.chunks(LANES), b.chunks(LANES));
    for (a, b) in a.zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += (a - b) * (a - b);
        }
    }
    sums.iter().sum()
}

/// The `count` entries with the smallest distances, in any order; all where there are no more. Of equal
/// distances the smaller entry is the nearer: which of two is nearer depends on these two alone.
pub(crate) fn nearest<T: Copy + Ord>(distances: &mut [(f32, T)], count: usize) -> &[(f32, T)] {
    let nearer = |a: &(f32, T), b: &(f32, T)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
    let count = count.min(distances.len());
    if count < distances.len() {
        distances.select_nth_unstable_by(count, nearer);
    }
    &distances[..count]
}
