//! Features as operators.

use privet_features::{FeatureMap, RowNormMode, Stage, StageDescription, StageSpec};
use privet_training::data::InputShape;
use privet_training::network::Architecture;

use super::graph::{Graph, dims, int, ints};
use super::layers;
use super::preprocessing::sizes;
use crate::ExportError;
use crate::features::scope;

/// Adds the stages one after another behind `input`; returns the name of the last one's output.
///
/// # Errors
/// A stage that has no operators.
pub(super) fn add(
    graph: &mut Graph,
    map: &FeatureMap,
    input: String,
) -> Result<String, ExportError> {
    let mut value = input;
    for (index, stage) in map.stages().enumerate() {
        let scope = scope(index);
        graph.enter(&scope);
        value = match stage.description() {
            StageDescription::Encoder { layers, outputs } => {
                let trunk = Architecture::new(stage.input(), layers, outputs)?;
                layers::add_all(graph, &format!("{scope}.layers"), trunk.layers(), value)
            }
            StageDescription::Configured(spec) => configured(graph, &scope, stage, &spec, &value)?,
        };
    }
    Ok(value)
}

/// Whether a stage has operators.
#[must_use]
pub const fn has_operators(stage: &StageSpec) -> bool {
    !matches!(stage, StageSpec::Scattering { .. } | StageSpec::Hog { .. })
}

fn configured(
    graph: &mut Graph,
    scope: &str,
    stage: &dyn Stage,
    spec: &StageSpec,
    value: &str,
) -> Result<String, ExportError> {
    let shape = stage.input();
    Ok(match spec {
        StageSpec::Pca { .. } => {
            let row = reshaped(graph, value, &[-1, dims(&[shape.len()])[0]]);
            let centred = graph.node("Sub", &[&row, &format!("{scope}.mean")], []);
            let projection = format!("{scope}.projection");
            graph.node("Gemm", &[&centred, &projection], [int("transB", 1)])
        }
        StageSpec::Standardise { .. } => {
            let statistics = match stage.tensors().first().map(|tensor| tensor.values.len()) {
                Some(count) if count == shape.len() => dims(&sizes(shape)),
                Some(count) => dims(&[count, 1, 1]),
                None => Vec::new(),
            };
            let mean = reshaped(graph, &format!("{scope}.mean"), &statistics);
            let deviation = reshaped(graph, &format!("{scope}.deviation"), &statistics);
            let from = graph.node("Sub", &[value, &mean], []);
            graph.node("Div", &[&from, &deviation], [])
        }
        StageSpec::GroupNormalise { groups } => {
            let grouped = reshaped(graph, value, &[0, dims(&[*groups])[0], -1]);
            let over = [ints("axes", &[2]), int("keepdims", 1)];
            let mean = graph.node("ReduceMean", &[&grouped], over.clone());
            let from = graph.node("Sub", &[&grouped, &mean], []);
            let square = graph.node("Mul", &[&from, &from], []);
            let variance = graph.node("ReduceMean", &[&square], over);
            let epsilon = graph.floats("/features/epsilon", &[], &[1e-5]);
            let above = graph.node("Add", &[&variance, &epsilon], []);
            let deviation = graph.node("Sqrt", &[&above], []);
            let normal = graph.node("Div", &[&from, &deviation], []);
            back(graph, &normal, shape)
        }
        StageSpec::RowNorm { norm, mode } => {
            let row = reshaped(graph, value, &[0, -1]);
            let square = graph.node("Mul", &[&row, &row], []);
            let axis = graph.integers(&[1]);
            let sum = graph.node("ReduceSum", &[&square, &axis], [int("keepdims", 1)]);
            let length = graph.node("Sqrt", &[&sum], []);
            let target = graph.floats(&format!("/{scope}/norm"), &[], &[*norm as f32]);
            let least = match mode {
                // A row of zeros stays one.
                RowNormMode::Scale => graph.floats("/features/tiny", &[], &[1e-30]),
                RowNormMode::Clip => target.clone(),
            };
            let length = graph.node("Max", &[&length, &least], []);
            let factor = graph.node("Div", &[&target, &length], []);
            let scaled = graph.node("Mul", &[&row, &factor], []);
            back(graph, &scaled, shape)
        }
        other => return Err(ExportError::NoOperators(other.kind())),
    })
}

fn reshaped(graph: &mut Graph, value: &str, sizes: &[i64]) -> String {
    let sizes = graph.integers(sizes);
    graph.node("Reshape", &[value, &sizes], [])
}

/// In the shape of an input again.
fn back(graph: &mut Graph, value: &str, shape: InputShape) -> String {
    let sizes = [&[-1], &dims(&sizes(shape))[..]].concat();
    reshaped(graph, value, &sizes)
}
