//! Between the flat vector and the order of the products.

use super::Matrix;
use crate::cpu::kernel::{Buffer, Panels};

/// Weights as the multiplications read them.
#[derive(Debug, Default)]
pub(in crate::cpu) struct MatrixWeights {
    pub(super) forward: Vec<Panels>,
    pub(super) backward: Vec<Panels>,
    pub(super) bias: Buffer,
}

impl Matrix {
    /// Where weight `[group, row, column]` lies in the network's flat vector: linear layers are
    /// `[inputs, outputs]`, convolutions `[channels out, channels in, y, x]`.
    fn flat(&self, group: usize, row: usize, column: usize) -> usize {
        match self.kernel {
            None => row * self.columns + column,
            Some([seen, kernel]) => {
                let (place, channel) = (row / seen, row % seen);
                ((group * self.columns + column) * seen + channel) * kernel * kernel + place
            }
        }
    }

    /// Reads the weights from the layer's part of the flat vector.
    pub(in crate::cpu) fn prepare(
        &self,
        parameters: &[f32],
        lanes: usize,
        backward: bool,
        parallel: bool,
        weights: &mut MatrixWeights,
    ) {
        weights.forward.resize_with(self.groups, Panels::default);
        weights.backward.resize_with(self.groups, Panels::default);
        let (width, columns) = (self.width, self.columns);
        for (group, panels) in weights.forward.iter_mut().enumerate() {
            panels.fill([width, columns], lanes, parallel, |row, column| {
                parameters[self.flat(group, row, column)]
            });
        }
        for (group, panels) in weights.backward.iter_mut().enumerate().filter(|_| backward) {
            panels.fill([columns, width], lanes, parallel, |column, row| {
                parameters[self.flat(group, row, column)]
            });
        }
        weights.bias.resize(self.outputs());
        weights.bias.copy_from_slice(&parameters[self.weights()..]);
    }

    /// Brings a gradient from the order of this engine, `[group, row, column]`, to the flat order.
    pub(in crate::cpu) fn to_flat<T: Copy>(&self, gradient: &mut [T]) {
        if self.kernel.is_none() {
            return;
        }
        let own = gradient[..self.weights()].to_vec();
        let mut values = own.iter();
        for group in 0..self.groups {
            for row in 0..self.width {
                for (column, value) in (0..self.columns).zip(&mut values) {
                    gradient[self.flat(group, row, column)] = *value;
                }
            }
        }
    }
}
