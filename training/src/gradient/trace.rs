//! What one layer must remember of the backward pass to give the gradient of each unit.

use burn::module::ParamId;
use burn::tensor::{Bool, Device, Tensor, TensorData};

use super::outer::Outer;
use super::squares::row_squares;
use super::table::Table;

/// Values of all units' gradients of one layer that are held at once: 64 MiB.
const HELD: usize = 1 << 24;

/// Gradients of one layer, of each unit of a batch.
///
/// From these follow, without a further backward pass, the norm of each unit's gradient and any
/// weighted sum of the gradients ("book-keeping", Bu et al. 2023). Except for the outer product of
/// one input with one `delta`, norms are those of the very numbers that are summed: a norm by a
/// Gram matrix would lose its digits where the terms of a gradient cancel.
pub(super) enum LayerTrace {
    /// `input [u, i]`, `delta [u, o]`: the gradient is the outer product, its squared norm is
    /// `|delta|^2 (|input|^2 + 1)`, the 1 for the bias (Goodfellow 2015).
    Single {
        weight: ParamId,
        bias: Option<ParamId>,
        input: Tensor<2>,
        delta: Tensor<2>,
    },
    /// The gradients themselves, `[u, values]` for each parameter.
    Held(Vec<(ParamId, Tensor<2>)>),
    /// Too many values to hold: made for some units at a time, twice.
    Blocked(Outer),
    /// An embedding.
    Table(Table),
}

impl LayerTrace {
    pub(super) fn outer(outer: Outer) -> Self {
        let [units, groups, places, inputs] = outer.input.dims();
        let [_, _, _, outputs] = outer.delta.dims();
        if groups * places == 1 && !outer.outputs_first {
            return Self::Single {
                weight: outer.weight,
                bias: outer.bias,
                input: outer.input.reshape([units, inputs]),
                delta: outer.delta.reshape([units, outputs]),
            };
        }
        match units.saturating_mul(outer.weights()) <= HELD {
            true => Self::Held(outer.gradients()),
            false => Self::Blocked(outer),
        }
    }

    /// Squared L2 norm of each unit's gradient in this layer.
    pub(super) fn squared_norms(&self) -> Vec<f64> {
        match self {
            Self::Single {
                bias, input, delta, ..
            } => {
                let one = if bias.is_some() { 1.0 } else { 0.0 };
                let (inputs, deltas) = (row_squares(input.clone()), row_squares(delta.clone()));
                let products = deltas.into_iter().zip(inputs);
                products.map(|(d, i)| d * (i + one)).collect()
            }
            Self::Held(gradients) => held_squares(gradients),
            Self::Blocked(outer) => blocks(outer)
                .flat_map(|(start, count)| held_squares(&outer.units(start, count).gradients()))
                .collect(),
            Self::Table(table) => table.squared_norms(),
        }
    }

    /// Gives `add` the sum over units of `weights[u]` times the gradient, parameter by parameter,
    /// possibly in several parts.
    pub(super) fn weighted_sum(
        &self,
        weights: &[f32],
        device: &Device,
        add: &mut impl FnMut(ParamId, &mut dyn Iterator<Item = f64>),
    ) {
        let column = |weights: &[f32]| {
            let data = TensorData::new(weights.to_vec(), [weights.len(), 1]);
            Tensor::<2>::from_data(data, device)
        };
        let mut give = |id, values: Tensor<2>| {
            let data = values.into_data();
            add(id, &mut data.iter::<f32>().map(f64::from));
        };
        match self {
            Self::Single {
                weight,
                bias,
                input,
                delta,
            } => {
                let weighted = delta.clone() * column(weights);
                give(*weight, input.clone().transpose().matmul(weighted.clone()));
                if let Some(bias) = bias {
                    give(*bias, weighted.sum_dim(0));
                }
            }
            Self::Held(gradients) => {
                let row = column(weights).transpose();
                for (id, gradient) in gradients {
                    give(*id, row.clone().matmul(gradient.clone()));
                }
            }
            Self::Blocked(outer) => {
                for (start, count) in blocks(outer) {
                    let row = column(&weights[start..start + count]).transpose();
                    for (id, gradient) in outer.units(start, count).gradients() {
                        give(id, row.clone().matmul(gradient));
                    }
                }
            }
            Self::Table(table) => add(table.id, &mut table.weighted_sum(weights).into_iter()),
        }
    }

    /// The trace with every value of the units in `drop [u]` set to zero. A weight of zero is not
    /// enough for a unit whose gradient is not finite: zero times infinity is not zero.
    pub(super) fn without(self, drop: &Tensor<1, Bool>) -> Self {
        match self {
            Self::Single {
                weight,
                bias,
                input,
                delta,
            } => Self::Single {
                weight,
                bias,
                input: zeroed(input, drop),
                delta: zeroed(delta, drop),
            },
            Self::Held(gradients) => Self::Held(
                gradients
                    .into_iter()
                    .map(|(id, gradient)| (id, zeroed(gradient, drop)))
                    .collect(),
            ),
            Self::Blocked(outer) => Self::Blocked(Outer {
                input: zeroed(outer.input.clone(), drop),
                delta: zeroed(outer.delta.clone(), drop),
                ..outer
            }),
            // It skips units of weight zero.
            Self::Table(table) => Self::Table(table),
        }
    }
}

fn held_squares(gradients: &[(ParamId, Tensor<2>)]) -> Vec<f64> {
    let mut total = Vec::new();
    for (_, gradient) in gradients {
        let squares = row_squares(gradient.clone());
        total.resize(squares.len(), 0.0);
        for (total, square) in total.iter_mut().zip(squares) {
            *total += square;
        }
    }
    total
}

/// First unit and number of units of each block.
fn blocks(outer: &Outer) -> impl Iterator<Item = (usize, usize)> {
    let [units, ..] = outer.input.dims();
    let block = (HELD / outer.weights().max(1)).max(1);
    (0..units)
        .step_by(block)
        .map(move |start| (start, block.min(units - start)))
}

/// `[units, ...]` with zeros for the units in `drop`.
fn zeroed<const D: usize>(tensor: Tensor<D>, drop: &Tensor<1, Bool>) -> Tensor<D> {
    let dims = tensor.dims();
    let mut shape = [1; D];
    shape[0] = dims[0];
    tensor.mask_fill(drop.clone().reshape(shape).expand(dims), 0.0)
}
