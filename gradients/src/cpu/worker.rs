//! The engine at work on one network.

use privet_mechanisms::Sensitive;
use rayon::prelude::*;

use super::CpuEngine;
use super::memory::{Asked, Memory};
use super::plan::{Operation, Plan};
use super::strip::{Loss, Strip};
use super::units::UnitRows;
use crate::engine::{
    Batch, GradientError, GradientRequest, GradientSum, GradientWorker, Sum, whole_rows,
};
use crate::network::Architecture;
use crate::objective::{Objective, ObjectiveGradient, Variables};

/// Values of strips that are added at a time.
const CHUNK: usize = 2048;

/// Parameters from which on threads share the work on all of them.
const PARALLEL: usize = 1 << 18;

/// A worker of [`CpuEngine`].
#[derive(Debug)]
pub(super) struct CpuWorker {
    engine: CpuEngine,
    architecture: Architecture,
    plan: Plan,
    /// For gradients by the inputs, once one was asked for.
    input_plan: Option<Plan>,
    memory: Memory,
}

impl CpuWorker {
    pub(super) fn new(
        engine: CpuEngine,
        architecture: &Architecture,
    ) -> Result<Self, GradientError> {
        Ok(Self {
            engine,
            architecture: architecture.clone(),
            plan: Plan::new(architecture, Variables::Parameters)?,
            input_plan: None,
            memory: Memory::default(),
        })
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
}

impl GradientWorker for CpuWorker {
    fn gradient_sum(
        &mut self,
        parameters: &[f32],
        batch: Batch<'_>,
        request: GradientRequest<'_>,
    ) -> Result<GradientSum, GradientError> {
        self.check_parameters(parameters)?;
        let examples = batch.examples;
        examples.check(self.plan.values[0], self.plan.classes)?;
        request.check(self.plan.trainable)?;
        let asked = Asked {
            inputs: examples.inputs,
            loss: Loss::CrossEntropy(examples.labels),
            units: &UnitRows::of(&batch)?,
            request,
        };
        let (engine, plan) = (&self.engine, &self.plan);
        let strips = self.memory.gradient(engine, plan, parameters, &asked);
        let sum = match request.grid {
            Some(_) => Sum::Grid(grid_sum(plan, strips)),
            None => Sum::Float(sum(engine, plan, strips)),
        };
        // Units are not measured without clipping: it is only seen that there was one.
        let unmeasured = match &sum {
            Sum::Float(values) if request.clipping.is_none() => {
                usize::from(!values.iter().all(|value| value.is_finite()))
            }
            _ => 0,
        };
        let not_finite = unmeasured + strips.iter().map(|s| s.not_finite).sum::<usize>();
        Ok(GradientSum {
            norms: Sensitive::new(strips.iter().flat_map(|s| &s.norms).copied().collect()),
            not_finite: Sensitive::new(not_finite),
            loss: Sensitive::new(strips.iter().map(|s| s.loss).sum()),
            sum: Sensitive::new(sum),
        })
    }

    fn scores(&mut self, parameters: &[f32], inputs: &[f32]) -> Result<Vec<f32>, GradientError> {
        self.check_parameters(parameters)?;
        whole_rows(inputs, self.plan.values[0])?;
        let (engine, plan) = (&self.engine, &self.plan);
        Ok(self.memory.scores(engine, plan, parameters, inputs))
    }

    fn objective_gradient(
        &mut self,
        parameters: &[f32],
        objective: Objective<'_>,
    ) -> Result<ObjectiveGradient, GradientError> {
        self.check_parameters(parameters)?;
        let rows = whole_rows(objective.inputs, self.plan.values[0])?;
        let asked = Asked {
            inputs: objective.inputs,
            loss: Loss::Objective(objective.function, objective.variables),
            units: &UnitRows::single(rows),
            request: GradientRequest {
                dropout: objective.dropout,
                ..GradientRequest::default()
            },
        };
        let plan = match (objective.variables, &mut self.input_plan) {
            (Variables::Parameters, _) => &self.plan,
            (Variables::Inputs, Some(plan)) => plan,
            (Variables::Inputs, none) => {
                none.insert(Plan::new(&self.architecture, Variables::Inputs)?)
            }
        };
        let strips = self.memory.gradient(&self.engine, plan, parameters, &asked);
        let gradient = match objective.variables {
            Variables::Parameters => sum(&self.engine, plan, strips),
            Variables::Inputs => strips.iter().flat_map(|s| &s.inputs).copied().collect(),
        };
        Ok(ObjectiveGradient {
            gradient: Sensitive::new(gradient),
            value: Sensitive::new(strips.iter().map(|s| s.loss).sum()),
        })
    }
}

/// Adds up the strips and puts the sum in the flat order.
fn sum(engine: &CpuEngine, plan: &Plan, strips: &[Strip]) -> Vec<f32> {
    let mut sum = vec![0.0f32; plan.parameters];
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
    match engine.parallel && sum.len() >= PARALLEL {
        true => sum.par_chunks_mut(CHUNK).enumerate().for_each(add),
        false => sum.chunks_mut(CHUNK).enumerate().for_each(add),
    }
    flat(plan, sum)
}

/// The same of sums on a grid.
fn grid_sum(plan: &Plan, strips: &[Strip]) -> Vec<i64> {
    let mut sum = vec![0i64; plan.parameters];
    for strip in strips {
        for (sum, value) in sum.iter_mut().zip(&strip.grid) {
            *sum = sum.saturating_add(*value);
        }
    }
    flat(plan, sum)
}

/// In the order of the flat vector.
fn flat<T: Copy>(plan: &Plan, mut sum: Vec<T>) -> Vec<T> {
    for step in &plan.steps {
        if let Operation::Matrix(matrix) = &step.operation {
            matrix.to_flat(&mut sum[step.parameters..][..step.size()]);
        }
    }
    sum
}
