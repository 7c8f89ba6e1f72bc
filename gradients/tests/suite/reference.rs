//! A network in f64, row by row, straight from the definitions; gradients by central differences.

use privet_gradients::network::{Architecture, InputShape, LayerShape, LayerSpec};

/// One example between two layers, images channels first.
type Values = Vec<f64>;

fn pixel(shape: InputShape) -> [usize; 3] {
    match shape {
        InputShape::Image {
            channels,
            height,
            width,
        } => [channels, height, width],
        other => [other.len(), 1, 1],
    }
}

fn conv(layer: &LayerShape, own: &[f64], x: &[f64]) -> Values {
    let LayerSpec::Conv2d {
        channels,
        kernel,
        stride,
        padding,
        groups,
    } = layer.spec
    else {
        unreachable!()
    };
    let [from, height, width] = pixel(layer.input);
    let [_, rows, columns] = pixel(layer.output);
    let (seen, made) = (from / groups, channels / groups);
    let mut y = Vec::new();
    for o in 0..channels {
        for i in 0..rows {
            for j in 0..columns {
                let mut sum = own[channels * seen * kernel * kernel + o];
                for c in 0..seen {
                    for a in 0..kernel {
                        for b in 0..kernel {
                            let (v, u) = (i * stride + a, j * stride + b);
                            if v < padding || u < padding {
                                continue;
                            }
                            let (v, u) = (v - padding, u - padding);
                            if v < height && u < width {
                                let channel = o / made * seen + c;
                                sum += own[((o * seen + c) * kernel + a) * kernel + b]
                                    * x[(channel * height + v) * width + u];
                            }
                        }
                    }
                }
                y.push(sum);
            }
        }
    }
    y
}

fn normalise(cell: &mut [&mut f64]) {
    let count = cell.len() as f64;
    let mean = cell.iter().map(|v| **v).sum::<f64>() / count;
    let variance = cell.iter().map(|v| (**v - mean).powi(2)).sum::<f64>() / count;
    for value in cell {
        **value = (**value - mean) / (variance + 1e-5).sqrt();
    }
}

fn normalisation(layer: &LayerShape, own: &[f64], x: &[f64]) -> Values {
    let [channels, height, width] = pixel(layer.input);
    let area = height * width;
    let mut y = x.to_vec();
    let cell_of = |index: usize| match layer.spec {
        LayerSpec::GroupNorm { groups } => index / area / (channels / groups),
        _ => index % area,
    };
    let cells = y.len().max(1);
    for cell in 0..cells {
        let mut values: Vec<&mut f64> = y
            .iter_mut()
            .enumerate()
            .filter(|(index, _)| cell_of(*index) == cell)
            .map(|(_, value)| value)
            .collect();
        normalise(&mut values);
    }
    let (gains, shifts) = own.split_at(channels);
    y.iter()
        .enumerate()
        .map(|(index, value)| value * gains[index / area] + shifts[index / area])
        .collect()
}

fn pool(layer: &LayerShape, x: &[f64]) -> Values {
    let [channels, height, width] = pixel(layer.input);
    let (largest, [tall, wide], stride) = match layer.spec {
        LayerSpec::MaxPool { kernel, stride } => (true, [kernel; 2], stride.unwrap_or(kernel)),
        LayerSpec::AvgPool { kernel, stride } => (false, [kernel; 2], stride.unwrap_or(kernel)),
        LayerSpec::GlobalMaxPool => (true, [height, width], 1),
        _ => (false, [height, width], 1),
    };
    let mut y = Vec::new();
    for c in 0..channels {
        for i in 0..(height - tall) / stride + 1 {
            for j in 0..(width - wide) / stride + 1 {
                let window: Vec<f64> = (0..tall * wide)
                    .map(|k| [i * stride + k / wide, j * stride + k % wide])
                    .map(|[v, u]| x[(c * height + v) * width + u])
                    .collect();
                y.push(match largest {
                    true => window.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                    false => window.iter().sum::<f64>() / window.len() as f64,
                });
            }
        }
    }
    y
}

/// `Phi` by its power series.
fn normal_distribution(x: f64) -> f64 {
    if x.abs() > 9.0 {
        return f64::from(u8::from(x > 0.0));
    }
    let (mut term, mut sum) = (x, x);
    for n in 1..300 {
        term *= x * x / f64::from(2 * n + 1);
        sum += term;
    }
    0.5 + sum * (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

fn layers(layers: &[LayerShape], own: &mut &[f64], mut x: Values) -> Values {
    for layer in layers {
        let (mine, rest) = own.split_at(layer.own_parameters());
        *own = rest;
        let each = |f: fn(f64) -> f64| x.iter().map(|&v| f(v)).collect();
        x = match &layer.spec {
            LayerSpec::Linear { outputs } => (0..*outputs)
                .map(|o| {
                    let products = x.iter().enumerate().map(|(i, v)| v * mine[i * outputs + o]);
                    products.sum::<f64>() + mine[x.len() * outputs + o]
                })
                .collect(),
            LayerSpec::Conv2d { .. } => conv(layer, mine, &x),
            LayerSpec::GroupNorm { .. } | LayerSpec::LayerNorm => normalisation(layer, mine, &x),
            LayerSpec::PublicNorm { mean, deviation } => {
                let [channels, height, width] = pixel(layer.input);
                let of = |constants: &[f64], index: usize| match constants.len() {
                    1 => constants[0],
                    _ => constants[index / (height * width) % channels],
                };
                let values = x.iter().enumerate();
                values
                    .map(|(i, v)| (v - of(mean, i)) / of(deviation, i))
                    .collect()
            }
            LayerSpec::Relu => each(|v| v.max(0.0)),
            LayerSpec::Tanh => each(f64::tanh),
            LayerSpec::Gelu => each(|v| v * normal_distribution(v)),
            LayerSpec::Silu => each(|v| v / (1.0 + (-v).exp())),
            LayerSpec::Sigmoid => each(|v| 1.0 / (1.0 + (-v).exp())),
            LayerSpec::Square => each(|v| v * v),
            LayerSpec::Flatten | LayerSpec::Dropout { .. } => x,
            LayerSpec::Residual { .. } => {
                let branch = self::layers(&layer.branch, own, x.clone());
                let around = self::layers(&layer.shortcut, own, x);
                branch.iter().zip(around).map(|(a, b)| a + b).collect()
            }
            _ => pool(layer, &x),
        };
    }
    x
}

/// Scores of one row.
pub(crate) fn scores(architecture: &Architecture, parameters: &[f64], row: &[f32]) -> Values {
    let mut own = parameters;
    let x = row.iter().map(|&v| f64::from(v)).collect();
    layers(architecture.layers(), &mut own, x)
}

fn loss(architecture: &Architecture, parameters: &[f64], row: &[f32], label: u32) -> f64 {
    let scores = scores(architecture, parameters, row);
    let own = scores[label as usize];
    let others = scores
        .iter()
        .enumerate()
        .filter(|(class, _)| *class != label as usize);
    let others: Vec<f64> = others.map(|(_, score)| score - own).collect();
    let largest = others.iter().copied().fold(0.0, f64::max);
    let sum = others.iter().map(|s| (s - largest).exp()).sum::<f64>();
    match largest > 0.0 {
        true => largest + (sum + (-largest).exp()).ln(),
        false => sum.ln_1p(),
    }
}

/// Gradient of the cross-entropy loss of one row.
pub(crate) fn gradient(
    architecture: &Architecture,
    parameters: &[f32],
    row: &[f32],
    label: u32,
) -> Values {
    const STEP: f64 = 1e-5;
    let mut moved: Vec<f64> = parameters.iter().map(|&p| f64::from(p)).collect();
    (0..moved.len())
        .map(|place| {
            let middle = moved[place];
            moved[place] = middle + STEP;
            let above = loss(architecture, &moved, row, label);
            moved[place] = middle - STEP;
            let below = loss(architecture, &moved, row, label);
            moved[place] = middle;
            (above - below) / (2.0 * STEP)
        })
        .collect()
}
