//! Forward and backward over one block of rows.

use super::kernel::{Buffer, GramNorm, Instructions, apply, chain};
use super::layer::{
    MatrixMemory, MatrixWeights, NormalisationMemory, to_channels_first, to_channels_last,
};
use super::plan::{Operation, Plan, Step};
use crate::dropout;
use crate::objective::RowFunction;

/// The parameters of one gradient, as the steps read them; shared by all threads.
#[derive(Debug, Default)]
pub(super) struct Weights {
    matrices: Vec<MatrixWeights>,
    /// Gains and shifts of the normalisations.
    normalisations: Vec<Vec<f32>>,
}

impl Weights {
    /// Takes over the flat parameters.
    pub(super) fn prepare(
        &mut self,
        plan: &Plan,
        parameters: &[f32],
        lanes: usize,
        parallel: bool,
    ) {
        self.matrices
            .resize_with(plan.steps.len(), MatrixWeights::default);
        self.normalisations.resize_with(plan.steps.len(), Vec::new);
        for (index, step) in plan.steps.iter().enumerate() {
            let own = &parameters[step.parameters..][..step.size()];
            match &step.operation {
                Operation::Matrix(matrix) => {
                    let weights = &mut self.matrices[index];
                    matrix.prepare(own, lanes, step.backward, parallel, weights);
                }
                Operation::Normalisation(_) => {
                    own.clone_into(&mut self.normalisations[index]);
                }
                _ => {}
            }
        }
    }
}

/// The values and gradients of one block; each thread has its own.
#[derive(Debug, Default)]
pub(super) struct Block {
    rows: usize,
    values: Vec<Buffer>,
    deltas: Vec<Buffer>,
    written: Vec<bool>,
    matrices: Vec<MatrixMemory>,
    normalisations: Vec<NormalisationMemory>,
    spare: Buffer,
}

/// Dropout of a block: the batch's seed and the block's first row in the batch.
pub(super) type Dropout = Option<(u64, usize)>;

impl Block {
    /// Runs a block of input rows through the network.
    pub(super) fn forward(
        &mut self,
        plan: &Plan,
        instructions: Instructions,
        weights: &Weights,
        inputs: &[f32],
        drop: Dropout,
    ) {
        let width = plan.values[0];
        self.rows = inputs.len() / width;
        self.resize(plan);
        let channels = plan.channels();
        let own = self.values[0].chunks_exact_mut(width);
        for (row, own) in inputs.chunks_exact(width).zip(own) {
            to_channels_last(row, own, channels);
        }
        for (index, step) in plan.steps.iter().enumerate() {
            let mut output = std::mem::take(&mut self.values[step.output]);
            self.step_forward(plan, instructions, weights, index, &mut output, drop);
            self.values[step.output] = output;
        }
    }

    fn step_forward(
        &mut self,
        plan: &Plan,
        instructions: Instructions,
        weights: &Weights,
        index: usize,
        output: &mut Buffer,
        drop: Dropout,
    ) {
        let step = &plan.steps[index];
        let input = &self.values[step.input];
        match &step.operation {
            Operation::Matrix(matrix) => matrix.forward(
                instructions,
                &weights.matrices[index],
                &mut self.matrices[index],
                input,
                output,
            ),
            Operation::Normalisation(normalisation) => normalisation.forward(
                instructions,
                &weights.normalisations[index],
                &mut self.normalisations[index],
                input,
                output,
            ),
            Operation::PublicNorm(norm) => norm.forward(input, output),
            Operation::Activation(function) => {
                if step.input != step.output {
                    output.copy_from_slice(input);
                }
                apply(instructions, *function, output);
            }
            Operation::Pool(pool) => pool.forward(instructions, input, output),
            Operation::Flatten(channels) => {
                let width = plan.values[step.input];
                let rows = input.chunks_exact(width);
                for (row, into) in rows.zip(output.chunks_exact_mut(width)) {
                    to_channels_first(row, into, *channels);
                }
            }
            Operation::Dropout(probability) => {
                output.copy_from_slice(input);
                drop_values(plan, step, *probability, drop, output);
            }
            Operation::Add(other) => {
                let terms = input.iter().zip(&*self.values[*other]);
                for (sum, (left, right)) in output.iter_mut().zip(terms) {
                    *sum = left + right;
                }
            }
        }
    }

    /// Scores of the block, `[rows, classes]`.
    pub(super) fn scores(&self, plan: &Plan) -> &[f32] {
        &self.values[plan.scores]
    }

    /// Sets the gradient at the scores to that of the cross-entropy loss of each row; returns the
    /// sum of the losses in nats.
    pub(super) fn cross_entropy(&mut self, plan: &Plan, labels: &[u32]) -> f64 {
        let classes = plan.classes;
        let scores = self.values[plan.scores].chunks_exact(classes);
        let deltas = self.deltas[plan.scores].chunks_exact_mut(classes);
        let mut loss = 0.0;
        for ((scores, deltas), &label) in scores.zip(deltas).zip(labels) {
            let label = label as usize;
            let largest = scores.iter().fold(f32::NEG_INFINITY, |a, &b| a.max(b));
            for (delta, score) in deltas.iter_mut().zip(scores) {
                *delta = libm::expf(score - largest);
            }
            // The share of the other classes, and not 1 less the own: that would cancel.
            let own = std::mem::take(&mut deltas[label]);
            let others: f32 = deltas.iter().sum();
            for delta in deltas.iter_mut() {
                *delta /= own + others;
            }
            deltas[label] = -others / (own + others);
            loss += f64::from((own + others).ln()) + f64::from(largest) - f64::from(scores[label]);
        }
        self.written.fill(false);
        self.written[plan.scores] = true;
        loss
    }

    /// Sets the gradient at the scores to that of a function of each row's; returns the sum of its
    /// values. `first` is the place of the block's first row in the batch.
    pub(super) fn objective(
        &mut self,
        plan: &Plan,
        function: &RowFunction<'_>,
        first: usize,
    ) -> f64 {
        let classes = plan.classes;
        let deltas = &mut self.deltas[plan.scores];
        deltas.fill(0.0);
        let scores = self.values[plan.scores].chunks_exact(classes);
        let rows = scores.zip(deltas.chunks_exact_mut(classes)).enumerate();
        let value = rows
            .map(|(row, (scores, deltas))| function(first + row, scores, deltas))
            .sum();
        self.written.fill(false);
        self.written[plan.scores] = true;
        value
    }

    /// Appends the gradient by the block's inputs, which a plan for them has led back to.
    pub(super) fn append_input_gradient(&self, plan: &Plan, gradient: &mut Vec<f32>) {
        let width = plan.values[0];
        let start = gradient.len();
        gradient.resize(start + self.rows * width, 0.0);
        if !self.written[0] {
            return;
        }
        let rows = self.deltas[0].chunks_exact(width);
        for (row, into) in rows.zip(gradient[start..].chunks_exact_mut(width)) {
            to_channels_first(row, into, plan.channels());
        }
    }

    /// Takes the gradient from the scores back to the first parameter. `done` is called for each
    /// step with parameters when the gradient at its output is known.
    pub(super) fn backward(
        &mut self,
        plan: &Plan,
        instructions: Instructions,
        weights: &Weights,
        drop: Dropout,
        mut done: impl FnMut(&mut Self, usize),
    ) {
        for (index, step) in plan.steps.iter().enumerate().rev() {
            if step.size() > 0 {
                done(self, index);
            }
            if let Operation::Add(other) = step.operation {
                self.hand_on(step.output, other);
                self.hand_on(step.output, step.input);
                continue;
            }
            if !step.backward {
                continue;
            }
            if step.input == step.output {
                let mut delta = std::mem::take(&mut self.deltas[step.output]);
                self.chain_in_place(plan, instructions, step, &mut delta, drop);
                self.deltas[step.output] = delta;
                continue;
            }
            let first = !std::mem::replace(&mut self.written[step.input], true);
            let mut target = match first {
                true => std::mem::take(&mut self.deltas[step.input]),
                false => std::mem::take(&mut self.spare),
            };
            target.resize(self.rows * plan.values[step.input]);
            self.step_backward(plan, instructions, weights, index, &mut target, drop);
            if first {
                self.deltas[step.input] = target;
            } else {
                add(&mut self.deltas[step.input], &target);
                self.spare = target;
            }
        }
    }

    fn step_backward(
        &mut self,
        plan: &Plan,
        instructions: Instructions,
        weights: &Weights,
        index: usize,
        target: &mut Buffer,
        drop: Dropout,
    ) {
        let step = &plan.steps[index];
        let delta = &self.deltas[step.output];
        match &step.operation {
            Operation::Matrix(matrix) => matrix.backward(
                instructions,
                &weights.matrices[index],
                &mut self.matrices[index],
                delta,
                target,
            ),
            Operation::Normalisation(normalisation) => normalisation.backward(
                instructions,
                &weights.normalisations[index],
                &self.normalisations[index],
                delta,
                target,
            ),
            Operation::PublicNorm(norm) => norm.backward(delta, target),
            Operation::Pool(pool) => pool.backward(
                instructions,
                &self.values[step.input],
                &self.values[step.output],
                delta,
                target,
            ),
            Operation::Flatten(channels) => {
                let width = plan.values[step.input];
                let rows = delta.chunks_exact(width);
                for (row, into) in rows.zip(target.chunks_exact_mut(width)) {
                    to_channels_last(row, into, *channels);
                }
            }
            Operation::Activation(_) | Operation::Dropout(_) => {
                target.copy_from_slice(delta);
                self.chain_in_place(plan, instructions, step, target, drop);
            }
            Operation::Add(_) => {}
        }
    }

    fn chain_in_place(
        &self,
        plan: &Plan,
        instructions: Instructions,
        step: &Step,
        delta: &mut Buffer,
        drop: Dropout,
    ) {
        match step.operation {
            Operation::Activation(function) => {
                let saved = match function.differentiates_by_value() {
                    true => &self.values[step.output],
                    false => &self.values[step.input],
                };
                chain(instructions, function, saved, delta);
            }
            Operation::Dropout(probability) => drop_values(plan, step, probability, drop, delta),
            _ => {}
        }
    }

    /// Adds the gradient at one value to that at another.
    fn hand_on(&mut self, from: usize, to: usize) {
        let mut target = std::mem::take(&mut self.deltas[to]);
        match std::mem::replace(&mut self.written[to], true) {
            true => add(&mut target, &self.deltas[from]),
            false => target.copy_from_slice(&self.deltas[from]),
        }
        self.deltas[to] = target;
    }

    fn resize(&mut self, plan: &Plan) {
        self.values.resize_with(plan.values.len(), Buffer::default);
        self.deltas.resize_with(plan.values.len(), Buffer::default);
        self.written.resize(plan.values.len(), false);
        self.matrices
            .resize_with(plan.steps.len(), MatrixMemory::default);
        self.normalisations
            .resize_with(plan.steps.len(), NormalisationMemory::default);
        for (value, &len) in self.values.iter_mut().zip(&plan.values) {
            value.resize(self.rows * len);
        }
        for (delta, &len) in self.deltas.iter_mut().zip(&plan.values) {
            delta.resize(self.rows * len);
        }
    }

    /// Writes, or adds, the gradient of a step's parameters over some rows of the block.
    pub(super) fn gradient(
        &self,
        plan: &Plan,
        instructions: Instructions,
        index: usize,
        rows: std::ops::Range<usize>,
        into: &mut [f32],
        add: bool,
    ) {
        let step = &plan.steps[index];
        let (inputs, deltas) = (&self.values[step.input], &self.deltas[step.output]);
        match &step.operation {
            Operation::Matrix(matrix) => {
                let memory = &self.matrices[index];
                matrix.gradient(instructions, memory, inputs, deltas, rows, into, add);
            }
            Operation::Normalisation(normalisation) => {
                let memory = &self.normalisations[index];
                normalisation.gradient(instructions, memory, deltas, rows, into, add);
            }
            _ => {}
        }
    }

    /// Norm of the gradient of a step over some rows, without making it, if it is cheap to find.
    pub(super) fn gram_norm(
        &mut self,
        plan: &Plan,
        instructions: Instructions,
        index: usize,
        rows: std::ops::Range<usize>,
    ) -> Option<GramNorm> {
        let step = &plan.steps[index];
        let Operation::Matrix(matrix) = &step.operation else {
            return None;
        };
        if !matrix.measures_by_gram(rows.len()) {
            return None;
        }
        let (inputs, deltas) = (&self.values[step.input], &self.deltas[step.output]);
        let memory = &mut self.matrices[index];
        Some(matrix.gram_norm(instructions, memory, inputs, deltas, rows))
    }

    /// Multiplies the gradient at a value by a factor, over some rows.
    pub(super) fn scale(
        &mut self,
        plan: &Plan,
        value: usize,
        rows: std::ops::Range<usize>,
        factor: f32,
    ) {
        let width = plan.values[value];
        for delta in &mut self.deltas[value][rows.start * width..rows.end * width] {
            *delta *= factor;
        }
    }
}

fn add(sum: &mut [f32], terms: &[f32]) {
    for (sum, term) in sum.iter_mut().zip(terms) {
        *sum += term;
    }
}

fn drop_values(plan: &Plan, step: &Step, probability: f64, drop: Dropout, values: &mut [f32]) {
    let Some((seed, first)) = drop else { return };
    let width = plan.values[step.input];
    for (row, values) in values.chunks_exact_mut(width).enumerate() {
        dropout::keep(seed, step.layer, first + row, values, probability);
    }
}
