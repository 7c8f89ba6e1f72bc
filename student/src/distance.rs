//! How far two inputs are from each other.

/// Values that are compared side by side, for vector instructions.
const LANES: usize = 16;

/// `|a - b|^2`; infinite where it is no number, so that such a row is far from every other.
pub(crate) fn squared_distance(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let (parts, others) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest = parts.remainder().iter().zip(others.remainder());
    let mut total: f32 = rest.map(|(a, b)| (a - b) * (a - b)).sum();
    for (a, b) in parts.zip(others) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += (a - b) * (a - b);
        }
    }
    total += sums.iter().sum::<f32>();
    match total.is_nan() {
        true => f32::INFINITY,
        false => total,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_rows_have_the_distance_of_the_definition() {
        let a: Vec<f32> = (0..37).map(|value| value as f32).collect();
        let b: Vec<f32> = (0..37).map(|value| (value % 5) as f32).collect();
        let expected: f32 = a.iter().zip(&b).map(|(a, b)| (a - b) * (a - b)).sum();
        assert_eq!(squared_distance(&a, &b), expected);
        assert_eq!(squared_distance(&[f32::NAN], &[0.0]), f32::INFINITY);
    }
}
