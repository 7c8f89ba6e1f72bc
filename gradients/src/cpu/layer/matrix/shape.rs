//! From a layer to the form that all of them share.

use super::{Matrix, Padding};
use crate::network::{InputShape, LayerShape, LayerSpec};

impl Matrix {
    /// The layer, if it is a linear layer or a convolution.
    pub(in crate::cpu) fn of(layer: &LayerShape) -> Option<Self> {
        match (&layer.spec, layer.input) {
            (LayerSpec::Linear { outputs }, InputShape::Flat { features }) => Some(Self {
                positions: 1,
                groups: 1,
                width: features,
                columns: *outputs,
                starts: vec![0],
                segments: vec![0],
                length: features,
                padding: None,
                input: features,
                kernel: None,
            }),
            (
                &LayerSpec::Conv2d {
                    channels,
                    kernel,
                    stride,
                    padding,
                    groups,
                },
                InputShape::Image {
                    channels: from,
                    height,
                    width,
                },
            ) => {
                let InputShape::Image {
                    height: rows,
                    width: places,
                    ..
                } = layer.output
                else {
                    return None;
                };
                let padded_line = (width + 2 * padding) * from;
                let starts = (0..rows)
                    .flat_map(|y| (0..places).map(move |x| [y, x]))
                    .map(|[y, x]| y * stride * padded_line + x * stride * from)
                    .collect();
                let seen = from / groups;
                // Without groups the pixels of a kernel's row lie side by side.
                let (segments, length) = if groups == 1 {
                    let segments = (0..kernel).map(|y| y * padded_line).collect();
                    (segments, kernel * from)
                } else {
                    let segments = (0..groups)
                        .flat_map(|group| {
                            (0..kernel * kernel).map(move |place| {
                                (place / kernel) * padded_line
                                    + (place % kernel) * from
                                    + group * seen
                            })
                        })
                        .collect();
                    (segments, seen)
                };
                Some(Self {
                    positions: rows * places,
                    groups,
                    width: seen * kernel * kernel,
                    columns: channels / groups,
                    starts,
                    segments,
                    length,
                    padding: (padding > 0).then_some(Padding {
                        height,
                        line: width * from,
                        before: padding * padded_line + padding * from,
                        padded_line,
                        padded: (height + 2 * padding) * padded_line,
                    }),
                    input: layer.input.len(),
                    kernel: Some([seen, kernel]),
                })
            }
            _ => None,
        }
    }
}
