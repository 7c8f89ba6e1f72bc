//! Embedding and attention as operators.

use privet_training::data::InputShape;

use super::graph::{Graph, dims, int, ints};
use super::layers::linear;
use super::proto::DataType;

/// A table named `scope` that gives each token its row.
pub(super) fn embedding(graph: &mut Graph, scope: &str, value: &str) -> String {
    let whole = [int("to", DataType::Int64 as i64)];
    let tokens = graph.node("Cast", &[value], whole);
    graph.node("Gather", &[&format!("{scope}.weight"), &tokens], [])
}

/// Self-attention named `scope`, `[batch, length, width]` to the same.
pub(super) fn attention(
    graph: &mut Graph,
    scope: &str,
    heads: usize,
    input: InputShape,
    value: &str,
) -> String {
    let InputShape::Sequence { length, width } = input else {
        // `Architecture::new` has checked that it gets a sequence.
        return value.to_string();
    };
    let depth = width / heads.max(1);
    let apart = [&[-1], &dims(&[length, heads, depth])[..]].concat();
    let apart = graph.integers(&apart);
    let of_head = |graph: &mut Graph, name: &str, order: [usize; 4]| {
        let all = linear(graph, &format!("{scope}.{name}"), input, value);
        let heads = graph.node("Reshape", &[&all, &apart], []);
        graph.node("Transpose", &[&heads], [ints("perm", &order)])
    };
    let queries = of_head(graph, "query", [0, 2, 1, 3]);
    let keys = of_head(graph, "key", [0, 2, 3, 1]);
    let values = of_head(graph, "value", [0, 2, 1, 3]);
    let scores = graph.node("MatMul", &[&queries, &keys], []);
    let root = (depth as f32).sqrt();
    let root = graph.floats(&format!("/{scope}/root"), &[], &[root]);
    let scaled = graph.node("Div", &[&scores, &root], []);
    let weights = graph.node("Softmax", &[&scaled], [int("axis", -1)]);
    let mixed = graph.node("MatMul", &[&weights, &values], []);
    let back = graph.node("Transpose", &[&mixed], [ints("perm", &[0, 2, 1, 3])]);
    let together = [&[-1], &dims(&[length, width])[..]].concat();
    let together = graph.integers(&together);
    let joined = graph.node("Reshape", &[&back, &together], []);
    linear(graph, &format!("{scope}.output"), input, &joined)
}
