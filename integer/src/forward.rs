//! One layer, for every kind of number.

use privet_gradients::network::{InputShape, LayerShape, LayerSpec};

use crate::numbers::Number;

/// Channels, height and width; a row is as many channels of one pixel.
pub(crate) fn pixels(shape: InputShape) -> [usize; 3] {
    match shape {
        InputShape::Image {
            channels,
            height,
            width,
        } => [channels, height, width],
        other => [other.len(), 1, 1],
    }
}

/// Side of the window of a pooling layer, down and across, and its step; `None` for other layers.
pub(crate) fn window(layer: &LayerShape) -> Option<([usize; 2], usize)> {
    match layer.spec {
        LayerSpec::AvgPool { kernel, stride } => Some(([kernel; 2], stride.unwrap_or(kernel))),
        LayerSpec::GlobalAvgPool => {
            let [_, height, width] = pixels(layer.input);
            Some(([height, width], 1))
        }
        _ => None,
    }
}

/// Weights of each output of a linear layer or convolution.
pub(crate) fn weights_of_output(layer: &LayerShape) -> usize {
    match layer.spec {
        LayerSpec::Linear { .. } => layer.input.len(),
        LayerSpec::Conv2d { kernel, groups, .. } => {
            layer.input.depth() / groups.max(1) * kernel * kernel
        }
        _ => 0,
    }
}

/// Multiplications or additions of a layer, for one input.
pub(crate) fn work(layer: &LayerShape) -> u64 {
    let of_output = match window(layer) {
        Some(([tall, wide], _)) => tall.saturating_mul(wide),
        None => weights_of_output(layer).max(1),
    };
    (of_output as u64).saturating_mul(layer.output.len() as u64)
}

/// The outputs of a layer, images channels first. Pooling adds up its windows and does not divide.
///
/// Weights are `[outputs, inputs]` or `[channels, channels in / groups, kernel, kernel]`; `bias` has
/// a number for each output channel or for each output value. All sizes have been checked. `None`
/// where a number does not fit.
pub(crate) fn forward<N: Number>(
    layer: &LayerShape,
    weights: &[N::Weight],
    bias: &[N],
    input: &[N],
) -> Option<Vec<N>> {
    match &layer.spec {
        LayerSpec::Linear { .. } => {
            let outputs = weights.chunks_exact(input.len()).zip(bias);
            outputs
                .map(|(weights, bias)| {
                    let mut terms = weights.iter().zip(input);
                    terms.try_fold(bias.clone(), |sum, (weight, value)| {
                        sum.add_product(weight, value)
                    })
                })
                .collect()
        }
        LayerSpec::Conv2d { .. } => conv2d(layer, weights, bias, input),
        LayerSpec::AvgPool { .. } | LayerSpec::GlobalAvgPool => sum_windows(layer, input),
        LayerSpec::Square => input.iter().map(Number::square).collect(),
        _ => Some(input.to_vec()),
    }
}

fn conv2d<N: Number>(
    layer: &LayerShape,
    weights: &[N::Weight],
    bias: &[N],
    input: &[N],
) -> Option<Vec<N>> {
    let LayerSpec::Conv2d {
        channels,
        kernel,
        stride,
        padding,
        groups,
    } = layer.spec
    else {
        return None;
    };
    let [from, height, width] = pixels(layer.input);
    let [_, rows, columns] = pixels(layer.output);
    let (seen, made) = (from / groups, channels / groups);
    let of_value = bias.len() != channels;
    // The pixel under a place of the kernel; `None` for padding.
    let under = |step: usize, place: usize, side: usize| {
        let pixel = (step * stride + place).checked_sub(padding)?;
        (pixel < side).then_some(pixel)
    };
    let mut output = Vec::with_capacity(layer.output.len());
    for channel in 0..channels {
        let weights = &weights[channel * seen * kernel * kernel..];
        let first = channel / made * seen;
        for place in 0..rows * columns {
            let (row, column) = (place / columns, place % columns);
            let own = match of_value {
                true => output.len(),
                false => channel,
            };
            let mut sum = bias[own].clone();
            for c in 0..seen {
                for a in 0..kernel {
                    let Some(y) = under(row, a, height) else {
                        continue;
                    };
                    for b in 0..kernel {
                        if let Some(x) = under(column, b, width) {
                            let value = &input[((first + c) * height + y) * width + x];
                            sum =
                                sum.add_product(&weights[(c * kernel + a) * kernel + b], value)?;
                        }
                    }
                }
            }
            output.push(sum);
        }
    }
    Some(output)
}

fn sum_windows<N: Number>(layer: &LayerShape, input: &[N]) -> Option<Vec<N>> {
    let ([tall, wide], stride) = window(layer)?;
    let [channels, height, width] = pixels(layer.input);
    let (rows, columns) = match layer.spec {
        LayerSpec::GlobalAvgPool => (1, 1),
        _ => {
            let [_, rows, columns] = pixels(layer.output);
            (rows, columns)
        }
    };
    let mut output = Vec::with_capacity(layer.output.len());
    for channel in 0..channels {
        for place in 0..rows * columns {
            let (top, left) = (place / columns * stride, place % columns * stride);
            let mut sum = N::zero();
            for y in top..top + tall {
                let start = (channel * height + y) * width + left;
                for value in &input[start..start + wide] {
                    sum = sum.add(value)?;
                }
            }
            output.push(sum);
        }
    }
    Some(output)
}
