//! Layers as operators.

use privet_training::data::InputShape;
use privet_training::network::{LayerShape, LayerSpec};

use super::graph::{Graph, ints};
use super::{normalisation, sequences};

/// Adds layers one after another, named `scope.0`, `scope.1`, ...; returns the name of the last one's
/// output.
pub(super) fn add_all(
    graph: &mut Graph,
    scope: &str,
    layers: &[LayerShape],
    input: String,
) -> String {
    let mut value = input;
    for (place, layer) in layers.iter().enumerate() {
        value = add(graph, &format!("{scope}.{place}"), layer, value);
    }
    value
}

fn add(graph: &mut Graph, scope: &str, layer: &LayerShape, value: String) -> String {
    graph.enter(scope);
    let value = value.as_str();
    match &layer.spec {
        LayerSpec::Linear { .. } => linear(graph, scope, layer.input, value),
        LayerSpec::Conv2d {
            kernel,
            stride,
            padding,
            groups,
            ..
        } => {
            let (weight, bias) = (format!("{scope}.weight"), format!("{scope}.bias"));
            let attributes = [
                ints("kernel_shape", &[*kernel; 2]),
                ints("strides", &[*stride; 2]),
                ints("pads", &[*padding; 4]),
                super::graph::int("group", super::graph::dims(&[*groups])[0]),
            ];
            graph.node("Conv", &[value, &weight, &bias], attributes)
        }
        LayerSpec::GroupNorm { groups } => {
            normalisation::group(graph, scope, *groups, layer.input, value)
        }
        LayerSpec::PublicNorm { .. } => normalisation::public(graph, scope, layer, value),
        LayerSpec::LayerNorm => normalisation::layer(graph, scope, layer.input, value),
        LayerSpec::Relu => graph.node("Relu", &[value], []),
        LayerSpec::Tanh => graph.node("Tanh", &[value], []),
        LayerSpec::Sigmoid => graph.node("Sigmoid", &[value], []),
        LayerSpec::Square => graph.node("Mul", &[value, value], []),
        LayerSpec::Silu => {
            let gate = graph.node("Sigmoid", &[value], []);
            graph.node("Mul", &[value, &gate], [])
        }
        LayerSpec::Gelu => gelu(graph, value),
        LayerSpec::MaxPool { kernel, stride } => {
            graph.node("MaxPool", &[value], window(*kernel, *stride))
        }
        LayerSpec::AvgPool { kernel, stride } => {
            graph.node("AveragePool", &[value], window(*kernel, *stride))
        }
        LayerSpec::GlobalMaxPool => {
            global(graph, layer.input, value, ["GlobalMaxPool", "ReduceMax"])
        }
        LayerSpec::GlobalAvgPool => global(
            graph,
            layer.input,
            value,
            ["GlobalAveragePool", "ReduceMean"],
        ),
        LayerSpec::Flatten => graph.node("Flatten", &[value], []),
        // It is for training alone.
        LayerSpec::Dropout { .. } => value.to_string(),
        LayerSpec::Residual { .. } => {
            let input = || value.to_string();
            let branch = add_all(graph, &format!("{scope}.branch"), &layer.branch, input());
            let shortcut = format!("{scope}.shortcut");
            let shortcut = add_all(graph, &shortcut, &layer.shortcut, input());
            graph.enter(scope);
            graph.node("Add", &[&branch, &shortcut], [])
        }
        LayerSpec::Embedding { .. } => sequences::embedding(graph, scope, value),
        LayerSpec::MultiHeadAttention { heads } => {
            sequences::attention(graph, scope, *heads, layer.input, value)
        }
    }
}

/// A linear layer named `scope`, of vectors or of each position of a sequence.
pub(super) fn linear(graph: &mut Graph, scope: &str, input: InputShape, value: &str) -> String {
    let (weight, bias) = (format!("{scope}.weight"), format!("{scope}.bias"));
    if let InputShape::Sequence { .. } = input {
        let across = graph.node("Transpose", &[&weight], [ints("perm", &[1, 0])]);
        let product = graph.node("MatMul", &[value, &across], []);
        return graph.node("Add", &[&product, &bias], []);
    }
    let across = [super::graph::int("transB", 1)];
    graph.node("Gemm", &[value, &weight, &bias], across)
}

/// `x / 2 (1 + erf(x / sqrt 2))`: opset 17 has no operator of its own for it.
fn gelu(graph: &mut Graph, value: &str) -> String {
    let root = graph.floats(
        "/gelu/inverse_root",
        &[],
        &[std::f32::consts::FRAC_1_SQRT_2],
    );
    let one = graph.floats("/gelu/one", &[], &[1.0]);
    let half = graph.floats("/gelu/half", &[], &[0.5]);
    let scaled = graph.node("Mul", &[value, &root], []);
    let error = graph.node("Erf", &[&scaled], []);
    let above = graph.node("Add", &[&error, &one], []);
    let halved = graph.node("Mul", &[value, &half], []);
    graph.node("Mul", &[&halved, &above], [])
}

fn window(kernel: usize, stride: Option<usize>) -> [super::proto::AttributeProto; 2] {
    [
        ints("kernel_shape", &[kernel; 2]),
        ints("strides", &[stride.unwrap_or(kernel); 2]),
    ]
}

/// Reduces all places of each channel of an image, or all positions of a sequence.
fn global(graph: &mut Graph, input: InputShape, value: &str, operators: [&str; 2]) -> String {
    let [of_image, of_sequence] = operators;
    if let InputShape::Sequence { .. } = input {
        let once = [ints("axes", &[1]), super::graph::int("keepdims", 0)];
        return graph.node(of_sequence, &[value], once);
    }
    let pooled = graph.node(of_image, &[value], []);
    graph.node("Flatten", &[&pooled], [])
}
