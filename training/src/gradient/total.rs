//! The sum over physical batches.

use std::collections::HashMap;

use burn::module::ParamId;
use burn::tensor::{Bool, Device, Tensor, TensorData};
use privet_mechanisms::noisy_sgd::grid_units;
use privet_mechanisms::{Clipping, Sensitive};

use super::batches::PhysicalBatch;
use super::pass::Pass;
use super::trace::LayerTrace;
use super::{GradientSum, Sum};

/// Where the parameters and the layers of a module lie.
#[derive(Debug)]
pub(super) struct Places {
    /// First place of each parameter in the flat vector.
    pub(super) starts: HashMap<ParamId, usize>,
    /// Place in the order of the flat vector of each layer in the order of the forward pass.
    pub(super) layers: Vec<usize>,
}

/// On a GPU the factors of a product may be rounded to 11 bits (TF32), and the kernel be another for
/// a norm than for a sum: contributions are kept this share below the clipping norm, four times
/// what one such product loses.
const COARSE: f32 = 1.0 / 256.0;

/// What the physical batches so far add up to. Each is summed in f32 on the device, the batches in
/// f64.
pub(super) struct Total<'a> {
    places: &'a Places,
    device: &'a Device,
    /// What factors are multiplied by, where products round more than norms.
    margin: f32,
    sum: Vec<f64>,
    grid: Vec<i64>,
    norms: Vec<f64>,
    not_finite: usize,
    loss: f64,
}

impl<'a> Total<'a> {
    /// `norms` many units are clipped; none without clipping.
    pub(super) fn new(
        places: &'a Places,
        device: &'a Device,
        parameters: usize,
        norms: usize,
    ) -> Self {
        Self {
            places,
            device,
            margin: match *device == Device::flex() {
                true => 1.0,
                false => 1.0 - COARSE,
            },
            sum: vec![0.0; parameters],
            grid: Vec::new(),
            norms: vec![0.0; norms],
            not_finite: 0,
            loss: 0.0,
        }
    }

    fn add_loss(&mut self, pass: &Pass, batch: &PhysicalBatch) {
        let counted = pass.losses.iter().zip(&batch.weights);
        self.loss += counted
            .filter(|(_, weight)| **weight > 0.0)
            .map(|(&loss, _)| f64::from(loss))
            .sum::<f64>();
    }

    /// Adds every unit's gradient as it is.
    pub(super) fn add(&mut self, pass: &Pass, batch: &PhysicalBatch) {
        self.add_loss(pass, batch);
        let units = batch.units.len();
        let ones = vec![vec![1.0; units]; self.places.layers.len()];
        let before: f64 = self.sum.iter().sum();
        self.add_weighted(&pass.traces, &ones);
        // A unit that is not finite leaves its mark on the sum, which is far quicker to look at.
        let after: f64 = self.sum.iter().sum();
        if before.is_finite() && !after.is_finite() {
            let squares = self.squares(&pass.traces, units);
            let unit = |unit: usize| squares.iter().map(|layer| layer[unit]).sum::<f64>();
            self.not_finite += (0..units).filter(|&u| !unit(u).is_finite()).count();
        }
    }

    /// Adds every unit's gradient clipped, and those that are not finite not at all.
    pub(super) fn add_clipped(&mut self, pass: Pass, batch: &PhysicalBatch, clipping: &Clipping) {
        self.add_loss(&pass, batch);
        let squares = self.squares(&pass.traces, batch.units.len());
        let (factors, drop) = self.factors(&squares, batch, clipping);
        let traces = if drop.contains(&true) {
            let mask = Tensor::<1, Bool>::from_data(TensorData::from(&drop[..]), self.device);
            let traces = pass.traces.into_iter();
            traces
                .map(|(layer, trace)| (layer, trace.without(&mask)))
                .collect()
        } else {
            pass.traces
        };
        self.add_weighted(&traces, &factors);
    }

    /// Adds the gradient of a single unit, clipped and rounded to the grid.
    pub(super) fn add_to_grid(
        &mut self,
        pass: Pass,
        batch: &PhysicalBatch,
        clipping: &Clipping,
        spacing: f64,
    ) {
        self.grid.resize(self.sum.len(), 0);
        self.add_loss(&pass, batch);
        // One sum for each parameter: a unit's gradient may come in several parts. Its norm is that
        // of these very numbers.
        let mut gradients = HashMap::<ParamId, (usize, Vec<f64>)>::new();
        for (layer, trace) in &pass.traces {
            let layer = self.places.layers[*layer];
            trace.weighted_sum(&[1.0], self.device, &mut |id, values| {
                let (_, sum) = gradients.entry(id).or_insert((layer, Vec::new()));
                for (index, value) in values.enumerate() {
                    match sum.get_mut(index) {
                        Some(total) => *total += value,
                        None => sum.push(value),
                    }
                }
            });
        }
        let mut squares = vec![vec![0.0]; self.places.layers.len()];
        for (layer, values) in gradients.values() {
            squares[*layer][0] += values.iter().map(|value| value * value).sum::<f64>();
        }
        let (factors, drop) = self.factors(&squares, batch, clipping);
        if drop.contains(&true) {
            return;
        }
        for (id, (layer, values)) in gradients {
            let start = self.places.starts[&id];
            let factor = f64::from(factors[layer][0]);
            for (total, value) in self.grid[start..].iter_mut().zip(values) {
                *total = total.saturating_add(grid_units(factor * value, spacing));
            }
        }
    }

    /// The factor of each layer (in the order of the flat vector) and unit, and which units are
    /// dropped; from the squared norm of each layer's part of each unit's gradient.
    fn factors(
        &mut self,
        squares: &[Vec<f64>],
        batch: &PhysicalBatch,
        clipping: &Clipping,
    ) -> (Vec<Vec<f32>>, Vec<bool>) {
        let layers = self.places.layers.len();
        let mut factors = vec![Vec::with_capacity(batch.units.len()); layers];
        let mut drop = Vec::with_capacity(batch.units.len());
        let mut of_unit = vec![0.0; layers];
        for (place, &unit) in batch.units.iter().enumerate() {
            let parts: Vec<f64> = squares.iter().map(|layer| layer[place]).collect();
            let norm = clipping.factors(&parts, &mut of_unit);
            self.norms[unit] = norm;
            drop.push(!norm.is_finite());
            for (layer, &factor) in factors.iter_mut().zip(&of_unit) {
                layer.push(factor * self.margin);
            }
        }
        self.not_finite += drop.iter().filter(|&&dropped| dropped).count();
        (factors, drop)
    }

    /// Squared norm of each layer's part of each unit's gradient.
    fn squares(&self, traces: &[(usize, LayerTrace)], units: usize) -> Vec<Vec<f64>> {
        let mut squares = vec![vec![0.0; units]; self.places.layers.len()];
        for (layer, trace) in traces {
            let totals = &mut squares[self.places.layers[*layer]];
            for (total, square) in totals.iter_mut().zip(trace.squared_norms()) {
                *total += square;
            }
        }
        squares
    }

    fn add_weighted(&mut self, traces: &[(usize, LayerTrace)], weights: &[Vec<f32>]) {
        for (layer, trace) in traces {
            let weights = &weights[self.places.layers[*layer]];
            trace.weighted_sum(weights, self.device, &mut |id, values| {
                let start = self.places.starts[&id];
                for (total, value) in self.sum[start..].iter_mut().zip(values) {
                    *total += value;
                }
            });
        }
    }

    /// The sum alone, off the grid.
    pub(super) fn finish_parameters(self) -> Vec<f32> {
        self.sum.into_iter().map(|value| value as f32).collect()
    }

    /// The sum, on the grid if one was asked for.
    pub(super) fn finish(self, on_grid: bool) -> GradientSum {
        let sum = match on_grid {
            true if self.grid.is_empty() => Sum::Grid(vec![0; self.sum.len()]),
            true => Sum::Grid(self.grid),
            false => Sum::Float(self.sum.into_iter().map(|value| value as f32).collect()),
        };
        GradientSum {
            sum: Sensitive::new(sum),
            norms: Sensitive::new(self.norms),
            not_finite: Sensitive::new(self.not_finite),
            loss: Sensitive::new(self.loss),
        }
    }
}
