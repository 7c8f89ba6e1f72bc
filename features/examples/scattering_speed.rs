//! Images a second through the scattering transform, for images of MNIST's size:
//! `cargo run --release -p privet-features --example scattering_speed`.
//!
//! Other sizes: `... --example scattering_speed -- CHANNELS SIDE SCALES ANGLES`.

use std::time::Instant;

use ndarray::Array2;
use privet_features::{FeatureError, Scattering, Stage};
use privet_gradients::network::InputShape;

fn main() -> Result<(), FeatureError> {
    let given: Vec<usize> = std::env::args()
        .skip(1)
        .filter_map(|text| text.parse().ok())
        .collect();
    let [channels, side, scales, angles] = given.try_into().unwrap_or([1, 28, 2, 8]);
    let input = InputShape::image(channels, side, side);
    let start = Instant::now();
    let stage = Scattering::new(input, scales, angles)?;
    println!(
        "{input} to {}: filters {:?}",
        stage.output(),
        start.elapsed()
    );
    let count = 3_000_000 / input.len().max(1) + 1;
    let images = Array2::from_shape_fn((count, input.len()), |(row, at)| {
        ((row * 31 + at * 17) % 255) as f32 / 255.0
    });
    for _ in 0..5 {
        let start = Instant::now();
        let found = stage.apply(images.view())?;
        let seconds = start.elapsed().as_secs_f64();
        let rate = count as f64 / seconds;
        println!(
            "{count} images in {seconds:.3} s: {rate:.0} a second ({})",
            found[[0, 0]]
        );
    }
    Ok(())
}
