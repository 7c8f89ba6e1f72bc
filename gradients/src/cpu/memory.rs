//! The threads of one network at work on a batch.

use std::ops::Range;
use std::sync::Mutex;

use rayon::prelude::*;

use super::CpuEngine;
use super::pass::Weights;
use super::plan::{Operation, Plan};
use super::strip::{Loss, Strip, Task, Workspace};
use super::units::UnitRows;
use crate::engine::GradientRequest;

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

/// The rows, and what is asked of them.
pub(super) struct Asked<'a> {
    pub(super) inputs: &'a [f32],
    pub(super) loss: Loss<'a>,
    pub(super) units: &'a UnitRows,
    pub(super) request: GradientRequest<'a>,
}

/// What is kept from batch to batch.
#[derive(Debug, Default)]
pub(super) struct Memory {
    weights: Weights,
    strips: Vec<Strip>,
    workspaces: Mutex<Vec<Workspace>>,
}

impl Memory {
    /// Runs the rows through the network and back, and returns the strips.
    pub(super) fn gradient(
        &mut self,
        engine: &CpuEngine,
        plan: &Plan,
        parameters: &[f32],
        asked: &Asked<'_>,
    ) -> &[Strip] {
        let Self {
            weights,
            strips,
            workspaces,
        } = self;
        weights.prepare(plan, parameters, engine.lanes(), engine.parallel);
        // The number of strips follows from public sizes and the batch alone, not from the number
        // of threads: the rounding of a sum must not depend on the machine's load.
        let work = plan.multiply_adds().max(1);
        let share = 1 + WORK_A_PARAMETER * plan.parameters / work;
        let most = (SUMS / plan.parameters.max(1)).clamp(2, STRIPS);
        // A power of two, so that two or four threads have as much to do each.
        let count = asked
            .units
            .len()
            .div_ceil(share)
            .clamp(1, most)
            .next_power_of_two();
        let parts = asked.units.parts(count);
        strips.resize_with(count.max(strips.len()), Strip::default);
        let request = asked.request;
        let task = Task {
            plan,
            instructions: engine.instructions,
            weights,
            inputs: asked.inputs,
            loss: asked.loss,
            units: asked.units,
            request,
            rows_a_block: rows_a_block(plan, request.clipping.is_some(), request.grid.is_some()),
        };
        let run = |(strip, part): (&mut Strip, &Range<usize>)| {
            let spare = lock(workspaces).pop();
            let mut workspace = spare.unwrap_or_default();
            strip.run(&task, &mut workspace, part.clone());
            lock(workspaces).push(workspace);
        };
        match engine.parallel && count > 1 {
            true => strips[..count]
                .par_iter_mut()
                .zip(&parts)
                .with_max_len(1)
                .for_each(run),
            false => strips[..count].iter_mut().zip(&parts).for_each(run),
        }
        &strips[..count]
    }

    /// Scores of the rows, `[rows, classes]`.
    pub(super) fn scores(
        &mut self,
        engine: &CpuEngine,
        plan: &Plan,
        parameters: &[f32],
        inputs: &[f32],
    ) -> Vec<f32> {
        let Self {
            weights,
            workspaces,
            ..
        } = self;
        weights.prepare(plan, parameters, engine.lanes(), engine.parallel);
        let (width, classes) = (plan.values[0], plan.classes);
        let mut scores = vec![0.0; inputs.len() / width.max(1) * classes];
        let rows = rows_a_block(plan, false, false);
        let (weights, workspaces) = (&*weights, &*workspaces);
        let run = |(inputs, scores): (&[f32], &mut [f32])| {
            let spare = lock(workspaces).pop();
            let mut workspace = spare.unwrap_or_default();
            let Workspace { block, .. } = &mut workspace;
            block.forward(plan, engine.instructions, weights, inputs, None);
            scores.copy_from_slice(block.scores(plan));
            lock(workspaces).push(workspace);
        };
        let inputs = inputs.par_chunks(rows * width);
        let parts = inputs.zip(scores.par_chunks_mut(rows * classes));
        match engine.parallel {
            true => parts.for_each(run),
            false => parts.collect::<Vec<_>>().into_iter().for_each(run),
        }
        scores
    }
}

/// How many rows are taken through the network at a time.
fn rows_a_block(plan: &Plan, clipped: bool, grid: bool) -> usize {
    let values: usize = plan.values.iter().sum();
    let made: usize = plan
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
    let share = plan.parameters / (4 * values).max(1);
    // On a grid the gradient of every row is held.
    let held = match grid {
        true => HELD / made.max(1),
        false => ROWS,
    };
    fits.max(share.min(held)).clamp(1, ROWS)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
