//! An engine that gives canaries their gradients.

use std::ops::Range;

use privet_mechanisms::noisy_sgd::grid_units;
use privet_mechanisms::{Clipping, Sensitive};
use privet_training::gradient::{
    Batch, Examples, GradientEngine, GradientError, GradientRequest, GradientSum, GradientWorker,
    Sum, Units,
};
use privet_training::network::Architecture;

use super::directions::{Directions, Presence, canary_of};

/// A canary's gradient before clipping, in a coordinate: far beyond any clipping norm.
const LENGTH: f64 = 1e3;

/// An engine that computes the gradients of ordinary rows, and gives canaries theirs.
pub(super) struct DirectedEngine<'a> {
    pub(super) inner: &'a dyn GradientEngine,
    pub(super) directions: &'a Directions,
}

impl GradientEngine for DirectedEngine<'_> {
    fn worker(
        &self,
        architecture: &Architecture,
    ) -> Result<Box<dyn GradientWorker>, GradientError> {
        let mut start = 0;
        let layers = architecture.trainable_layers().into_iter().map(|layer| {
            let layer = start..start + layer.own_parameters();
            start = layer.end;
            layer
        });
        Ok(Box::new(DirectedWorker {
            layers: layers.collect(),
            width: architecture.input().len(),
            inner: self.inner.worker(architecture)?,
            directions: self.directions.clone(),
        }))
    }
}

struct DirectedWorker {
    inner: Box<dyn GradientWorker>,
    directions: Directions,
    layers: Vec<Range<usize>>,
    width: usize,
}

impl GradientWorker for DirectedWorker {
    fn gradient_sum(
        &mut self,
        parameters: &[f32],
        batch: Batch<'_>,
        request: GradientRequest<'_>,
    ) -> Result<GradientSum, GradientError> {
        let Some(clipping) = request.clipping else {
            let reason = "canaries with known gradients need clipping";
            return Err(GradientError::Request(reason.into()));
        };
        let sizes = batch.units.sizes(batch.examples.labels.len())?;
        let (mut inputs, mut labels, mut ordinary) = (Vec::new(), Vec::new(), Vec::new());
        let mut canaries = Vec::new();
        let mut row = 0;
        for size in sizes {
            let rows = row * self.width..(row + size) * self.width;
            let values = batch.examples.inputs.get(rows).unwrap_or_default();
            match canary_of(values.get(..self.width).unwrap_or_default()) {
                Some(canary) => canaries.push(canary),
                None => {
                    inputs.extend_from_slice(values);
                    labels.extend_from_slice(&batch.examples.labels[row..row + size]);
                    ordinary.push(size);
                }
            }
            row += size;
        }
        let batch = Batch {
            examples: Examples {
                inputs: &inputs,
                labels: &labels,
            },
            units: match batch.units {
                Units::Sizes(_) => Units::Sizes(&ordinary),
                rows_or_copies => rows_or_copies,
            },
        };
        let total = self.inner.gradient_sum(parameters, batch, request)?;
        let mut norms = total.norms.into_exposed_sensitive();
        let mut sum = total.sum.into_exposed_sensitive();
        for (canary, presence) in canaries {
            norms.push(self.add(&mut sum, canary, presence, clipping, request.grid));
        }
        Ok(GradientSum {
            sum: Sensitive::new(sum),
            norms: Sensitive::new(norms),
            ..total
        })
    }

    fn scores(&mut self, parameters: &[f32], inputs: &[f32]) -> Result<Vec<f32>, GradientError> {
        self.inner.scores(parameters, inputs)
    }
}

impl DirectedWorker {
    /// Adds a canary's gradient, clipped, and returns its norm before that.
    fn add(
        &self,
        sum: &mut Sum,
        canary: usize,
        presence: Presence,
        clipping: &Clipping,
        grid: Option<f64>,
    ) -> f64 {
        let towards = match presence {
            Presence::There => 1.0,
            Presence::Empty => return 0.0,
            Presence::Opposite => -1.0,
        };
        let length = LENGTH * clipping.sensitivity();
        let layer_of = |coordinate: usize| {
            let layers = &self.layers;
            layers.partition_point(|layer| layer.end <= coordinate)
        };
        let mut squares = vec![0.0; self.layers.len()];
        for (coordinate, _) in self.directions.of(canary) {
            if let Some(square) = squares.get_mut(layer_of(coordinate)) {
                *square += length * length;
            }
        }
        let mut factors = vec![0.0; squares.len()];
        let norm = clipping.factors(&squares, &mut factors);
        for (coordinate, sign) in self.directions.of(canary) {
            let factor = factors.get(layer_of(coordinate)).copied();
            let value = f64::from(factor.unwrap_or_default()) * length;
            let value = value * f64::from(sign) * towards;
            match sum {
                Sum::Float(sum) => {
                    if let Some(total) = sum.get_mut(coordinate) {
                        *total += value as f32;
                    }
                }
                Sum::Grid(sum) => {
                    if let (Some(total), Some(spacing)) = (sum.get_mut(coordinate), grid) {
                        *total = total.saturating_add(grid_units(value, spacing));
                    }
                }
            }
        }
        norm
    }
}
