//! The preset on MNIST, where its files are at hand.

use std::io::Read;
use std::path::{Path, PathBuf};

use privet_gradients::cpu::CpuEngine;
use privet_gradients::network::{Architecture, InputShape, NetworkSpec, Preset};
use privet_gradients::{Batch, GradientEngine, GradientRequest, Sum};
use privet_integer::{Settings, TrainedLayer, quantise};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::networks::grid;

const PIXELS: usize = 784;
const LEARNT: usize = 20_000;
const TESTED: usize = 2_000;
const BATCH: usize = 100;

/// Bytes of a file behind its header.
fn bytes(file: &str, header: usize) -> Vec<u8> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let folder = std::env::var_os("PRIVET_DATA_DIR").map_or(beside, PathBuf::from);
    let packed = std::fs::read(folder.join("mnist").join(file)).unwrap();
    let mut bytes = Vec::new();
    (flate2::read::GzDecoder::new(&packed[..]))
        .read_to_end(&mut bytes)
        .unwrap();
    bytes.split_off(header)
}

/// The first images of a file, on a grid of 4 bits, and their digits.
fn examples(name: &str, count: usize) -> (Vec<f32>, Vec<u32>) {
    let grid = grid(4, false);
    let pixels = bytes(&format!("{name}-images-idx3-ubyte.gz"), 16);
    let labels = bytes(&format!("{name}-labels-idx1-ubyte.gz"), 8);
    let pixels = pixels[..count * PIXELS].iter();
    (
        pixels.map(|&p| grid.round(f64::from(p) / 255.0)).collect(),
        labels[..count].iter().map(|&label| label.into()).collect(),
    )
}

fn accuracy(scores: &[f32], labels: &[u32]) -> f64 {
    let right = scores.chunks(10).zip(labels).filter(|(scores, label)| {
        let own = scores[**label as usize];
        scores.iter().all(|&score| score <= own)
    });
    right.count() as f64 / labels.len() as f64
}

/// Six epochs of plain gradient descent with momentum, from PyTorch's initial weights.
fn trained(architecture: &Architecture) -> Vec<f32> {
    let (inputs, labels) = examples("train", LEARNT);
    let mut generator = ChaCha8Rng::seed_from_u64(1);
    let mut parameters = Vec::new();
    for layer in architecture.trainable_layers() {
        let outputs = layer.output.depth();
        let bound = ((layer.own_parameters() / outputs - 1) as f32)
            .sqrt()
            .recip();
        parameters
            .extend((0..layer.own_parameters()).map(|_| generator.random_range(-bound..bound)));
    }
    let mut worker = CpuEngine::default().worker(architecture).unwrap();
    let mut velocity = vec![0.0; parameters.len()];
    let mut order: Vec<usize> = (0..LEARNT).collect();
    for _ in 0..6 {
        order.shuffle(&mut generator);
        for batch in order.chunks(BATCH) {
            let rows: Vec<f32> = (batch.iter())
                .flat_map(|&row| inputs[row * PIXELS..][..PIXELS].to_vec())
                .collect();
            let classes: Vec<u32> = batch.iter().map(|&row| labels[row]).collect();
            let batch = Batch::of_rows(&rows, &classes);
            let sum = worker.gradient_sum(&parameters, batch, GradientRequest::default());
            let sum = sum.unwrap().sum;
            let Sum::Float(gradient) = sum.expose_sensitive() else {
                panic!("a sum on a grid");
            };
            for ((parameter, velocity), gradient) in
                parameters.iter_mut().zip(&mut velocity).zip(gradient)
            {
                *velocity = 0.9 * *velocity + gradient / BATCH as f32;
                *parameter -= 0.02 * *velocity;
            }
        }
    }
    parameters
}

#[test]
#[ignore = "trains on MNIST for some seconds; needs its files (PRIVET_DATA_DIR)"]
fn the_preset_learns_and_keeps_its_classes_as_integers() {
    let architecture = NetworkSpec::preset(Preset::EncryptedCnn)
        .resolve(InputShape::image(1, 28, 28), 10)
        .unwrap();
    let parameters = trained(&architecture);
    let (inputs, labels) = examples("t10k", TESTED);
    let mut worker = CpuEngine::default().worker(&architecture).unwrap();
    let scores = worker.scores(&parameters, &inputs).unwrap();
    let of_network = accuracy(&scores, &labels);
    println!("network: {of_network}");
    assert!(of_network > 0.95, "{of_network}");
    let trained = TrainedLayer::from_flat(&architecture, &parameters).unwrap();
    for (weight_bits, least) in [(3, 0.9), (4, 0.97), (6, 0.99), (8, 0.995), (12, 0.999)] {
        let settings = Settings { weight_bits };
        let quantised = quantise(&architecture, &trained, grid(4, false), settings).unwrap();
        let model = quantised.model;
        let compared = model.compare(&inputs, &scores).unwrap();
        let scale = model.outputs().last().unwrap().scale;
        let mut integer = Vec::new();
        for row in inputs.chunks(PIXELS) {
            let exact = model.evaluate(&model.numbers(row).unwrap()).unwrap();
            integer.extend(exact.iter().map(|&score| (score as f64 * scale) as f32));
        }
        let bits: Vec<u32> = model.outputs().iter().map(|output| output.bits).collect();
        println!(
            "{weight_bits} bits: accuracy {}, {compared:?}, proven {:e}, bits {bits:?}",
            accuracy(&integer, &labels),
            quantised.largest_difference
        );
        assert!(compared.agreement() >= least, "{compared:?}");
        assert!(compared.largest_difference <= quantised.largest_difference);
    }
}
