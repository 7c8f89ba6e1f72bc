//! The threads of one network at work on a batch.

use std::ops::Range;
use std::sync::Mutex;

use rayon::prelude::*;

use super::CpuEngine;
use super::pass::Weights;
use super::plan::Plan;
use super::sizes::{rows_a_block, strips_of};
use super::strip::{Loss, Strip, Task, Workspace};
use super::units::UnitRows;
use crate::engine::GradientRequest;

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
        let count = strips_of(plan, asked.units.len());
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

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
