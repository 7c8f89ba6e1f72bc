//! ONNX: the network and its preprocessing as a graph of standard operators.
//!
//! Inputs are raw records. A data set of pixels or plain numbers has one input, `image` or `features`;
//! a table with categories has one input a column, of its name, so that an unknown category is an error
//! of the runtime. Outputs are `logits`, scores before the softmax, and `probabilities`, both
//! `[batch, classes]`. Metadata are those of the other formats. Operators are those of opset 17, and of
//! `ai.onnx.ml` 3 for categories.

mod features;
mod graph;
mod layers;
mod normalisation;
mod preprocessing;
mod proto;
mod sequences;

use std::collections::BTreeMap;

use privet_training::network::Network;
use prost::Message;

use crate::description::{ENTRY, ModelDescription};
use crate::tensors::{Convention, floats, of_model};
use crate::{ExportError, Format};
pub use features::has_operators;
use graph::{Graph, int};
use proto::{DataType, ModelProto, OperatorSetIdProto, StringStringEntryProto};

/// What a runtime returns.
const OUTPUTS: [&str; 2] = ["logits", "probabilities"];

/// The version of the file format, of 2021.
const IR_VERSION: i64 = 8;

/// The versions of operators: the first with layer normalisation, and the one of categories that goes
/// with it.
const OPSETS: [(&str, i64); 2] = [("", 17), (graph::ML_DOMAIN, 3)];

/// The bytes of a file.
pub(crate) fn to_bytes(
    network: &Network,
    description: &ModelDescription,
) -> Result<Vec<u8>, ExportError> {
    let architecture = network.architecture();
    let mut graph = Graph::with_parameters(of_model(network, description, Convention::PyTorch)?);
    graph.enter("preprocessing");
    let shape = match &description.features {
        Some(map) => map.input_shape(),
        None => architecture.input(),
    };
    let mut input = preprocessing::add(&mut graph, &description.preprocessing, shape);
    if let Some(map) = &description.features {
        input = features::add(&mut graph, map, input)?;
    }
    let value = layers::add_all(&mut graph, "layers", architecture.layers(), input);
    let [logits, probabilities] = OUTPUTS;
    graph.named_node("Identity", &[&value], [], "/logits", logits);
    let last = [int("axis", 1)];
    graph.named_node("Softmax", &[logits], last, "/probabilities", probabilities);
    let classes = [architecture.classes()];
    graph.output(logits, &classes, "scores before the softmax");
    graph.output(probabilities, &classes, "probability of each class");
    let metadata = description.metadata()?.into_iter();
    let model = ModelProto {
        ir_version: IR_VERSION,
        producer_name: "privet".into(),
        producer_version: env!("CARGO_PKG_VERSION").into(),
        doc_string: format!(
            "model for {}: {}",
            description.dataset,
            description.summary()
        ),
        graph: Some(graph.finish("privet")),
        opset_import: OPSETS
            .map(|(domain, version)| OperatorSetIdProto {
                domain: domain.into(),
                version,
            })
            .to_vec(),
        metadata_props: metadata
            .map(|(key, value)| StringStringEntryProto { key, value })
            .collect(),
    };
    Ok(model.encode_to_vec())
}

/// The network and its description. The graph is not read: the layers stand in the metadata.
pub(crate) fn from_bytes(file: &[u8]) -> Result<(Network, ModelDescription), ExportError> {
    let model = ModelProto::decode(file)
        .map_err(|error| ExportError::damaged(Format::Onnx.name(), error))?;
    let entry = model.metadata_props.iter().find(|entry| entry.key == ENTRY);
    let entry = entry.map(|entry| entry.value.as_str());
    let header = ModelDescription::from_entry(entry, file.len())?;
    let tensors: BTreeMap<&str, &proto::TensorProto> = model
        .graph
        .iter()
        .flat_map(|graph| &graph.initializer)
        .map(|tensor| (tensor.name.as_str(), tensor))
        .collect();
    header.complete(Convention::PyTorch, |name| {
        let tensor = tensors.get(name).ok_or("it is missing")?;
        if tensor.data_type != DataType::Float as i32 {
            return Err("it does not hold 32-bit floats".into());
        }
        let sizes = tensor.dims.iter().map(|size| usize::try_from(*size));
        let shape = sizes.collect::<Result<Vec<usize>, _>>();
        let shape = shape.map_err(|_| "a size is below 0")?;
        Ok((shape, floats(&tensor.raw_data)))
    })
}
