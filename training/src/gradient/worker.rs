//! A module at work.

use burn::tensor::{Device, Tensor, TensorData};

use super::batches::physical_batches;
use super::coverage;
use super::pass::Pass;
use super::total::{Places, Total};
use super::{
    Batch, GradientError, GradientRequest, GradientSum, GradientWorker, Objective,
    ObjectiveGradient, PerExample, ProbeTape, Variables,
};
use crate::network::ParameterLayout;
use privet_gradients::whole_rows;
use privet_mechanisms::Sensitive;

/// A module off the tape, and what is known of it.
pub(super) struct BurnWorker<M> {
    module: M,
    layout: ParameterLayout,
    places: Places,
    inputs: usize,
    classes: usize,
    physical_batch: usize,
    device: Device,
}

impl<M: PerExample> BurnWorker<M> {
    /// Checks that the tape sees every parameter once and that no example sees another.
    pub(super) fn new(
        module: M,
        inputs: usize,
        classes: usize,
        physical_batch: usize,
        device: &Device,
    ) -> Result<Self, GradientError> {
        let module = module.valid().fork(device);
        let layout = ParameterLayout::of(&module)?;
        let places = coverage::check(&module, &layout, [inputs, classes], device)?;
        Ok(Self {
            module,
            layout,
            places,
            inputs,
            classes,
            physical_batch,
            device: device.clone(),
        })
    }

    fn load(&mut self, parameters: &[f32]) -> Result<(), GradientError> {
        if parameters.len() != self.layout.len() {
            return Err(GradientError::Parameters {
                expected: self.layout.len(),
                found: parameters.len(),
            });
        }
        self.module = self.layout.load(self.module.clone(), parameters)?;
        Ok(())
    }
}

impl<M: PerExample> GradientWorker for BurnWorker<M> {
    fn gradient_sum(
        &mut self,
        parameters: &[f32],
        batch: Batch<'_>,
        request: GradientRequest<'_>,
    ) -> Result<GradientSum, GradientError> {
        request.check(self.places.layers.len())?;
        if request.grid.is_some() && self.device != Device::flex() {
            return Err(GradientError::Request(
                "a sum on a grid takes gradients that are the same to the last bit each time, \
                 which a GPU does not promise: use the processor, or floating-point arithmetic"
                    .into(),
            ));
        }
        batch.examples.check(self.inputs, self.classes)?;
        let sizes = batch.units.sizes(batch.examples.labels.len())?;
        self.load(parameters)?;
        let clipped = request.clipping.map_or(0, |_| sizes.len());
        let mut total = Total::new(&self.places, &self.device, self.layout.len(), clipped);
        // How a matrix product rounds may depend on its size: an exact sum needs that what a unit
        // adds is the same whatever else is in the batch.
        let largest = request.grid.map_or(self.physical_batch, |_| 1);
        for part in physical_batches(&sizes, largest) {
            let pass = Pass::run(&self.module, batch.examples, &part, request, &self.device)?;
            match (request.clipping, request.grid) {
                (Some(clipping), Some(spacing)) => {
                    total.add_to_grid(pass, &part, clipping, spacing);
                }
                (Some(clipping), None) => total.add_clipped(pass, &part, clipping),
                (None, _) => total.add(&pass, &part),
            }
        }
        Ok(total.finish(request.grid.is_some()))
    }

    fn scores(&mut self, parameters: &[f32], inputs: &[f32]) -> Result<Vec<f32>, GradientError> {
        let rows = whole_rows(inputs, self.inputs)?;
        self.load(parameters)?;
        let mut scores = Vec::with_capacity(rows * self.classes);
        for inputs in inputs.chunks(self.physical_batch * self.inputs) {
            let shape = [inputs.len() / self.inputs, self.inputs];
            let data = TensorData::new(inputs.to_vec(), shape);
            let mut tape = ProbeTape::off();
            let rows = Tensor::<2>::from_data(data, &self.device);
            let found = self.module.forward(rows, &mut tape);
            if let Some(error) = tape.error {
                return Err(error);
            }
            scores.extend(found.into_data().iter::<f32>());
        }
        Ok(scores)
    }

    fn objective_gradient(
        &mut self,
        parameters: &[f32],
        objective: Objective<'_>,
    ) -> Result<ObjectiveGradient, GradientError> {
        let rows = whole_rows(objective.inputs, self.inputs)?;
        self.load(parameters)?;
        let mut total = Total::new(&self.places, &self.device, self.layout.len(), 0);
        let (mut of_inputs, mut value) = (Vec::new(), 0.0);
        for part in physical_batches(&vec![1; rows], self.physical_batch) {
            let (Some(&first), Some(&last)) = (part.rows.first(), part.rows.last()) else {
                continue;
            };
            let rows = first..last + 1;
            let found =
                Pass::of_objective(&self.module, &objective, self.inputs, rows, &self.device)?;
            value += found.1;
            match objective.variables {
                Variables::Parameters => total.add(&found.0, &part),
                Variables::Inputs => of_inputs.extend(found.2),
            }
        }
        let gradient = match objective.variables {
            Variables::Parameters => total.finish_parameters(),
            Variables::Inputs => of_inputs,
        };
        Ok(ObjectiveGradient {
            gradient: Sensitive::new(gradient),
            value: Sensitive::new(value),
        })
    }
}
