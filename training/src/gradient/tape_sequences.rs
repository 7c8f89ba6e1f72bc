//! The tape's layers on sequences.

use burn::nn::attention::MultiHeadAttention;
use burn::nn::{Embedding, Linear};
use burn::tensor::activation::{quiet_softmax, softmax};
use burn::tensor::{Int, Tensor, TensorData};

use super::probe::Place;
use super::tape::detached;
use super::{GradientError, ProbeTape};

impl ProbeTape {
    /// `layer.forward(tokens)`, tokens `[rows, length]`, output `[rows, length, width]`.
    pub fn embedding(&mut self, layer: &Embedding, tokens: Tensor<2, Int>) -> Tensor<3> {
        self.layers += 1;
        self.see([Some(layer.weight.id), None]);
        if !self.probing {
            return layer.forward(tokens);
        }
        let numbers = tokens.clone().into_data();
        let [vocabulary, width] = layer.weight.dims();
        let place = Place::Embedding {
            table: layer.weight.id,
            vocabulary,
            width,
            tokens: numbers.iter::<i64>().map(|token| token as usize).collect(),
        };
        let output = detached(layer).forward(tokens);
        self.probe(output, place)
    }

    /// The tokens in `rows [rows, length]`, which are whole numbers below the layer's vocabulary.
    /// Anything else becomes token 0; whoever asked for scores or for a gradient without clipping
    /// gets an error, and where gradients are clipped the row's unit adds nothing.
    pub fn tokens(&mut self, layer: &Embedding, rows: Tensor<2>) -> Tensor<2, Int> {
        let [vocabulary, _] = layer.weight.dims();
        let (dims, device) = (rows.dims(), rows.device());
        let mut wrong = Vec::with_capacity(dims.iter().product());
        let tokens: Vec<i64> = rows
            .into_data()
            .iter::<f32>()
            .map(|value| {
                let token = value as i64;
                let is_token = (0..vocabulary as i64).contains(&token) && token as f32 == value;
                wrong.push(!is_token);
                if is_token { token } else { 0 }
            })
            .collect();
        if wrong.contains(&true) {
            let by_row = wrong.chunks(dims[1].max(1)).map(|row| row.contains(&true));
            match (self.probing, &mut self.no_tokens) {
                (false, _) => self.fail(GradientError::Token { vocabulary }),
                (true, Some((_, rows))) => {
                    for (row, wrong) in rows.iter_mut().zip(by_row) {
                        *row |= wrong;
                    }
                }
                (true, none) => *none = Some((vocabulary, by_row.collect())),
            }
        }
        Tensor::from_data(TensorData::new(tokens, dims), &device)
    }

    /// Self-attention without a mask: `layer.forward(MhaInput::self_attn(input)).context`, input
    /// `[rows, length, width]`.
    pub fn attention(&mut self, layer: &MultiHeadAttention, input: Tensor<3>) -> Tensor<3> {
        self.layers += 1;
        let shape @ [rows, length, _] = input.dims();
        let mut heads = |linear: &Linear| {
            self.linear_of_layer(linear, input.clone())
                .reshape([rows, length, layer.n_heads, layer.d_k])
                .swap_dims(1, 2)
        };
        let (query, key) = (heads(&layer.query), heads(&layer.key));
        let value = heads(&layer.value);
        let scores = query.matmul(key.transpose()) / (layer.d_k as f32).sqrt();
        let weights = match layer.quiet_softmax {
            true => quiet_softmax(scores, 3),
            false => softmax(scores, 3),
        };
        let context = layer.dropout.forward(weights).matmul(value);
        let context = context.swap_dims(1, 2).reshape(shape);
        self.linear_of_layer(&layer.output, context)
    }
}
