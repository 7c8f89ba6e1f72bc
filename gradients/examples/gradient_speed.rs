//! Examples per second of gradients alone: `gradient_speed [NETWORK] [BATCH] [all]`, on one thread or
//! on all.

use std::time::Instant;

use privet_gradients::cpu::CpuEngine;
use privet_gradients::network::{Architecture, InputShape, LayerSpec, NetworkSpec, Preset};
use privet_gradients::{Batch, GradientEngine, GradientRequest};
use privet_mechanisms::Clipping;

fn conv(channels: usize) -> Vec<LayerSpec> {
    vec![
        LayerSpec::Conv2d {
            channels,
            kernel: 3,
            stride: 1,
            padding: 1,
            groups: 1,
        },
        LayerSpec::GroupNorm { groups: 16 },
        LayerSpec::Relu,
    ]
}

fn network(name: &str) -> Architecture {
    match name {
        "mlp" => NetworkSpec::mlp(&[1024, 1024])
            .resolve(InputShape::flat(784), 10)
            .unwrap(),
        "resnet9" => {
            let pool = || LayerSpec::MaxPool {
                kernel: 2,
                stride: None,
            };
            let residual = |channels| LayerSpec::Residual {
                layers: [conv(channels), conv(channels)].concat(),
                shortcut: vec![],
            };
            let mut layers = [conv(64), conv(128)].concat();
            layers.push(pool());
            layers.push(residual(128));
            layers.extend(conv(256));
            layers.push(pool());
            layers.extend(conv(256));
            layers.push(pool());
            layers.push(residual(256));
            layers.push(LayerSpec::GlobalAvgPool);
            layers.push(LayerSpec::Linear { outputs: 10 });
            Architecture::new(InputShape::image(3, 32, 32), layers, 10).unwrap()
        }
        _ => NetworkSpec::preset(Preset::Cnn)
            .resolve(InputShape::image(1, 28, 28), 10)
            .unwrap(),
    }
}

/// Fused multiply-adds in registers alone: the most that a core does, in floating-point operations
/// per second.
struct Peak;

impl pulp::WithSimd for Peak {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, simd: S) -> f64 {
        const ROUNDS: usize = 200_000;
        let mut sums = [simd.splat_f32s(1e-3); 12];
        let [a, b] = [0.999, 1e-6].map(|value| simd.splat_f32s(std::hint::black_box(value)));
        let start = Instant::now();
        for _ in 0..ROUNDS {
            for sum in &mut sums {
                *sum = simd.mul_add_e_f32s(*sum, a, b);
            }
        }
        let seconds = start.elapsed().as_secs_f64();
        std::hint::black_box(sums);
        (2 * ROUNDS * 12 * S::F32_LANES) as f64 / seconds
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_else(|| "mnist-cnn".into());
    let batch: usize = arguments.next().map_or(1024, |text| text.parse().unwrap());
    let architecture = network(&name);
    let number = |i: usize| ((i as f32 * 0.7).sin() * 43758.547).fract();
    let parameters: Vec<f32> = (0..architecture.parameters())
        .map(|i| number(i) * 0.1)
        .collect();
    let inputs: Vec<f32> = (0..batch * architecture.input().len())
        .map(number)
        .collect();
    let labels: Vec<u32> = (0..batch).map(|i| (i % 10) as u32).collect();
    let engine = match arguments.next().as_deref() {
        Some("all") => CpuEngine::default(),
        _ => CpuEngine::single_threaded(),
    };
    let mut worker = engine.worker(&architecture).unwrap();
    let clipping = Clipping::Flat { norm: 0.1 };
    let mut times = [Vec::new(), Vec::new()];
    let mut peak = 0.0f64;
    let clock = Instant::now();
    while clock.elapsed().as_secs_f64() < 4.0 {
        peak = peak.max(pulp::Arch::new().dispatch(Peak));
        for (times, clipping) in times.iter_mut().zip([None, Some(&clipping)]) {
            let request = GradientRequest {
                clipping,
                ..GradientRequest::default()
            };
            let start = Instant::now();
            let sum = worker
                .gradient_sum(&parameters, Batch::of_rows(&inputs, &labels), request)
                .unwrap();
            std::hint::black_box(sum);
            times.push(start.elapsed().as_secs_f64());
        }
    }
    let [plain, clipped] = times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        [times[times.len() / 2], times[0]].map(|seconds| batch as f64 / seconds)
    });
    println!(
        "{name} batch {batch}, median (best): plain {:.0}/s ({:.0}), clipped {:.0}/s ({:.0}), ratio \
         of the best {:.3}, peak {:.1} GFLOP/s",
        plain[0],
        plain[1],
        clipped[0],
        clipped[1],
        plain[1] / clipped[1],
        peak * 1e-9
    );
}
