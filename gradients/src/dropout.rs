//! Which values dropout keeps.

/// Multiplies each value by 0 with this probability, by `1 / (1 - probability)` otherwise.
///
/// What is kept is a function of `seed`, `layer` (its place in the order of
/// [`LayerShape::walk`](crate::network::LayerShape::walk), residual blocks counted too), `row` (its
/// place in the batch) and the position in `values` alone: every engine drops the same values, on
/// any number of threads. It is randomness for training, not for privacy: the generator is
/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
/// Positions are counted in the engine's own order of values: engines agree on vectors, and may
/// differ on images with channels.
pub fn keep(seed: u64, layer: usize, row: usize, values: &mut [f32], probability: f64) {
    let scale = (1.0 / (1.0 - probability)) as f32;
    // Drop where 53 uniform bits lie below the probability.
    let limit = (probability * (1u64 << 53) as f64) as u64;
    let mut state = mix(mix(mix(seed) ^ layer as u64) ^ row as u64);
    for value in values {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        *value = match mix(state) >> 11 < limit {
            true => 0.0,
            false => *value * scale,
        };
    }
}

/// The finalizer of SplitMix64: a bijection that spreads every bit.
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(seed: u64, layer: usize, row: usize, probability: f64) -> Vec<f32> {
        let mut values = vec![1.0; 4000];
        keep(seed, layer, row, &mut values, probability);
        values
    }

    /// The seed is fixed, so this either always passes or never; a right generator would fail for
    /// one seed in a million (5 standard deviations).
    #[test]
    fn the_share_of_zeros_is_the_probability_and_the_mean_stays() {
        for probability in [0.0, 0.1, 0.5, 0.9] {
            for (layer, row) in [(0, 0), (3, 1), (1, 3)] {
                let values = kept(7, layer, row, probability);
                let zeros = values.iter().filter(|value| **value == 0.0).count() as f64;
                let bound = 5.0 * (4000.0 * probability * (1.0 - probability)).sqrt();
                assert!((zeros - 4000.0 * probability).abs() <= bound, "{zeros}");
                let scale = (1.0 / (1.0 - probability)) as f32;
                assert!(values.iter().all(|&value| value == 0.0 || value == scale));
            }
        }
    }

    #[test]
    fn seed_layer_and_row_each_decide() {
        let first = kept(1, 2, 3, 0.5);
        assert_eq!(first, kept(1, 2, 3, 0.5));
        for other in [kept(2, 2, 3, 0.5), kept(1, 3, 2, 0.5), kept(1, 2, 4, 0.5)] {
            let same = first.iter().zip(&other).filter(|(a, b)| a == b).count();
            // Half of them agree, within 5 standard deviations.
            assert!(same.abs_diff(2000) < 160, "{same}");
        }
    }
}
