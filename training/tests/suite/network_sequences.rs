//! Layers on sequences and residual blocks against loops written from their definition.

use burn::tensor::{Device, Tensor, TensorData};
use privet_training::data::InputShape;
use privet_training::network::{LayerSpec, Network};

use crate::support::{assert_close, network, numbers, with_parameters};

const LENGTH: usize = 3;
const WIDTH: usize = 4;

/// Vectors of a sequence, `[length][width]`.
type Sequence = Vec<Vec<f32>>;

/// An embedding of 5 tokens, a layer and a flatten.
fn after_embedding(layer: LayerSpec, width: usize) -> (Network, Vec<f32>) {
    let embedding = LayerSpec::Embedding {
        vocabulary: 5,
        width: WIDTH,
    };
    let layers = vec![embedding, layer, LayerSpec::Flatten];
    let network = network(layers, InputShape::flat(LENGTH), LENGTH * width);
    let parameters = numbers(network.architecture().parameters(), "parameters");
    (with_parameters(network, &parameters), parameters)
}

/// Two different rows in one batch, so that a layer that mixes examples is found out.
fn check(layer: LayerSpec, width: usize, reference: impl Fn(&Sequence, &[f32]) -> Sequence) {
    let (network, parameters) = after_embedding(layer, width);
    let (table, rest) = parameters.split_at(5 * WIDTH);
    let tokens = [[4, 0, 2], [1, 4, 4]];
    let rows: Vec<f32> = tokens.as_flattened().iter().map(|&t| t as f32).collect();
    let rows = TensorData::new(rows, [2, LENGTH]);
    let rows = Tensor::<2>::from_data(rows, &Device::flex());
    let found: Vec<f32> = network.forward(rows).into_data().iter().collect();
    let expected: Vec<f32> = tokens
        .iter()
        .flat_map(|row| {
            let vector = |token: usize| table[token * WIDTH..(token + 1) * WIDTH].to_vec();
            let sequence: Sequence = row.iter().map(|&token| vector(token)).collect();
            reference(&sequence, rest).concat()
        })
        .collect();
    assert_close(&found, &expected, 2e-5);
}

/// `vector W + b`, the weight `[inputs][outputs]` before the bias.
fn linear(vector: &[f32], parameters: &[f32], outputs: usize) -> Vec<f32> {
    let bias = &parameters[vector.len() * outputs..];
    (0..outputs)
        .map(|to| {
            let products = vector.iter().enumerate();
            let products = products.map(|(from, value)| value * parameters[from * outputs + to]);
            products.sum::<f32>() + bias[to]
        })
        .collect()
}

#[test]
fn an_embedding_looks_its_tokens_up() {
    check(LayerSpec::Flatten, WIDTH, |sequence, _| sequence.clone());
}

#[test]
fn linear_maps_each_position() {
    check(
        LayerSpec::Linear { outputs: 2 },
        2,
        |sequence, parameters| {
            let positions = sequence.iter();
            positions
                .map(|vector| linear(vector, parameters, 2))
                .collect()
        },
    );
}

#[test]
fn layer_norm_standardises_each_position() {
    check(LayerSpec::LayerNorm, WIDTH, |sequence, parameters| {
        let standardise = |vector: &Vec<f32>| {
            let mean = vector.iter().sum::<f32>() / WIDTH as f32;
            let squares = vector.iter().map(|v| (v - mean).powi(2));
            let deviation = (squares.sum::<f32>() / WIDTH as f32 + 1e-5).sqrt();
            (0..WIDTH)
                .map(|i| (vector[i] - mean) / deviation * parameters[i] + parameters[WIDTH + i])
                .collect()
        };
        sequence.iter().map(standardise).collect()
    });
}

#[test]
fn attention_weighs_values_by_queries_and_keys() {
    let heads = 2;
    let layer = LayerSpec::MultiHeadAttention { heads };
    check(layer, WIDTH, |sequence, parameters| {
        let map = |place: usize, sequence: &Sequence| -> Sequence {
            let parameters = &parameters[place * WIDTH * (WIDTH + 1)..];
            let positions = sequence.iter();
            positions
                .map(|vector| linear(vector, parameters, WIDTH))
                .collect()
        };
        let (query, key, value) = (map(0, sequence), map(1, sequence), map(2, sequence));
        let size = WIDTH / heads;
        let mut context = vec![vec![0.0; WIDTH]; LENGTH];
        for head in 0..heads {
            let columns = head * size..(head + 1) * size;
            for at in 0..LENGTH {
                let score = |to: usize| {
                    let product = columns.clone().map(|c| query[at][c] * key[to][c]);
                    (product.sum::<f32>() / (size as f32).sqrt()).exp()
                };
                let total: f32 = (0..LENGTH).map(score).sum();
                for to in 0..LENGTH {
                    for c in columns.clone() {
                        context[at][c] += score(to) / total * value[to][c];
                    }
                }
            }
        }
        map(3, &context)
    });
}

#[test]
fn a_residual_block_adds_what_goes_around() {
    let block = LayerSpec::Residual {
        layers: vec![LayerSpec::Linear { outputs: 2 }, LayerSpec::Tanh],
        shortcut: vec![LayerSpec::Linear { outputs: 2 }],
    };
    check(block, 2, |sequence, parameters| {
        let (branch, shortcut) = parameters.split_at(2 * (WIDTH + 1));
        let add = |vector: &Vec<f32>| {
            let (branch, around) = (linear(vector, branch, 2), linear(vector, shortcut, 2));
            branch
                .iter()
                .zip(around)
                .map(|(b, a)| b.tanh() + a)
                .collect()
        };
        sequence.iter().map(add).collect()
    });
    let identity = LayerSpec::Residual {
        layers: vec![LayerSpec::Square],
        shortcut: vec![],
    };
    check(identity, WIDTH, |sequence, _| {
        let add = |vector: &Vec<f32>| vector.iter().map(|v| v * v + v).collect();
        sequence.iter().map(add).collect()
    });
}

#[test]
fn what_is_no_token_has_no_score() {
    let (network, _) = after_embedding(LayerSpec::Tanh, WIDTH);
    for bad in [-1.0, 5.0, 0.5, f32::NAN] {
        let rows = TensorData::new(vec![0.0, 1.0, bad], [1, LENGTH]);
        let rows = Tensor::<2>::from_data(rows, &Device::flex());
        let scores = network.forward(rows).into_data();
        assert!(scores.iter::<f32>().all(f32::is_nan), "{bad}");
    }
}
