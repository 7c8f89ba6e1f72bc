//! The engine at work on one network.

use std::sync::Mutex;

use privet_mechanisms::Sensitive;
use rayon::prelude::*;

use super::CpuEngine;
use super::pass::Weights;
use super::plan::{Operation, Plan};
use super::strip::{Strip, Task, Workspace};
use super::units::UnitRows;
use crate::engine::{Batch, GradientError, GradientRequest, GradientSum, GradientWorker, Sum};

/// Multiply-adds of a strip for each parameter, at least: adding up the strips, which waits for
/// memory, then takes some percent of the time.
const WORK_A_PARAMETER: usize = 1500;

/// Strips of a batch, at most.
const STRIPS: usize = 16;

/// Values that the sums of all strips may hold together: 128 MiB.
const SUMS: usize = 1 << 25;

/// Values that a block's memory aims at: a third of a second-level cache of 2 MiB, which may be shared.
const BLOCK: usize = 5 << 15;

/// Values of gradients that a block on a grid holds: 64 MiB.
const HELD: usize = 1 << 24;

/// Rows of a block, at most.
const ROWS: usize = 256;

/// Values of strips that are added at a time.
const CHUNK: usize = 2048;

/// Parameters from which on threads share the work on all of them.
const PARALLEL: usize = 1 << 18;

/// A worker of [`CpuEngine`].
#[derive(Debug)]
pub(super) struct CpuWorker {
    engine: CpuEngine,
    plan: Plan,
    weights: Weights,
    strips: Vec<Strip>,
    workspaces: Mutex<Vec<Workspace>>,
}

impl CpuWorker {
    pub(super) fn new(engine: CpuEngine, plan: Plan) -> Self {
        Self {
            engine,
            plan,
            weights: Weights::default(),
            strips: Vec::new(),
            workspaces: Mutex::default(),
        }
    }

    /// How many rows are taken through the network at a time.
    fn rows_a_block(&self, clipped: bool, grid: bool) -> usize {
        let values: usize = self.plan.values.iter().sum();
        let made: usize = self
            .plan
            .steps
            .iter()
            .filter(|step| match &step.operation {
                Operation::Matrix(matrix) => grid || clipped && !matrix.measures_by_gram(1),
                _ => false,
            })
            .map(|step| step.size())
            .sum();
        let fits = BLOCK / (2 * values + made).max(1);
        // Weights that do not fit the cache are read once a block: many rows share them then.
        let share = self.plan.parameters / (4 * values).max(1);
        // On a grid the gradient of every row is held.
        let held = match grid {
            true => HELD / made.max(1),
            false => ROWS,
        };
        fits.max(share.min(held)).clamp(1, ROWS)
    }

    fn check_parameters(&self, parameters: &[f32]) -> Result<(), GradientError> {
        match parameters.len() == self.plan.parameters {
            true => Ok(()),
            false => Err(GradientError::Parameters {
                expected: self.plan.parameters,
                found: parameters.len(),
            }),
        }
    }

    fn check(
        &self,
        parameters: &[f32],
        batch: &Batch<'_>,
        request: &GradientRequest<'_>,
    ) -> Result<(), GradientError> {
        self.check_parameters(parameters)?;
        batch
            .examples
            .check(self.plan.values[0], self.plan.classes)?;
        request.check(self.plan.trainable)
    }

    /// Adds up the strips and puts the sum in the flat order.
    fn merge(&self, strips: usize, grid: bool) -> Sum {
        let strips = &self.strips[..strips];
        match grid {
            true => {
                let mut sum = vec![0i64; self.plan.parameters];
                for strip in strips {
                    for (sum, value) in sum.iter_mut().zip(&strip.grid) {
                        *sum = sum.saturating_add(*value);
                    }
                }
                Sum::Grid(self.flat(sum))
            }
            false => {
                let mut sum = vec![0.0f32; self.plan.parameters];
                let add = |(part, sums): (usize, &mut [f32])| {
                    let mut totals = [0.0f64; CHUNK];
                    for strip in strips {
                        let values = &strip.sum[part * CHUNK..][..sums.len()];
                        for (total, value) in totals.iter_mut().zip(values) {
                            *total += f64::from(*value);
                        }
                    }
                    for (sum, total) in sums.iter_mut().zip(totals) {
                        *sum = total as f32;
                    }
                };
                match self.engine.parallel && sum.len() >= PARALLEL {
                    true => sum.par_chunks_mut(CHUNK).enumerate().for_each(add),
                    false => sum.chunks_mut(CHUNK).enumerate().for_each(add),
                }
                Sum::Float(self.flat(sum))
            }
        }
    }

    /// In the order of the flat vector.
    fn flat<T: Copy>(&self, mut sum: Vec<T>) -> Vec<T> {
        for step in &self.plan.steps {
            if let Operation::Matrix(matrix) = &step.operation {
                matrix.to_flat(&mut sum[step.parameters..][..step.size()]);
            }
        }
        sum
    }
}

impl GradientWorker for CpuWorker {
    fn gradient_sum(
        &mut self,
        parameters: &[f32],
        batch: Batch<'_>,
        request: GradientRequest<'_>,
    ) -> Result<GradientSum, GradientError> {
        self.check(parameters, &batch, &request)?;
        let units = UnitRows::of(&batch)?;
        let (lanes, parallel) = (self.engine.lanes(), self.engine.parallel);
        self.weights
            .prepare(&self.plan, parameters, lanes, parallel);
        // The number of strips follows from public sizes and the batch alone, not from the number
        // of threads: the rounding of a sum must not depend on the machine's load.
        let work = self.plan.multiply_adds().max(1);
        let share = 1 + WORK_A_PARAMETER * self.plan.parameters / work;
        let most = (SUMS / self.plan.parameters.max(1)).clamp(2, STRIPS);
        // A power of two, so that two or four threads have as much to do each.
        let count = units
            .len()
            .div_ceil(share)
            .clamp(1, most)
            .next_power_of_two();
        let parts = units.parts(count);
        let mut strips = std::mem::take(&mut self.strips);
        strips.resize_with(count.max(strips.len()), Strip::default);
        let task = Task {
            plan: &self.plan,
            instructions: self.engine.instructions,
            weights: &self.weights,
            batch,
            units: &units,
            request,
            rows_a_block: self.rows_a_block(request.clipping.is_some(), request.grid.is_some()),
        };
        let run = |(strip, part): (&mut Strip, &std::ops::Range<usize>)| {
            let spare = lock(&self.workspaces).pop();
            let mut workspace = spare.unwrap_or_default();
            strip.run(&task, &mut workspace, part.clone());
            lock(&self.workspaces).push(workspace);
        };
        match self.engine.parallel && count > 1 {
            true => strips[..count]
                .par_iter_mut()
                .zip(&parts)
                .with_max_len(1)
                .for_each(run),
            false => strips[..count].iter_mut().zip(&parts).for_each(run),
        }
        self.strips = strips;
        let done = &self.strips[..count];
        let sum = self.merge(count, request.grid.is_some());
        // Units are not measured without clipping: it is only seen that there was one.
        let unmeasured = match &sum {
            Sum::Float(values) if request.clipping.is_none() => {
                usize::from(!values.iter().all(|value| value.is_finite()))
            }
            _ => 0,
        };
        let not_finite = unmeasured + done.iter().map(|s| s.not_finite).sum::<usize>();
        Ok(GradientSum {
            norms: Sensitive::new(done.iter().flat_map(|s| &s.norms).copied().collect()),
            not_finite: Sensitive::new(not_finite),
            loss: Sensitive::new(done.iter().map(|s| s.loss).sum()),
            sum: Sensitive::new(sum),
        })
    }

    fn scores(&mut self, parameters: &[f32], inputs: &[f32]) -> Result<Vec<f32>, GradientError> {
        self.check_parameters(parameters)?;
        let (width, classes) = (self.plan.values[0], self.plan.classes);
        let rows = inputs.len() / width.max(1);
        if rows * width != inputs.len() {
            return Err(GradientError::Shape {
                labels: rows,
                expected: rows * width,
                found: inputs.len(),
            });
        }
        let (lanes, parallel) = (self.engine.lanes(), self.engine.parallel);
        self.weights
            .prepare(&self.plan, parameters, lanes, parallel);
        let mut scores = vec![0.0; rows * classes];
        let block = self.rows_a_block(false, false);
        let (plan, weights, workspaces) = (&self.plan, &self.weights, &self.workspaces);
        let instructions = self.engine.instructions;
        let run = |(inputs, scores): (&[f32], &mut [f32])| {
            let spare = lock(workspaces).pop();
            let mut workspace = spare.unwrap_or_default();
            workspace
                .block
                .forward(plan, instructions, weights, inputs, None);
            scores.copy_from_slice(workspace.block.scores(plan));
            lock(workspaces).push(workspace);
        };
        let inputs = inputs.par_chunks(block * width);
        let parts = inputs.zip(scores.par_chunks_mut(block * classes));
        match self.engine.parallel {
            true => parts.for_each(run),
            false => parts.collect::<Vec<_>>().into_iter().for_each(run),
        }
        Ok(scores)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
