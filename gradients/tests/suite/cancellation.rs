//! A unit whose rows cancel: its gradient is small, but the terms that it is made of are not.

use privet_gradients::cpu::CpuEngine;
use privet_gradients::network::{Architecture, InputShape, LayerSpec};
use privet_gradients::{Batch, Examples, GradientEngine, GradientRequest, Sum, Units};
use privet_mechanisms::Clipping;

const WIDTH: usize = 784;
const CLASSES: usize = 10;
const OTHERS: usize = 31;

/// One user more, of two rows that differ in their class alone. The network cannot tell the two
/// classes apart, so that the two gradients are each other's negative.
#[test]
fn what_cancels_within_a_unit_does_not_wash_out_the_others() {
    let wave = |i: usize| (i as f32 * 0.7).sin();
    let mut parameters: Vec<f32> = (0..WIDTH * CLASSES + CLASSES)
        .map(|i| wave(i) / 28.0)
        .collect();
    for outputs in parameters.chunks_mut(CLASSES) {
        outputs[1] = outputs[0];
    }
    let inputs: Vec<f32> = (0..OTHERS * WIDTH).map(|i| wave(3 * i + 1)).collect();
    let labels = vec![4_u32; OTHERS];
    let sizes = vec![1; OTHERS];
    // Both classes have by far the largest score.
    let row = |scale: f32| {
        let weights = parameters.chunks(CLASSES).take(WIDTH);
        let row = weights
            .enumerate()
            .map(|(i, outputs)| scale * (outputs[0].signum() + wave(i) / 8.0));
        row.collect::<Vec<_>>()
    };
    let architecture = Architecture::new(
        InputShape::flat(WIDTH),
        vec![LayerSpec::Linear { outputs: CLASSES }],
        CLASSES,
    );
    let mut worker = CpuEngine::single_threaded()
        .worker(&architecture.unwrap())
        .unwrap();
    let clipping_norm = 0.1;
    for clipping in [
        Clipping::Flat {
            norm: clipping_norm,
        },
        Clipping::PerLayer {
            norms: vec![clipping_norm],
        },
        Clipping::Automatic {
            norm: clipping_norm,
            stability: 0.01,
        },
    ] {
        let mut sum = |inputs: &[f32], labels: &[u32], sizes: &[usize]| {
            let batch = Batch {
                examples: Examples { inputs, labels },
                units: Units::Sizes(sizes),
            };
            let request = GradientRequest {
                clipping: Some(&clipping),
                ..GradientRequest::default()
            };
            let found = worker.gradient_sum(&parameters, batch, request).unwrap();
            match found.sum.into_exposed_sensitive() {
                Sum::Float(sum) => sum,
                Sum::Grid(_) => panic!("no grid was asked for"),
            }
        };
        let without = sum(&inputs, &labels, &sizes);
        for scale in [1.0, 1e3, 1e5, 1e7, 1e9] {
            let (mut inputs, mut labels, mut sizes) =
                (inputs.clone(), labels.clone(), sizes.clone());
            for class in [0, 1] {
                inputs.extend(row(scale));
                labels.push(class);
            }
            sizes.push(2);
            let with = sum(&inputs, &labels, &sizes);
            let moved = with.iter().zip(&without);
            let moved = moved
                .map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2))
                .sum::<f64>()
                .sqrt();
            // The second term is what rounding the sum of all may add.
            let most = clipping_norm * (1.0 + 2_f64.powi(-16) + 40.0 * 2_f64.powi(-20));
            assert!(moved <= most, "{clipping:?}, {scale:e}: {moved}");
        }
    }
}
