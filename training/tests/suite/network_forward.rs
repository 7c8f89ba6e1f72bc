//! Every layer's output against loops written from its definition.

use burn::tensor::{Tensor, TensorData};
use privet_training::data::InputShape;
use privet_training::network::{LayerSpec, Network};

use crate::support::{assert_close, network, numbers, with_parameters};

/// Channels, height and width of an image, pixels channels first.
#[derive(Clone)]
struct Image {
    channels: usize,
    height: usize,
    width: usize,
    pixels: Vec<f32>,
}

impl Image {
    /// Fills an image by a function of channel, y and x.
    fn from_fn(
        [channels, height, width]: [usize; 3],
        pixel: impl Fn(usize, usize, usize) -> f32,
    ) -> Self {
        let mut pixels = Vec::new();
        for channel in 0..channels {
            for y in 0..height {
                pixels.extend((0..width).map(|x| pixel(channel, y, x)));
            }
        }
        Self {
            channels,
            height,
            width,
            pixels,
        }
    }

    fn random(channels: usize, height: usize, width: usize, name: &str) -> Self {
        Self {
            channels,
            height,
            width,
            pixels: numbers(channels * height * width, name),
        }
    }

    fn at(&self, channel: usize, y: usize, x: usize) -> f32 {
        self.pixels[(channel * self.height + y) * self.width + x]
    }

    /// The same with zeros outside of the image.
    fn at_padded(&self, channel: usize, y: isize, x: isize) -> f32 {
        let inside =
            (0..self.height as isize).contains(&y) && (0..self.width as isize).contains(&x);
        match inside {
            true => self.at(channel, y as usize, x as usize),
            false => 0.0,
        }
    }

    fn shape(&self) -> InputShape {
        InputShape::image(self.channels, self.height, self.width)
    }
}

/// A network of one layer and a flatten, with random parameters that are returned too.
fn one_layer(layer: LayerSpec, input: &Image, outputs: usize) -> (Network, Vec<f32>) {
    let layers = vec![layer, LayerSpec::Flatten];
    let network = network(layers, input.shape(), outputs);
    let parameters = numbers(network.architecture().parameters(), "parameters");
    (with_parameters(network, &parameters), parameters)
}

/// Two different images in one batch, so that a layer that mixes examples is found out.
fn check(layer: &LayerSpec, sizes: [usize; 3], reference: impl Fn(&Image, &[f32]) -> Image) {
    let [channels, height, width] = sizes;
    let images = ["first", "second"].map(|name| Image::random(channels, height, width, name));
    let outputs = reference(&images[0], &numbers(10_000, "parameters"))
        .pixels
        .len();
    let (network, parameters) = one_layer(layer.clone(), &images[0], outputs);
    let rows: Vec<f32> = images
        .iter()
        .flat_map(|image| image.pixels.clone())
        .collect();
    let found = forward(&network, rows, 2);
    let expected: Vec<f32> = images
        .iter()
        .flat_map(|image| reference(image, &parameters).pixels)
        .collect();
    assert_close(&found, &expected, 2e-5);
}

fn forward(network: &Network, rows: Vec<f32>, batch: usize) -> Vec<f32> {
    let width = rows.len() / batch;
    let rows = Tensor::<2>::from_data(TensorData::new(rows, [batch, width]), &network.device());
    network.forward(rows).into_data().iter::<f32>().collect()
}

#[test]
fn linear_is_inputs_times_weights_plus_bias() {
    let (inputs, outputs) = (4, 3);
    let layers = vec![LayerSpec::Linear { outputs }];
    let network = network(layers, InputShape::flat(inputs), outputs);
    let parameters = numbers(inputs * outputs + outputs, "parameters");
    let network = with_parameters(network, &parameters);
    let rows = numbers(2 * inputs, "rows");
    let expected: Vec<f32> = rows
        .chunks(inputs)
        .flat_map(|row| {
            let parameters = &parameters;
            (0..outputs).map(move |output| {
                let products =
                    (0..inputs).map(|input| row[input] * parameters[input * outputs + output]);
                products.sum::<f32>() + parameters[inputs * outputs + output]
            })
        })
        .collect();
    assert_close(&forward(&network, rows, 2), &expected, 1e-6);
}

#[test]
fn convolutions_slide_their_kernels() {
    // A kernel that does not divide the image, a stride that leaves pixels over, padding.
    for (kernel, stride, padding, groups) in [
        (1, 1, 0, 1),
        (3, 1, 0, 1),
        (3, 2, 0, 1),
        (3, 1, 1, 1),
        (4, 3, 2, 1),
        (3, 2, 1, 2),
    ] {
        let channels = 4;
        let layer = LayerSpec::Conv2d {
            channels,
            kernel,
            stride,
            padding,
            groups,
        };
        check(&layer, [2, 8, 7], |image, parameters| {
            let side = |size: usize| (size + 2 * padding - kernel) / stride + 1;
            // Inputs that one output channel sees, and the first of them.
            let seen = image.channels / groups;
            let first = |to: usize| to / (channels / groups) * seen;
            let weights = channels * seen * kernel * kernel;
            let sizes = [channels, side(image.height), side(image.width)];
            Image::from_fn(sizes, |to, y, x| {
                let mut sum = parameters[weights + to];
                for from in 0..seen {
                    for ky in 0..kernel {
                        for kx in 0..kernel {
                            let weight = ((to * seen + from) * kernel + ky) * kernel + kx;
                            let row = (y * stride + ky) as isize - padding as isize;
                            let column = (x * stride + kx) as isize - padding as isize;
                            sum +=
                                parameters[weight] * image.at_padded(first(to) + from, row, column);
                        }
                    }
                }
                sum
            })
        });
    }
}

/// The values of each window, reduced.
fn pooled(image: &Image, kernel: usize, stride: usize, reduce: impl Fn(&[f32]) -> f32) -> Image {
    let side = |size: usize| (size - kernel) / stride + 1;
    let sizes = [image.channels, side(image.height), side(image.width)];
    Image::from_fn(sizes, |channel, y, x| {
        let mut window = Vec::new();
        for ky in 0..kernel {
            for kx in 0..kernel {
                window.push(image.at(channel, y * stride + ky, x * stride + kx));
            }
        }
        reduce(&window)
    })
}

#[test]
fn pools_reduce_windows() {
    for (kernel, stride) in [
        (2, None),
        (2, Some(1)),
        (3, Some(2)),
        (3, None),
        (2, Some(3)),
    ] {
        let step = stride.unwrap_or(kernel);
        check(
            &LayerSpec::MaxPool { kernel, stride },
            [2, 7, 8],
            |image, _| {
                pooled(image, kernel, step, |window| {
                    window.iter().copied().fold(f32::NEG_INFINITY, f32::max)
                })
            },
        );
        check(
            &LayerSpec::AvgPool { kernel, stride },
            [2, 7, 8],
            |image, _| {
                pooled(image, kernel, step, |window| {
                    window.iter().sum::<f32>() / window.len() as f32
                })
            },
        );
    }
}

#[test]
fn group_norm_standardises_each_group_of_each_example() {
    for groups in [1, 2, 6] {
        check(
            &LayerSpec::GroupNorm { groups },
            [6, 3, 4],
            |image, parameters| {
                let (gain, shift) = parameters.split_at(image.channels);
                let pixels = image.height * image.width;
                let members = image.channels / groups * pixels;
                Image::from_fn([6, 3, 4], |channel, y, x| {
                    let group = channel / (image.channels / groups);
                    let values = &image.pixels[group * members..(group + 1) * members];
                    let count = members as f32;
                    let mean = values.iter().sum::<f32>() / count;
                    // The biased variance and 1e-5, as in PyTorch.
                    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / count;
                    let standardised = (image.at(channel, y, x) - mean) / (variance + 1e-5).sqrt();
                    standardised * gain[channel] + shift[channel]
                })
            },
        );
    }
}

#[test]
fn elementwise_layers_apply_their_function_to_every_value() {
    type Function = fn(f32) -> f32;
    let sigmoid = |x: f32| 1.0 / (1.0 + (-x).exp());
    let functions: [(LayerSpec, Function); 6] = [
        (LayerSpec::Sigmoid, sigmoid),
        (LayerSpec::Silu, |x| x / (1.0 + (-x).exp())),
        // With the error function; the approximation by tanh is off by up to 5e-4.
        (LayerSpec::Gelu, |x| {
            0.5 * x * (1.0 + libm::erff(x / 2f32.sqrt()))
        }),
        (LayerSpec::Relu, |x| x.max(0.0)),
        (LayerSpec::Tanh, f32::tanh),
        (LayerSpec::Square, |x| x * x),
    ];
    for (layer, function) in functions {
        check(&layer, [2, 3, 4], |image, _| Image {
            pixels: image.pixels.iter().map(|&value| function(value)).collect(),
            ..image.clone()
        });
    }
}

#[test]
fn public_norm_applies_the_constants_of_each_channel() {
    let layer = LayerSpec::PublicNorm {
        mean: vec![0.5, -0.25],
        deviation: vec![2.0, 0.125],
    };
    check(&layer, [2, 3, 4], |image, _| {
        Image::from_fn([2, 3, 4], |channel, y, x| match channel {
            0 => (image.at(0, y, x) - 0.5) / 2.0,
            _ => (image.at(1, y, x) + 0.25) / 0.125,
        })
    });
}

#[test]
fn layer_norm_standardises_the_channels_of_each_pixel() {
    check(&LayerSpec::LayerNorm, [5, 3, 4], |image, parameters| {
        let (gain, shift) = parameters.split_at(5);
        Image::from_fn([5, 3, 4], |channel, y, x| {
            let values: Vec<f32> = (0..5).map(|channel| image.at(channel, y, x)).collect();
            let mean = values.iter().sum::<f32>() / 5.0;
            let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / 5.0;
            let standardised = (values[channel] - mean) / (variance + 1e-5).sqrt();
            standardised * gain[channel] + shift[channel]
        })
    });
}

#[test]
fn global_pools_reduce_each_channel() {
    let pixels = |image: &Image, channel: usize| image.pixels[channel * 12..][..12].to_vec();
    check(&LayerSpec::GlobalMaxPool, [3, 3, 4], |image, _| {
        Image::from_fn([3, 1, 1], |channel, _, _| {
            let values = pixels(image, channel).into_iter();
            values.fold(f32::NEG_INFINITY, f32::max)
        })
    });
    check(&LayerSpec::GlobalAvgPool, [3, 3, 4], |image, _| {
        Image::from_fn([3, 1, 1], |channel, _, _| {
            pixels(image, channel).iter().sum::<f32>() / 12.0
        })
    });
}

#[test]
fn flatten_keeps_channels_then_rows_then_columns() {
    check(&LayerSpec::Flatten, [2, 3, 4], |image, _| image.clone());
}

#[test]
fn equal_names_give_equal_parameters_and_others_do_not() {
    let architecture = network(
        vec![LayerSpec::Linear { outputs: 4 }],
        InputShape::flat(9),
        4,
    )
    .architecture()
    .clone();
    let parameters = |seed, purpose, index| {
        let device = burn::tensor::Device::flex();
        Network::new(architecture.clone(), seed, purpose, index, &device).flat_parameters()
    };
    let first = parameters(1, "teacher", 2);
    assert_eq!(first, parameters(1, "teacher", 2));
    assert_ne!(first, parameters(2, "teacher", 2));
    assert_ne!(first, parameters(1, "student", 2));
    assert_ne!(first, parameters(1, "teacher", 3));
    // PyTorch's default: within 1 / sqrt(inputs), and not all close to 0.
    assert!(first.iter().all(|value| value.abs() <= 1.0 / 3.0));
    assert!(first.iter().any(|value| value.abs() > 0.2));
}
