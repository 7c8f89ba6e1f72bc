//! Which values dropout keeps.

/// Multiplies each value by 0 with this probability, else by `1 / (1 - probability)`.
///
/// What is dropped is a function of the batch's seed, the layer (its place in the order of
/// [`LayerShape::walk`](crate::network::LayerShape::walk)), the row of the batch and the position,
/// so that every engine drops the same values, however it cuts the batch into blocks. Positions are
/// counted in the engine's own order; engines agree on vectors, not on images with channels.
pub fn keep(seed: u64, layer: usize, row: usize, values: &mut [f32], probability: f64) {
    let threshold = (probability * 2f64.powi(64)) as u64;
    let scale = (1.0 / (1.0 - probability)) as f32;
    let mut state = mix(mix(seed ^ mix(layer as u64)) ^ row as u64);
    for value in values {
        state = state.wrapping_add(GOLDEN);
        *value = match mix(state) < threshold {
            true => 0.0,
            false => *value * scale,
        };
    }
}

/// 2^64 over the golden ratio: the increment of SplitMix64 (Steele, Lea and Flood 2014).
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The output function of SplitMix64.
fn mix(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hoeffding: 100,000 values are off by more than 0.01 with probability below 5e-9.
    #[test]
    fn the_stated_share_is_dropped_and_the_mean_stays() {
        for probability in [0.0, 0.3, 0.5] {
            let mut values = vec![1.0; 100_000];
            keep(3, 1, 2, &mut values, probability);
            let dropped = values.iter().filter(|&&value| value == 0.0).count();
            assert!((dropped as f64 / 1e5 - probability).abs() < 0.01);
            let mean = values.iter().sum::<f32>() / 1e5;
            assert!((mean - 1.0).abs() < 0.02);
        }
    }

    #[test]
    fn layers_and_rows_are_dropped_differently() {
        let mask = |seed, layer, row| {
            let mut values = vec![1.0; 64];
            keep(seed, layer, row, &mut values, 0.5);
            values
        };
        assert_eq!(mask(1, 2, 3), mask(1, 2, 3));
        assert_ne!(mask(1, 2, 3), mask(2, 2, 3));
        assert_ne!(mask(1, 2, 3), mask(1, 3, 3));
        assert_ne!(mask(1, 2, 3), mask(1, 2, 4));
    }
}
