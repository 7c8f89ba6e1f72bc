//! What shape comes out of a layer.

use super::architecture::LARGEST;
use super::{InputShape, LayerSpec};

/// Checks one layer that is no residual block; the error is the reason alone.
pub(super) fn output_shape(spec: &LayerSpec, input: InputShape) -> Result<InputShape, String> {
    match *spec {
        LayerSpec::Linear { outputs } => linear(positive("outputs", outputs)?, input),
        LayerSpec::Conv2d { .. } => conv2d(spec, input),
        LayerSpec::GroupNorm { groups } => {
            let (channels, ..) = image(input)?;
            let groups = positive("groups", groups)?;
            divides("groups", groups, "channels", channels)?;
            Ok(input)
        }
        LayerSpec::PublicNorm {
            ref mean,
            ref deviation,
        } => {
            public_constants("mean", mean, input.depth(), |mean| mean.is_finite())?;
            // Engines multiply by the reciprocal, in single precision.
            let divides = |deviation: f64| deviation > 0.0 && (1.0 / deviation as f32).is_normal();
            public_constants("deviation", deviation, input.depth(), divides)?;
            Ok(input)
        }
        LayerSpec::LayerNorm
        | LayerSpec::Relu
        | LayerSpec::Tanh
        | LayerSpec::Gelu
        | LayerSpec::Silu
        | LayerSpec::Sigmoid
        | LayerSpec::Square => Ok(input),
        LayerSpec::MaxPool { kernel, stride } | LayerSpec::AvgPool { kernel, stride } => {
            let (channels, height, width) = image(input)?;
            let kernel = positive("kernel", kernel)?;
            let stride = positive("stride", stride.unwrap_or(kernel))?;
            Ok(InputShape::Image {
                channels,
                height: windows(height, kernel, stride, 0)?,
                width: windows(width, kernel, stride, 0)?,
            })
        }
        LayerSpec::GlobalMaxPool | LayerSpec::GlobalAvgPool => match input {
            InputShape::Flat { .. } => {
                Err(format!("it takes images or sequences, but gets {input}"))
            }
            other => Ok(InputShape::flat(other.depth())),
        },
        LayerSpec::Flatten => Ok(InputShape::flat(input.len())),
        LayerSpec::Dropout { probability } => match (0.0..1.0).contains(&probability) {
            true => Ok(input),
            false => Err(format!(
                "`probability` is {probability}: it must be at least 0 and below 1"
            )),
        },
        LayerSpec::Residual { .. } => Err("it is checked with its layers".into()),
        LayerSpec::Embedding { vocabulary, width } => match input {
            InputShape::Flat { features } => {
                positive("vocabulary", vocabulary)?;
                Ok(InputShape::Sequence {
                    length: features,
                    width: positive("width", width)?,
                })
            }
            other => Err(format!("it takes a row of tokens, but gets {other}")),
        },
        LayerSpec::MultiHeadAttention { heads } => match input {
            InputShape::Sequence { width, .. } => {
                divides("heads", positive("heads", heads)?, "columns", width)?;
                Ok(input)
            }
            other => Err(format!(
                "it takes a sequence, but gets {other}: put an embedding before it"
            )),
        },
    }
}

/// Checks constants of a channel or feature each, or one for all.
fn public_constants(
    name: &str,
    constants: &[f64],
    depth: usize,
    allowed: impl Fn(f64) -> bool,
) -> Result<(), String> {
    if constants.len() != 1 && constants.len() != depth {
        return Err(format!(
            "`{name}` has {} numbers for {depth} channels or features: give one for each, or one \
             for all",
            constants.len()
        ));
    }
    match constants
        .iter()
        .find(|&&value| !(allowed(value) && (value as f32).is_finite()))
    {
        None => Ok(()),
        Some(value) => Err(format!(
            "`{name}` holds {value}: give public constants that are ordinary numbers, and \
             deviations above 0"
        )),
    }
}

fn linear(outputs: usize, input: InputShape) -> Result<InputShape, String> {
    match input {
        InputShape::Flat { .. } => Ok(InputShape::flat(outputs)),
        InputShape::Sequence { length, .. } => Ok(InputShape::Sequence {
            length,
            width: outputs,
        }),
        InputShape::Image { .. } => Err(format!(
            "it takes a vector, but gets {input}: put {{ kind = \"flatten\" }} before it"
        )),
    }
}

fn conv2d(spec: &LayerSpec, input: InputShape) -> Result<InputShape, String> {
    let LayerSpec::Conv2d {
        channels,
        kernel,
        stride,
        padding,
        groups,
    } = *spec
    else {
        return Err("it is no convolution".into());
    };
    let (from, height, width) = image(input)?;
    let kernel = positive("kernel", kernel)?;
    let stride = positive("stride", stride)?;
    let groups = positive("groups", groups)?;
    divides("groups", groups, "input channels", from)?;
    divides("groups", groups, "output channels", channels)?;
    // A wide stride over a wide padding has a small output, and still a huge image to pad.
    let side = |pixels: usize| pixels.saturating_add(padding.saturating_mul(2));
    if InputShape::image(from, side(height), side(width)).len() > LARGEST {
        return Err(format!("padding {padding} is too large"));
    }
    Ok(InputShape::Image {
        channels: positive("channels", channels)?,
        height: windows(height, kernel, stride, padding)?,
        width: windows(width, kernel, stride, padding)?,
    })
}

fn image(input: InputShape) -> Result<(usize, usize, usize), String> {
    match input {
        InputShape::Image {
            channels,
            height,
            width,
        } => Ok((channels, height, width)),
        other => Err(format!("it takes images, but gets {other}")),
    }
}

fn positive(name: &str, value: usize) -> Result<usize, String> {
    match value {
        0 => Err(format!("`{name}` is 0: it must be at least 1")),
        value => Ok(value),
    }
}

fn divides(what: &str, parts: usize, of: &str, whole: usize) -> Result<(), String> {
    match whole.is_multiple_of(parts) {
        true => Ok(()),
        false => Err(format!(
            "{parts} {what} do not divide {whole} {of}: use a divisor"
        )),
    }
}

/// Places of a window along one side.
fn windows(side: usize, kernel: usize, stride: usize, padding: usize) -> Result<usize, String> {
    let padded = padding
        .checked_mul(2)
        .and_then(|padding| padding.checked_add(side))
        .ok_or_else(|| format!("padding {padding} is too large"))?;
    match padded.checked_sub(kernel) {
        Some(room) => Ok(room / stride + 1),
        None => Err(format!(
            "a kernel of {kernel} does not fit {padded} pixels: use a smaller kernel or more padding"
        )),
    }
}
