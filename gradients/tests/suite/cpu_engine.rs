//! Sums and norms of the CPU engine, layer by layer, for every kind of unit and clipping.

use privet_gradients::cpu::{CpuEngine, Instructions};
use privet_gradients::network::{Architecture, InputShape, LayerSpec};
use privet_gradients::{
    Batch, Examples, GradientEngine, GradientError, GradientRequest, GradientSum, Sum, Units,
};
use privet_mechanisms::Clipping;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::reference;

const CLASSES: usize = 3;

struct Case {
    architecture: Architecture,
    parameters: Vec<f32>,
    inputs: Vec<f32>,
    labels: Vec<u32>,
}

fn case(input: InputShape, mut layers: Vec<LayerSpec>, rows: usize) -> Case {
    let known = Architecture::new(input, layers.clone(), CLASSES);
    if known.is_err() {
        layers.push(LayerSpec::Flatten);
        layers.push(LayerSpec::Linear { outputs: CLASSES });
    }
    let architecture = Architecture::new(input, layers, CLASSES).unwrap();
    let mut generator = ChaCha8Rng::seed_from_u64(5);
    let mut numbers = |count: usize, size: f32| -> Vec<f32> {
        (0..count)
            .map(|_| generator.random_range(-size..size))
            .collect()
    };
    let parameters = numbers(architecture.parameters(), 0.8);
    let inputs = numbers(rows * input.len(), 1.5);
    let labels = (0..rows).map(|row| (row % CLASSES) as u32).collect();
    Case {
        architecture,
        parameters,
        inputs,
        labels,
    }
}

impl Case {
    fn sum(
        &self,
        engine: CpuEngine,
        units: Units<'_>,
        request: GradientRequest<'_>,
    ) -> GradientSum {
        let examples = Examples {
            inputs: &self.inputs,
            labels: &self.labels,
        };
        let batch = Batch { examples, units };
        let mut worker = engine.worker(&self.architecture).unwrap();
        worker
            .gradient_sum(&self.parameters, batch, request)
            .unwrap()
    }

    /// Gradient of each row, in f64.
    fn gradients(&self) -> Vec<Vec<f64>> {
        let width = self.architecture.input().len();
        let rows = self.inputs.chunks(width).zip(&self.labels);
        rows.map(|(row, &label)| {
            reference::gradient(&self.architecture, &self.parameters, row, label)
        })
        .collect()
    }

    /// The clipped sum and the norms, in f64.
    fn expected(
        &self,
        gradients: &[Vec<f64>],
        sizes: &[usize],
        clipping: Option<&Clipping>,
    ) -> (Vec<f64>, Vec<f64>) {
        let own: Vec<usize> = self
            .architecture
            .trainable_layers()
            .iter()
            .map(|layer| layer.own_parameters())
            .collect();
        let (mut sum, mut norms) = (vec![0.0; self.parameters.len()], Vec::new());
        let mut rows = gradients.iter();
        for &size in sizes {
            let mut gradient = vec![0.0; self.parameters.len()];
            for row in rows.by_ref().take(size) {
                for (mean, value) in gradient.iter_mut().zip(row) {
                    *mean += value / size as f64;
                }
            }
            let mut rest = &gradient[..];
            let squares: Vec<f64> = own
                .iter()
                .map(|&count| {
                    let (part, after) = rest.split_at(count);
                    rest = after;
                    part.iter().map(|v| v * v).sum()
                })
                .collect();
            let mut factors = vec![1.0; own.len()];
            if let Some(clipping) = clipping {
                norms.push(clipping.factors(&squares, &mut factors));
            }
            let each = own.iter().zip(&factors);
            let each = each.flat_map(|(&count, &factor)| std::iter::repeat_n(factor, count));
            for ((sum, value), factor) in sum.iter_mut().zip(&gradient).zip(each) {
                *sum += value * f64::from(factor);
            }
        }
        (sum, norms)
    }
}

fn float(sum: &GradientSum) -> &[f32] {
    match sum.sum.expose_sensitive() {
        Sum::Float(values) => values,
        Sum::Grid(_) => panic!("a sum on a grid"),
    }
}

fn length(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().map(|v| v * v).sum::<f64>().sqrt()
}

/// Relative L2 distance at most 1e-5, and 1e-7 absolutely: central differences are good to 1e-9.
fn assert_close(found: &[f32], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let distance = length(found.iter().zip(expected).map(|(f, e)| f64::from(*f) - e));
    let size = length(expected.iter().copied());
    assert!(
        distance <= 1e-5 * size + 1e-7,
        "{what}: {distance} of {size}"
    );
}

fn conv2d(
    channels: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
    groups: usize,
) -> LayerSpec {
    LayerSpec::Conv2d {
        channels,
        kernel,
        stride,
        padding,
        groups,
    }
}

fn public_norm(mean: &[f64], deviation: &[f64]) -> LayerSpec {
    LayerSpec::PublicNorm {
        mean: mean.to_vec(),
        deviation: deviation.to_vec(),
    }
}

/// A network around each layer, in shapes that leave remainders everywhere.
fn cases() -> Vec<(&'static str, Case)> {
    use LayerSpec as L;
    let image = InputShape::image(2, 6, 5);
    let image_of = |layers| case(image, layers, 4);
    let mut cases = vec![
        (
            "linear",
            case(InputShape::flat(7), vec![L::Linear { outputs: 3 }], 5),
        ),
        (
            "wide linear",
            case(
                InputShape::flat(9),
                vec![L::Linear { outputs: 53 }, L::Tanh, L::Linear { outputs: 3 }],
                5,
            ),
        ),
        ("conv", image_of(vec![conv2d(5, 3, 1, 0, 1)])),
        (
            "conv, stride and padding",
            image_of(vec![conv2d(4, 3, 2, 2, 1)]),
        ),
        (
            "grouped conv",
            image_of(vec![conv2d(4, 2, 1, 1, 2), L::Tanh, conv2d(6, 3, 1, 0, 2)]),
        ),
        (
            "deep conv",
            image_of(vec![conv2d(17, 2, 1, 1, 1), L::Tanh, conv2d(9, 3, 2, 1, 1)]),
        ),
        (
            "conv to few places",
            image_of(vec![
                conv2d(20, 3, 1, 0, 1),
                L::Tanh,
                conv2d(20, 3, 3, 0, 1),
            ]),
        ),
        (
            "group norm",
            image_of(vec![
                conv2d(6, 3, 1, 1, 1),
                L::GroupNorm { groups: 3 },
                L::Tanh,
            ]),
        ),
        (
            "layer norm of pixels",
            image_of(vec![conv2d(6, 3, 1, 1, 1), L::LayerNorm, L::Relu]),
        ),
        (
            "layer norm of features",
            case(
                InputShape::flat(7),
                vec![L::Linear { outputs: 11 }, L::LayerNorm, L::Gelu],
                4,
            ),
        ),
        (
            "public norm of channels",
            image_of(vec![
                public_norm(&[0.3, -0.2], &[0.5, 2.0]),
                conv2d(5, 3, 1, 1, 1),
                public_norm(&[0.1], &[0.7]),
                L::Tanh,
            ]),
        ),
        (
            "public norm of features",
            case(
                InputShape::flat(3),
                vec![
                    L::Linear { outputs: 4 },
                    public_norm(&[0.3, -0.2, 0.0, 1.0], &[0.5, 2.0, 1.0, 0.9]),
                    L::Square,
                ],
                4,
            ),
        ),
        (
            "max pool",
            image_of(vec![
                conv2d(3, 2, 1, 0, 1),
                L::MaxPool {
                    kernel: 2,
                    stride: Some(1),
                },
            ]),
        ),
        (
            "avg pool",
            image_of(vec![
                conv2d(3, 2, 1, 0, 1),
                L::AvgPool {
                    kernel: 2,
                    stride: None,
                },
            ]),
        ),
        (
            "global max pool",
            image_of(vec![conv2d(18, 2, 1, 0, 1), L::GlobalMaxPool]),
        ),
        (
            "global avg pool",
            image_of(vec![conv2d(18, 2, 1, 0, 1), L::GlobalAvgPool]),
        ),
        (
            "residual",
            image_of(vec![
                conv2d(4, 3, 1, 1, 1),
                L::Residual {
                    layers: vec![conv2d(4, 3, 1, 1, 1), L::Tanh, conv2d(4, 3, 1, 1, 1)],
                    shortcut: vec![],
                },
                L::Relu,
                L::Residual {
                    layers: vec![L::Silu, conv2d(6, 2, 2, 0, 1)],
                    shortcut: vec![conv2d(6, 2, 2, 0, 1)],
                },
            ]),
        ),
    ];
    for function in [L::Relu, L::Tanh, L::Gelu, L::Silu, L::Sigmoid, L::Square] {
        let layers = vec![
            conv2d(5, 3, 1, 0, 1),
            function.clone(),
            L::Flatten,
            L::Linear { outputs: 6 },
            function,
        ];
        cases.push(("activation", image_of(layers)));
    }
    cases
}

#[test]
fn sums_norms_and_scores_agree_with_double_precision() {
    for (name, case) in cases() {
        let rows = case.labels.len();
        let ones = vec![1; rows];
        let layers = case.architecture.trainable_layers().len();
        let gradients = case.gradients();
        let typical = case
            .expected(&gradients, &ones, Some(&Clipping::Flat { norm: 1.0 }))
            .1[0];
        let rules = [
            None,
            Some(Clipping::Flat { norm: typical }),
            Some(Clipping::PerLayer {
                norms: (1..=layers).map(|l| typical * 0.3 * l as f64).collect(),
            }),
            Some(Clipping::Automatic {
                norm: 1.0,
                stability: 0.1,
            }),
        ];
        let sizes = [1, 0, rows - 2, 1];
        let units: [(Units<'_>, &[usize]); 2] =
            [(Units::Rows, &ones), (Units::Sizes(&sizes), &sizes)];
        for rule in &rules {
            for (units, sizes) in units {
                let (sum, norms) = case.expected(&gradients, sizes, rule.as_ref());
                for instructions in [
                    Instructions::Best,
                    Instructions::Avx2,
                    Instructions::Portable,
                ] {
                    let engine = CpuEngine::default().with_instructions(instructions);
                    let request = GradientRequest {
                        clipping: rule.as_ref(),
                        ..Default::default()
                    };
                    let found = case.sum(engine, units, request);
                    let what = format!("{name}, {rule:?}, {units:?}, {instructions:?}");
                    assert_close(float(&found), &sum, &what);
                    let found = found.norms.expose_sensitive();
                    assert_eq!(found.len(), norms.len(), "{what}");
                    for (found, expected) in found.iter().zip(&norms) {
                        assert!(
                            (found - expected).abs() <= 1e-5 * expected + 1e-7,
                            "{what}: {found} {expected}"
                        );
                    }
                }
            }
        }
        let mut worker = CpuEngine::default().worker(&case.architecture).unwrap();
        let scores = worker.scores(&case.parameters, &case.inputs).unwrap();
        let parameters: Vec<f64> = case.parameters.iter().map(|&p| f64::from(p)).collect();
        let width = case.architecture.input().len();
        let expected: Vec<f64> = case
            .inputs
            .chunks(width)
            .flat_map(|row| reference::scores(&case.architecture, &parameters, row))
            .collect();
        assert_close(&scores, &expected, name);
    }
}

#[test]
fn copies_are_units_of_equal_size() {
    let (_, case) = cases().remove(5);
    let clipping = Clipping::Flat { norm: 0.2 };
    let request = GradientRequest {
        clipping: Some(&clipping),
        ..Default::default()
    };
    let copies = case.sum(CpuEngine::default(), Units::Copies(2), request);
    let sizes = case.sum(CpuEngine::default(), Units::Sizes(&[2, 2]), request);
    assert_eq!(float(&copies), float(&sizes));
    assert_close(
        float(&copies),
        &case.expected(&case.gradients(), &[2, 2], Some(&clipping)).0,
        "copies",
    );
}

/// What a unit adds on the grid depends on the unit alone: not on its neighbours in the batch, nor
/// on how the batch is cut. The sensitivity of integer sums rests on this.
#[test]
fn on_a_grid_the_sum_of_the_parts_is_the_sum_of_the_whole() {
    for (name, mut case) in cases() {
        let width = case.architecture.input().len();
        let clipping = Clipping::Flat { norm: 0.3 };
        let request = GradientRequest {
            clipping: Some(&clipping),
            grid: Some(1e-6),
            ..Default::default()
        };
        let rows: Vec<f32> = (0..9).flat_map(|_| case.inputs.clone()).collect();
        case.labels = (0..9).flat_map(|_| case.labels.clone()).collect();
        case.inputs = rows
            .iter()
            .enumerate()
            .map(|(i, v)| v + (i % 97) as f32 * 1e-3)
            .collect();
        let grid = |first: usize, last: usize| {
            let part = Case {
                architecture: case.architecture.clone(),
                parameters: case.parameters.clone(),
                inputs: case.inputs[first * width..last * width].to_vec(),
                labels: case.labels[first..last].to_vec(),
            };
            let sum = part.sum(CpuEngine::default(), Units::Rows, request);
            match sum.sum.expose_sensitive() {
                Sum::Grid(values) => values.clone(),
                Sum::Float(_) => panic!("no grid"),
            }
        };
        let all = case.labels.len();
        let whole = grid(0, all);
        for cut in [1, 3, 8, 17] {
            let parts = grid(0, cut).into_iter().zip(grid(cut, all));
            let sum: Vec<i64> = parts.map(|(a, b)| a + b).collect();
            assert!(sum == whole, "{name}, cut at {cut}");
        }
    }
}

/// Rounding to the grid is within half a step a unit and coordinate, and the sum is what it is in
/// whatever order it is added.
#[test]
fn sums_on_a_grid_are_rounded_unit_by_unit() {
    for (name, case) in cases() {
        let clipping = Clipping::Flat { norm: 0.3 };
        let grid = 1e-4;
        let request = GradientRequest {
            clipping: Some(&clipping),
            grid: Some(grid),
            ..Default::default()
        };
        let found = case.sum(CpuEngine::default(), Units::Rows, request);
        let Sum::Grid(found) = found.sum.expose_sensitive() else {
            panic!("no grid")
        };
        let rows = case.labels.len();
        let (expected, _) = case.expected(&case.gradients(), &vec![1; rows], Some(&clipping));
        for (found, expected) in found.iter().zip(expected) {
            let error = (*found as f64 * grid - expected).abs();
            assert!(error <= grid * (0.5 * rows as f64 + 0.1), "{name}: {error}");
        }
    }
}

#[test]
fn what_is_not_finite_adds_nothing_and_is_counted() {
    for (name, mut case) in cases() {
        let clipping = Clipping::Flat { norm: 0.3 };
        let width = case.architecture.input().len();
        let request = GradientRequest {
            clipping: Some(&clipping),
            ..Default::default()
        };
        for broken in [f32::NAN, f32::INFINITY, 3e38] {
            case.inputs[width..2 * width].fill(broken);
            let with = case.sum(CpuEngine::default(), Units::Rows, request);
            let mut without = Case {
                architecture: case.architecture.clone(),
                parameters: case.parameters.clone(),
                inputs: case.inputs.clone(),
                labels: case.labels.clone(),
            };
            without.inputs.drain(width..2 * width);
            without.labels.remove(1);
            let without = without.sum(CpuEngine::default(), Units::Rows, request);
            let finite = with.norms.expose_sensitive()[1].is_finite();
            if broken.is_finite() && finite {
                continue; // Saturated: a gradient that is finite may stay.
            }
            assert!(!finite, "{name} {broken}");
            assert_eq!(*with.not_finite.expose_sensitive(), 1, "{name} {broken}");
            let expected: Vec<f64> = float(&without).iter().map(|&v| f64::from(v)).collect();
            assert_close(float(&with), &expected, name);
        }
    }
}

/// The parts of a batch are cut by its size alone.
#[test]
fn threads_do_not_change_a_bit() {
    let layers = vec![conv2d(5, 3, 1, 1, 1), LayerSpec::Tanh];
    let case = case(InputShape::image(2, 6, 5), layers, 333);
    let clipping = Clipping::Flat { norm: 0.3 };
    for clipping in [None, Some(&clipping)] {
        let request = GradientRequest {
            clipping,
            ..Default::default()
        };
        let many = case.sum(CpuEngine::default(), Units::Rows, request);
        let one = case.sum(CpuEngine::single_threaded(), Units::Rows, request);
        assert_eq!(float(&many), float(&one));
        assert_eq!(many.norms.expose_sensitive(), one.norms.expose_sensitive());
    }
}

#[test]
fn an_empty_batch_gives_zeros() {
    let case = case(InputShape::flat(4), vec![], 0);
    let clipping = Clipping::Flat { norm: 0.3 };
    let request = GradientRequest {
        clipping: Some(&clipping),
        ..Default::default()
    };
    let sum = case.sum(CpuEngine::default(), Units::Rows, request);
    assert!(float(&sum).iter().all(|&value| value == 0.0));
    assert!(sum.norms.expose_sensitive().is_empty());
}

#[test]
fn what_does_not_fit_is_refused() {
    let case = case(InputShape::flat(4), vec![], 2);
    let mut worker = CpuEngine::default().worker(&case.architecture).unwrap();
    let request = GradientRequest::default();
    let batch = Batch::of_rows(&case.inputs, &case.labels);
    let short = worker.gradient_sum(&case.parameters[1..], batch, request);
    assert!(matches!(short, Err(GradientError::Parameters { .. })));
    let sizes = Batch {
        units: Units::Sizes(&[1]),
        ..batch
    };
    let units = worker.gradient_sum(&case.parameters, sizes, request);
    assert!(matches!(units, Err(GradientError::Units)));
    let labels = worker.gradient_sum(
        &case.parameters,
        Batch::of_rows(&case.inputs, &[0, 3]),
        request,
    );
    assert!(matches!(labels, Err(GradientError::Label { .. })));
    let clipping = Clipping::PerLayer {
        norms: vec![1.0, 1.0],
    };
    for (clipping, grid) in [(Some(&clipping), None), (None, Some(1e-3))] {
        let request = GradientRequest {
            clipping,
            grid,
            dropout: None,
        };
        let refused = worker.gradient_sum(&case.parameters, batch, request);
        assert!(matches!(refused, Err(GradientError::Request(_))));
    }
}
