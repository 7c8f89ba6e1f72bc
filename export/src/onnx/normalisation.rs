//! Group and layer normalisation as operators.

use privet_training::data::InputShape;
use privet_training::network::LayerShape;

use super::graph::{Graph, dims, float, int, ints};

/// What Burn adds to a variance before it divides by its root.
const EPSILON: f32 = 1e-5;

/// Group normalisation named `scope` of an image. ONNX has had an operator for it since opset 18, and
/// a right one since 21; each group as one channel of an instance normalisation is older than both.
pub(super) fn group(
    graph: &mut Graph,
    scope: &str,
    groups: usize,
    input: InputShape,
    value: &str,
) -> String {
    let InputShape::Image {
        channels,
        height,
        width,
    } = input
    else {
        // `Architecture::new` has checked that it gets images.
        return value.to_string();
    };
    let ones = graph.floats(&format!("/ones/{groups}"), &[groups], &vec![1.0; groups]);
    let zeros = graph.floats(&format!("/zeros/{groups}"), &[groups], &vec![0.0; groups]);
    let grouped = graph.integers(&[0, dims(&[groups])[0], -1]);
    let whole = [&[-1], &dims(&[channels, height, width])[..]].concat();
    let whole = graph.integers(&whole);
    let rows = graph.node("Reshape", &[value, &grouped], []);
    let epsilon = [float("epsilon", EPSILON)];
    let normal = graph.node("InstanceNormalization", &[&rows, &ones, &zeros], epsilon);
    let image = graph.node("Reshape", &[&normal, &whole], []);
    let places = graph.integers(&[1, 2]);
    let gain = graph.node("Unsqueeze", &[&format!("{scope}.weight"), &places], []);
    let shift = graph.node("Unsqueeze", &[&format!("{scope}.bias"), &places], []);
    let scaled = graph.node("Mul", &[&image, &gain], []);
    graph.node("Add", &[&scaled, &shift], [])
}

/// Layer normalisation named `scope` over features, over the channels of each pixel, or over the width
/// of each position.
pub(super) fn layer(graph: &mut Graph, scope: &str, input: InputShape, value: &str) -> String {
    let (gain, shift) = (format!("{scope}.weight"), format!("{scope}.bias"));
    let attributes = || [int("axis", -1), float("epsilon", EPSILON)];
    let of = |graph: &mut Graph, value: &str| {
        graph.node("LayerNormalization", &[value, &gain, &shift], attributes())
    };
    if let InputShape::Image { .. } = input {
        let last = graph.node("Transpose", &[value], [ints("perm", &[0, 2, 3, 1])]);
        let normal = of(graph, &last);
        return graph.node("Transpose", &[&normal], [ints("perm", &[0, 3, 1, 2])]);
    }
    of(graph, value)
}

/// Normalisation named `scope` by public constants, one of each for a channel, feature or column, as
/// the engines compute it.
pub(super) fn public(graph: &mut Graph, scope: &str, layer: &LayerShape, value: &str) -> String {
    let Some((mean, scale)) = layer.public_norm_as_trained() else {
        // `Architecture::new` has checked the constants.
        return value.to_string();
    };
    let sizes = match layer.input {
        InputShape::Image { .. } => vec![mean.len(), 1, 1],
        _ => vec![mean.len()],
    };
    let mut constant =
        |name: &str, values: &[f32]| graph.floats(&format!("/{scope}/{name}"), &sizes, values);
    let (mean, scale) = (constant("mean", &mean), constant("scale", &scale));
    let from = graph.node("Sub", &[value, &mean], []);
    graph.node("Mul", &[&from, &scale], [])
}
