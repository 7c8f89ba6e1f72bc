//! A graph that is built node by node.

use std::collections::{BTreeMap, BTreeSet};

use super::proto::{
    AttributeProto, AttributeType, DataType, Dimension, DimensionValue, GraphProto, NodeProto,
    TensorProto, TensorShapeProto, TensorTypeProto, TypeProto, ValueInfoProto,
};
use crate::tensors::{self, NamedTensor};

/// The domain of operators on categories.
pub(super) const ML_DOMAIN: &str = "ai.onnx.ml";

/// The name of the first dimension of every input and output.
const BATCH: &str = "batch";

/// A graph so far.
#[derive(Debug, Default)]
pub(super) struct Graph {
    graph: GraphProto,
    /// Where new nodes belong, as the beginning of their names.
    scope: String,
    names: BTreeMap<String, usize>,
    initializers: BTreeSet<String>,
}

impl Graph {
    /// A graph that begins with these parameters.
    pub(super) fn with_parameters(tensors: Vec<NamedTensor>) -> Self {
        let mut graph = Self::default();
        for tensor in tensors {
            graph.floats(&tensor.name, &tensor.shape, &tensor.values);
        }
        graph
    }

    /// Nodes that follow belong here.
    pub(super) fn enter(&mut self, scope: &str) {
        self.scope = scope.to_string();
    }

    /// Adds an operator; returns the name of its output.
    pub(super) fn node<const N: usize>(
        &mut self,
        operator: &str,
        inputs: &[&str],
        attributes: [AttributeProto; N],
    ) -> String {
        let name = self.free_name(operator);
        self.named_node(operator, inputs, attributes, &name, &format!("{name}:out"));
        format!("{name}:out")
    }

    /// Adds an operator whose output has a name of its own.
    pub(super) fn named_node<const N: usize>(
        &mut self,
        operator: &str,
        inputs: &[&str],
        attributes: [AttributeProto; N],
        name: &str,
        output: &str,
    ) {
        let of_ml = operator == "OneHotEncoder";
        self.graph.node.push(NodeProto {
            input: inputs.iter().map(|name| (*name).to_string()).collect(),
            output: vec![output.to_string()],
            name: name.to_string(),
            op_type: operator.to_string(),
            attribute: attributes.to_vec(),
            domain: if of_ml { ML_DOMAIN } else { "" }.to_string(),
        });
    }

    /// A name that no node has: the scope, the operator, and a number from the second on.
    fn free_name(&mut self, operator: &str) -> String {
        let name = format!("/{}/{operator}", self.scope);
        let uses = self.names.entry(name.clone()).or_default();
        *uses += 1;
        match *uses {
            1 => name,
            number => format!("{name}_{number}"),
        }
    }

    /// A constant of 32-bit floats; returns its name.
    pub(super) fn floats(&mut self, name: &str, shape: &[usize], values: &[f32]) -> String {
        self.constant(name, shape, DataType::Float, || tensors::bytes(values))
    }

    /// A constant of 64-bit floats; returns its name.
    pub(super) fn doubles(&mut self, name: &str, shape: &[usize], values: &[f64]) -> String {
        let bytes = || values.iter().flat_map(|value| value.to_le_bytes());
        self.constant(name, shape, DataType::Double, || bytes().collect())
    }

    /// A constant row of whole numbers, a shape or axes; returns its name.
    pub(super) fn integers(&mut self, values: &[i64]) -> String {
        let digits: Vec<String> = values.iter().map(i64::to_string).collect();
        let name = format!("/integers/{}", digits.join(","));
        let bytes = || values.iter().flat_map(|value| value.to_le_bytes());
        self.constant(&name, &[values.len()], DataType::Int64, || {
            bytes().collect()
        })
    }

    fn constant(
        &mut self,
        name: &str,
        shape: &[usize],
        data_type: DataType,
        bytes: impl FnOnce() -> Vec<u8>,
    ) -> String {
        if self.initializers.insert(name.to_string()) {
            self.graph.initializer.push(TensorProto {
                dims: dims(shape),
                data_type: data_type as i32,
                name: name.to_string(),
                raw_data: bytes(),
            });
        }
        name.to_string()
    }

    /// An input of one row an example; returns its name, which differs from the wish where that
    /// is taken.
    pub(super) fn input(
        &mut self,
        wish: &str,
        shape: &[usize],
        data_type: DataType,
        words: &str,
    ) -> String {
        let taken = |graph: &Self, name: &str| {
            name.is_empty()
                || name.starts_with('/')
                || graph.initializers.contains(name)
                || super::OUTPUTS.contains(&name)
                || graph.graph.input.iter().any(|input| input.name == name)
        };
        let mut name = wish.to_string();
        while taken(self, &name) {
            name = format!("input_{name}").replace('/', "_");
        }
        let info = value_info(&name, shape, data_type, words);
        self.graph.input.push(info);
        name
    }

    /// An output of the graph; some node makes it.
    pub(super) fn output(&mut self, name: &str, shape: &[usize], words: &str) {
        let info = value_info(name, shape, DataType::Float, words);
        self.graph.output.push(info);
    }

    /// The whole.
    pub(super) fn finish(self, name: &str) -> GraphProto {
        GraphProto {
            name: name.to_string(),
            ..self.graph
        }
    }
}

/// A tensor of any number of rows of this shape.
fn value_info(name: &str, shape: &[usize], data_type: DataType, words: &str) -> ValueInfoProto {
    let batch = DimensionValue::Parameter(BATCH.into());
    let fixed = dims(shape).into_iter().map(DimensionValue::Value);
    let dim = [batch].into_iter().chain(fixed);
    ValueInfoProto {
        name: name.to_string(),
        doc_string: words.to_string(),
        r#type: Some(TypeProto {
            tensor_type: Some(TensorTypeProto {
                elem_type: data_type as i32,
                shape: Some(TensorShapeProto {
                    dim: dim.map(|value| Dimension { value: Some(value) }).collect(),
                }),
            }),
        }),
    }
}

/// Sizes as ONNX counts them. (`Architecture` allows none near the limit.)
pub(super) fn dims(shape: &[usize]) -> Vec<i64> {
    let size = |size: &usize| i64::try_from(*size).unwrap_or(i64::MAX);
    shape.iter().map(size).collect()
}

/// A whole number as a constant of an operator.
pub(super) fn int(name: &str, value: i64) -> AttributeProto {
    AttributeProto {
        name: name.into(),
        i: Some(value),
        r#type: AttributeType::Int.into(),
        ..AttributeProto::default()
    }
}

/// A number as a constant of an operator.
pub(super) fn float(name: &str, value: f32) -> AttributeProto {
    AttributeProto {
        name: name.into(),
        f: Some(value),
        r#type: AttributeType::Float.into(),
        ..AttributeProto::default()
    }
}

/// Whole numbers as a constant of an operator.
pub(super) fn ints(name: &str, values: &[usize]) -> AttributeProto {
    AttributeProto {
        name: name.into(),
        ints: dims(values),
        r#type: AttributeType::Ints.into(),
        ..AttributeProto::default()
    }
}

/// Texts as a constant of an operator.
pub(super) fn strings(name: &str, values: &[String]) -> AttributeProto {
    AttributeProto {
        name: name.into(),
        strings: values
            .iter()
            .map(|text| text.clone().into_bytes())
            .collect(),
        r#type: AttributeType::Strings.into(),
        ..AttributeProto::default()
    }
}
