//! A network as a list of steps over numbered values.

use super::kernel::Function;
use super::layer::{Matrix, Normalisation, Pool, PublicNorm};
use crate::engine::GradientError;
use crate::network::{Architecture, InputShape, LayerShape, LayerSpec};
use crate::objective::Variables;

/// What a step computes.
#[derive(Debug)]
pub(super) enum Operation {
    /// Linear layer or convolution.
    Matrix(Matrix),
    /// Group or layer normalisation.
    Normalisation(Normalisation),
    /// Normalisation by public constants.
    PublicNorm(PublicNorm),
    /// Activation function.
    Activation(Function),
    /// Pooling.
    Pool(Pool),
    /// Channels last to channels first, for this many channels.
    Flatten(usize),
    /// Dropout with this probability.
    Dropout(f64),
    /// Adds this other value.
    Add(usize),
}

/// One step: reads a value, writes a value; in place where both are the same.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) operation: Operation,
    pub(super) input: usize,
    pub(super) output: usize,
    /// Where the step's parameters start in the flat vector.
    pub(super) parameters: usize,
    /// Position of the step among those with parameters.
    pub(super) trainable: usize,
    /// Position of the layer in the order of `LayerShape::walk`.
    pub(super) layer: usize,
    /// Whether the gradient at the input is needed.
    pub(super) backward: bool,
}

/// A network, compiled.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
    /// Length of each value, for one row. Value 0 is the input, the last one the scores.
    pub(super) values: Vec<usize>,
    pub(super) input: InputShape,
    pub(super) classes: usize,
    pub(super) parameters: usize,
    /// Number of steps with parameters.
    pub(super) trainable: usize,
    pub(super) scores: usize,
}

impl Step {
    /// Number of parameters of the step.
    pub(super) fn size(&self) -> usize {
        match &self.operation {
            Operation::Matrix(matrix) => matrix.parameters(),
            Operation::Normalisation(normalisation) => normalisation.parameters(),
            _ => 0,
        }
    }
}

impl Plan {
    /// Compiles a network for gradients by these variables.
    pub(super) fn new(
        architecture: &Architecture,
        variables: Variables,
    ) -> Result<Self, GradientError> {
        let mut plan = Self {
            steps: Vec::new(),
            values: vec![architecture.input().len()],
            input: architecture.input(),
            classes: architecture.classes(),
            parameters: 0,
            trainable: 0,
            scores: 0,
        };
        let mut layer = 0;
        plan.scores = plan.layers(architecture.layers(), 0, &mut layer)?;
        plan.mark_backward(variables);
        Ok(plan)
    }

    /// Channels of the input.
    pub(super) fn channels(&self) -> usize {
        match self.input {
            InputShape::Image { channels, .. } => channels,
            _ => 1,
        }
    }

    /// Multiplications of matrices that the gradient of one row takes, in multiply-adds.
    pub(super) fn multiply_adds(&self) -> usize {
        let steps = self.steps.iter().map(|step| match &step.operation {
            Operation::Matrix(matrix) => matrix.multiply_adds() * (2 + usize::from(step.backward)),
            _ => 0,
        });
        steps.sum()
    }

    /// Appends layers that start from a value; returns the value that they end with.
    fn layers(
        &mut self,
        layers: &[LayerShape],
        mut value: usize,
        index: &mut usize,
    ) -> Result<usize, GradientError> {
        // A branch must not overwrite the value that it starts from: others read it.
        let start = value;
        for layer in layers {
            let own = *index;
            *index += 1;
            if let LayerSpec::Residual { .. } = layer.spec {
                let branch = self.layers(&layer.branch, value, index)?;
                let around = self.layers(&layer.shortcut, value, index)?;
                let output = self.value(layer.output.len());
                self.push(Operation::Add(around), branch, output, own);
                value = output;
                continue;
            }
            let operation = operation(layer)?;
            let in_place = value != start && self.may_overwrite(&operation, value);
            let output = match in_place {
                true => value,
                false => self.value(layer.output.len()),
            };
            self.push(operation, value, output, own);
            value = output;
        }
        Ok(value)
    }

    fn value(&mut self, len: usize) -> usize {
        self.values.push(len);
        self.values.len() - 1
    }

    fn push(&mut self, operation: Operation, input: usize, output: usize, layer: usize) {
        let step = Step {
            operation,
            input,
            output,
            parameters: self.parameters,
            trainable: self.trainable,
            layer,
            backward: false,
        };
        if step.size() > 0 {
            self.parameters += step.size();
            self.trainable += 1;
        }
        self.steps.push(step);
    }

    /// Whether an operation may write over its input: its own derivative must not need it, nor that
    /// of the step which made it.
    fn may_overwrite(&self, operation: &Operation, value: usize) -> bool {
        let made_by = self.steps.iter().rev().find(|step| step.output == value);
        let forgets = made_by.is_some_and(|step| {
            matches!(
                step.operation,
                Operation::Matrix(_) | Operation::Normalisation(_) | Operation::Add(_)
            )
        });
        match operation {
            Operation::Activation(function) => forgets && function.differentiates_by_value(),
            _ => false,
        }
    }

    /// Gradients go back as far as the first parameter, or all the way to the inputs.
    fn mark_backward(&mut self, variables: Variables) {
        let mut needed = vec![false; self.values.len()];
        needed[0] = variables == Variables::Inputs;
        for step in &mut self.steps {
            step.backward = needed[step.input];
            let mut output = step.backward || step.size() > 0;
            if let Operation::Add(other) = step.operation {
                output |= needed[other];
            }
            needed[step.output] |= output;
        }
    }
}

fn operation(layer: &LayerShape) -> Result<Operation, GradientError> {
    let refuse = |remedy| GradientError::Unsupported {
        engine: "cpu",
        kind: layer.spec.kind(),
        remedy,
    };
    let sequences = "use the burn engine, which knows sequences";
    if let (InputShape::Sequence { .. }, _) | (_, InputShape::Sequence { .. }) =
        (layer.input, layer.output)
    {
        return Err(refuse(sequences));
    }
    let found = match layer.spec {
        LayerSpec::Linear { .. } | LayerSpec::Conv2d { .. } => {
            Matrix::of(layer).map(Operation::Matrix)
        }
        LayerSpec::GroupNorm { .. } | LayerSpec::LayerNorm => {
            Normalisation::of(layer).map(Operation::Normalisation)
        }
        LayerSpec::PublicNorm { .. } => PublicNorm::of(layer).map(Operation::PublicNorm),
        LayerSpec::Relu => Some(Operation::Activation(Function::Relu)),
        LayerSpec::Tanh => Some(Operation::Activation(Function::Tanh)),
        LayerSpec::Gelu => Some(Operation::Activation(Function::Gelu)),
        LayerSpec::Silu => Some(Operation::Activation(Function::Silu)),
        LayerSpec::Sigmoid => Some(Operation::Activation(Function::Sigmoid)),
        LayerSpec::Square => Some(Operation::Activation(Function::Square)),
        LayerSpec::MaxPool { .. }
        | LayerSpec::AvgPool { .. }
        | LayerSpec::GlobalMaxPool
        | LayerSpec::GlobalAvgPool => Pool::of(layer).map(Operation::Pool),
        LayerSpec::Flatten => Some(Operation::Flatten(match layer.input {
            InputShape::Image { channels, .. } => channels,
            _ => 1,
        })),
        LayerSpec::Dropout { probability } => Some(Operation::Dropout(probability)),
        LayerSpec::Residual { .. }
        | LayerSpec::Embedding { .. }
        | LayerSpec::MultiHeadAttention { .. } => None,
    };
    found.ok_or_else(|| refuse(sequences))
}
