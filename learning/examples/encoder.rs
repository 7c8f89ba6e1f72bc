//! Trains an encoder on the first images of an IDX file, without labels, and encodes files with it:
//!
//! ```text
//! cargo run --release --example encoder -- CONFIG IMAGES COUNT SEED OUT FILE...
//! ```
//!
//! `CONFIG` is a TOML file with the keys of `EncoderTraining` (`-` for the defaults); IDX files are
//! not compressed. Features go to `OUT.0`, `OUT.1`, ...: 32-bit floats, little-endian, row by row.

use std::error::Error;
use std::time::Instant;

use ndarray::{Array2, Axis, Slice};
use privet_gradients::GradientEngine;
use privet_gradients::cpu::CpuEngine;
use privet_gradients::network::InputShape;
use privet_learning::encoder::{EncoderTraining, train_encoder};
use privet_learning::plain::SeedName;

/// Grey images of an IDX file, values between 0 and 1, and their sides.
fn images(path: &str) -> Result<(Array2<f32>, [usize; 2]), Box<dyn Error>> {
    let bytes = std::fs::read(path)?;
    let number = |at: usize| -> Option<usize> {
        let four = bytes.get(4 * at..4 * at + 4)?.try_into().ok()?;
        Some(u32::from_be_bytes(four) as usize)
    };
    let header = (number(0), number(1), number(2), number(3));
    let (Some(0x803), Some(rows), Some(height), Some(width)) = header else {
        return Err(format!("{path} is no IDX file of images").into());
    };
    let values = bytes[16..].iter().map(|&value| f32::from(value) / 255.0);
    let shape = (rows, height * width);
    Ok((
        Array2::from_shape_vec(shape, values.collect())?,
        [height, width],
    ))
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [config, pool, count, seed, out, files @ ..] = arguments.as_slice() else {
        return Err("usage: encoder CONFIG IMAGES COUNT SEED OUT FILE...".into());
    };
    let training: EncoderTraining = match config.as_str() {
        "-" => EncoderTraining::default(),
        path => toml::from_str(&std::fs::read_to_string(path)?)?,
    };
    let (pool, [height, width]) = images(pool)?;
    let pool = pool.slice_axis(
        Axis(0),
        Slice::from(..count.parse::<usize>()?.min(pool.nrows())),
    );
    let shape = InputShape::image(1, height, width);
    let name = SeedName {
        seed: seed.parse()?,
        purpose: "encoder",
        index: 0,
    };
    let engine = CpuEngine::default();
    let clock = Instant::now();
    let (trunk, parameters) =
        train_encoder(&engine, pool, shape, &training, name, |epoch, value| {
            let seconds = clock.elapsed().as_secs_f64();
            println!("epoch {epoch}: {value:.4} after {seconds:.1} s");
        })?;
    println!(
        "{} parameters, {} features",
        parameters.len(),
        trunk.classes()
    );
    let mut worker = engine.worker(&trunk)?;
    for (place, file) in files.iter().enumerate() {
        let (images, _) = images(file)?;
        let (inputs, _) = images.into_raw_vec_and_offset();
        let features = worker.scores(&parameters, &inputs)?;
        let bytes: Vec<u8> = features.iter().flat_map(|v| v.to_le_bytes()).collect();
        std::fs::write(format!("{out}.{place}"), bytes)?;
    }
    Ok(())
}
