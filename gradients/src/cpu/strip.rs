//! A part of a batch, taken block by block by one thread.

use std::ops::Range;

use privet_mechanisms::noisy_sgd::grid_units;

use super::kernel::{Buffer, Instructions, add_scaled};
use super::measure::{Source, measure};
use super::pass::{Block, Weights};
use super::plan::Plan;
use super::units::UnitRows;
use crate::engine::GradientRequest;
use crate::objective::{RowFunction, Variables};

/// What the gradient is of.
#[derive(Clone, Copy)]
pub(super) enum Loss<'a> {
    /// Cross-entropy, by the class of each row.
    CrossEntropy(&'a [u32]),
    /// Any function of the scores, by the parameters or the inputs; nothing is clipped.
    Objective(&'a RowFunction<'a>, Variables),
}

/// What all threads read.
pub(super) struct Task<'a> {
    pub(super) plan: &'a Plan,
    pub(super) instructions: Instructions,
    pub(super) weights: &'a Weights,
    pub(super) inputs: &'a [f32],
    pub(super) loss: Loss<'a>,
    pub(super) units: &'a UnitRows,
    pub(super) request: GradientRequest<'a>,
    pub(super) rows_a_block: usize,
}

/// A thread's memory for one block.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    pub(super) block: Block,
    /// Gradients of single units, step by step, unit by unit.
    pub(super) gradients: Vec<Buffer>,
    /// Squared norms, `[units, trainable steps]`.
    pub(super) squares: Vec<f64>,
    /// Factors, `[units, trainable steps]`.
    factors: Vec<f32>,
    /// Gradient of a single unit.
    pub(super) spare: Buffer,
}

/// What a part of the batch adds up to, in the order of the plan's steps.
#[derive(Debug, Default)]
pub(super) struct Strip {
    pub(super) sum: Buffer,
    pub(super) grid: Vec<i64>,
    pub(super) norms: Vec<f64>,
    pub(super) not_finite: usize,
    pub(super) loss: f64,
    /// Gradient by the inputs of the rows so far, where that is asked for.
    pub(super) inputs: Vec<f32>,
}

impl Strip {
    /// Adds up the gradients of some units.
    pub(super) fn run(&mut self, task: &Task<'_>, workspace: &mut Workspace, units: Range<usize>) {
        self.norms.clear();
        self.inputs.clear();
        (self.not_finite, self.loss) = (0, 0.0);
        match task.request.grid {
            Some(_) => {
                self.grid.clear();
                self.grid.resize(task.plan.parameters, 0);
            }
            None => {
                self.sum.resize(task.plan.parameters);
                self.sum.fill(0.0);
            }
        }
        let mut first = units.start;
        while first < units.end {
            let block = task.units.block(first, units.end, task.rows_a_block);
            first = block.end;
            self.block(task, workspace, block);
        }
    }

    fn block(&mut self, task: &Task<'_>, workspace: &mut Workspace, units: Range<usize>) {
        let (plan, instructions) = (task.plan, task.instructions);
        let rows = task.units.rows(units.start).start..task.units.rows(units.end - 1).end;
        let width = plan.values[0];
        let inputs = &task.inputs[rows.start * width..rows.end * width];
        let drop = task.request.dropout.map(|seed| (seed, rows.start));
        let block = &mut workspace.block;
        block.forward(plan, instructions, task.weights, inputs, drop);
        self.loss += match task.loss {
            Loss::CrossEntropy(labels) => block.cross_entropy(plan, &labels[rows.clone()]),
            Loss::Objective(function, _) => block.objective(plan, function, rows.start),
        };
        if let Loss::Objective(_, Variables::Inputs) = task.loss {
            block.backward(plan, instructions, task.weights, drop, |_, _| {});
            return block.append_input_gradient(plan, &mut self.inputs);
        }
        let own = |unit: usize| {
            let range = task.units.rows(unit);
            range.start - rows.start..range.end - rows.start
        };
        // The mean over a unit's rows is taken where the gradient starts.
        for unit in units.clone() {
            let rows = own(unit);
            if rows.len() > 1 {
                block.scale(plan, plan.scores, rows.clone(), 1.0 / rows.len() as f32);
            }
        }
        let Some(clipping) = task.request.clipping else {
            let sum = &mut self.sum;
            return block.backward(plan, instructions, task.weights, drop, |block, index| {
                let step = &plan.steps[index];
                let into = &mut sum[step.parameters..][..step.size()];
                block.gradient(plan, instructions, index, 0..rows.len(), into, true);
            });
        };
        let sources = measure(task, workspace, clipping, units.clone(), &own);
        workspace.factors.resize(units.len() * plan.trainable, 0.0);
        let measured = workspace
            .squares
            .chunks_exact(plan.trainable.max(1))
            .zip(workspace.factors.chunks_exact_mut(plan.trainable.max(1)));
        for (squares, factors) in measured {
            let norm = clipping.factors(squares, factors);
            self.not_finite += usize::from(!norm.is_finite());
            self.norms.push(norm);
        }
        for (index, step) in plan.steps.iter().enumerate() {
            if step.size() == 0 {
                continue;
            }
            let sources = &sources[step.trainable];
            self.add_made(task, workspace, index, sources, units.clone(), &own);
            self.add_measured(task, workspace, index, sources, units.clone(), &own);
        }
    }

    /// Adds the gradients that were made.
    fn add_made(
        &mut self,
        task: &Task<'_>,
        workspace: &mut Workspace,
        index: usize,
        sources: &[Source],
        units: Range<usize>,
        own: &impl Fn(usize) -> Range<usize>,
    ) {
        let (plan, step) = (task.plan, &task.plan.steps[index]);
        let Workspace {
            block,
            gradients,
            factors,
            spare,
            ..
        } = workspace;
        let place_in_sum = step.parameters..step.parameters + step.size();
        for (place, (source, unit)) in sources.iter().zip(units).enumerate() {
            let factor = factors[place * plan.trainable + step.trainable];
            // Zero times infinity is not zero.
            if factor == 0.0 {
                continue;
            }
            let gradient: &[f32] = match source {
                Source::Kept => &gradients[index][place * step.size()..][..step.size()],
                Source::Again => {
                    spare.resize(step.size());
                    block.gradient(plan, task.instructions, index, own(unit), spare, false);
                    spare
                }
                Source::Rows => continue,
            };
            match task.request.grid {
                None => add_scaled(
                    task.instructions,
                    &mut self.sum[place_in_sum.clone()],
                    gradient,
                    factor,
                ),
                Some(spacing) => {
                    let sums = &mut self.grid[place_in_sum.clone()];
                    for (sum, value) in sums.iter_mut().zip(gradient) {
                        let clipped = f64::from(*value) * f64::from(factor);
                        *sum = sum.saturating_add(grid_units(clipped, spacing));
                    }
                }
            }
        }
    }

    /// Adds the gradients that were only measured, all of a run of units in one multiplication.
    fn add_measured(
        &mut self,
        task: &Task<'_>,
        workspace: &mut Workspace,
        index: usize,
        sources: &[Source],
        units: Range<usize>,
        own: &impl Fn(usize) -> Range<usize>,
    ) {
        let (plan, step) = (task.plan, &task.plan.steps[index]);
        let Workspace { block, factors, .. } = workspace;
        let mut run: Range<usize> = 0..0;
        let sum = &mut self.sum;
        let mut flush = |block: &Block, run: Range<usize>| {
            if !run.is_empty() {
                let into = &mut sum[step.parameters..][..step.size()];
                block.gradient(plan, task.instructions, index, run, into, true);
            }
        };
        for (place, unit) in units.enumerate() {
            let factor = factors[place * plan.trainable + step.trainable];
            let rows = own(unit);
            // What is not finite must not meet the others, not even times zero.
            if sources[place] != Source::Rows || factor == 0.0 {
                flush(block, std::mem::replace(&mut run, rows.end..rows.end));
                continue;
            }
            if factor != 1.0 {
                block.scale(plan, step.output, rows.clone(), factor);
            }
            if run.is_empty() {
                run.start = rows.start;
            }
            run.end = rows.end;
        }
        flush(block, run);
    }
}
