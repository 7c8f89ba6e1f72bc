//! A list of stages.

use std::sync::Arc;

use ndarray::{Array2, ArrayView2};
use privet_gradients::network::InputShape;

use crate::parts::{Shelf, tensor_name};
use crate::{FeatureDescription, FeatureError, FeatureParts, Fitting, Stage, StageSpec, Tensor};

/// Stages one after another, each for the shape that the one before it gives.
///
/// **Privacy.** A composition of functions of one record, each fixed in advance or fitted on public
/// rows: it costs nothing and leaves sensitivity as it is.
#[derive(Clone, Debug)]
pub struct FeatureMap {
    input: InputShape,
    stages: Vec<Arc<dyn Stage>>,
}

impl PartialEq for FeatureMap {
    fn eq(&self, other: &Self) -> bool {
        self.to_parts() == other.to_parts()
    }
}

/// Stages of a map at most.
const MOST: usize = 64;

impl FeatureMap {
    /// A map without stages, which gives rows as they are.
    #[must_use]
    pub fn new(input: InputShape) -> Self {
        Self {
            input,
            stages: Vec::new(),
        }
    }

    /// Stages as a config lists them. Each that is fitted is fitted on what the ones before it make
    /// of the `public` rows.
    ///
    /// # Errors
    /// The first stage that does not fit, with its position.
    pub fn fit(
        input: InputShape,
        stages: &[StageSpec],
        public: Option<ArrayView2<'_, f32>>,
        fitting: Fitting<'_>,
    ) -> Result<Self, FeatureError> {
        let mut map = Self::new(input);
        // What stages after the last fitted one make of public rows is of no use.
        let fitted = stages.iter().rposition(StageSpec::needs_public_rows);
        let mut public = public.map(|rows| rows.to_owned());
        for (index, spec) in stages.iter().enumerate() {
            let mut add = || {
                let stage = spec.fit(
                    map.output_shape(),
                    public.as_ref().map(|rows| rows.view()),
                    fitting,
                )?;
                if fitted.is_some_and(|last| index < last) {
                    let represented = public.take().map(|rows| stage.apply(rows.view()));
                    public = represented.transpose()?;
                }
                map.push(stage)
            };
            add().map_err(|error| at(index + 1, error))?;
        }
        Ok(map)
    }

    /// Shape of what stages make of inputs of a shape, before anything is fitted.
    ///
    /// # Errors
    /// The first stage that does not fit, with its position.
    pub fn output_of(input: InputShape, stages: &[StageSpec]) -> Result<InputShape, FeatureError> {
        let mut shape = input;
        for (index, spec) in stages.iter().enumerate() {
            shape = spec.output(shape).map_err(|error| at(index + 1, error))?;
        }
        Ok(shape)
    }

    /// Appends a stage.
    ///
    /// # Errors
    /// A stage that takes another shape than the map gives, or one too many.
    pub fn push(&mut self, stage: Box<dyn Stage>) -> Result<(), FeatureError> {
        let kind = stage.description().kind();
        if stage.input() != self.output_shape() {
            return Err(FeatureError::Input {
                kind,
                input: self.output_shape(),
                remedy: format!("it was made for {}", stage.input()),
            });
        }
        if self.stages.len() >= MOST {
            return Err(FeatureError::Input {
                kind,
                input: self.output_shape(),
                remedy: format!("there are {MOST} stages before it, which is the most"),
            });
        }
        self.stages.push(stage.into());
        Ok(())
    }

    /// Shape of a row that goes in.
    #[must_use]
    pub fn input_shape(&self) -> InputShape {
        self.input
    }

    /// Shape of a row that comes out.
    #[must_use]
    pub fn output_shape(&self) -> InputShape {
        self.stages
            .last()
            .map_or(self.input, |stage| stage.output())
    }

    /// The stages in order.
    pub fn stages(&self) -> impl ExactSizeIterator<Item = &dyn Stage> {
        self.stages.iter().map(AsRef::as_ref)
    }

    /// The representation of each row, `[rows, input] -> [rows, output]`. A row's result has the
    /// same bits whatever rows stand beside it and however many threads there are.
    ///
    /// Some intermediate results are much larger than rows: callers with many rows give them in
    /// parts.
    ///
    /// # Errors
    /// Rows of another width.
    pub fn apply(&self, rows: ArrayView2<'_, f32>) -> Result<Array2<f32>, FeatureError> {
        if rows.ncols() != self.input.len() {
            return Err(FeatureError::Width {
                kind: "a list of features",
                expected: self.input.len(),
                found: rows.ncols(),
            });
        }
        let mut stages = self.stages.iter();
        let Some(first) = stages.next() else {
            return Ok(rows.to_owned());
        };
        stages.try_fold(first.apply(rows)?, |rows, stage| stage.apply(rows.view()))
    }

    /// A description and tensors from which [`Self::from_parts`] makes the same map, to the bit.
    #[must_use]
    pub fn to_parts(&self) -> FeatureParts {
        let named = |(index, stage): (usize, &Arc<dyn Stage>)| {
            let tensors = stage.tensors().into_iter();
            tensors.map(move |tensor| Tensor {
                name: tensor_name(index + 1, &tensor.name),
                ..tensor
            })
        };
        FeatureParts {
            description: FeatureDescription {
                input: self.input,
                stages: self
                    .stages
                    .iter()
                    .map(|stage| stage.description())
                    .collect(),
            },
            tensors: self.stages.iter().enumerate().flat_map(named).collect(),
        }
    }

    /// The map of a description and tensors, which may come from anywhere: nothing is built before
    /// it was checked, and no memory is taken on the word of a description alone beyond what a small
    /// config could ask for.
    ///
    /// # Errors
    /// Stages that do not fit, and tensors that are missing, of another shape, not finite, or left
    /// over.
    pub fn from_parts(parts: FeatureParts) -> Result<Self, FeatureError> {
        let FeatureDescription { input, stages } = parts.description;
        if input.is_empty() || stages.len() > MOST {
            return Err(FeatureError::Parts(format!(
                "inputs of {input} and {} stages: there must be a value, and at most {MOST} stages",
                stages.len()
            )));
        }
        let mut map = Self::new(input);
        let mut shelf = Shelf::new(parts.tensors);
        for (index, description) in stages.iter().enumerate() {
            shelf.position = index + 1;
            let mut add = || map.push(description.restore(map.output_shape(), &mut shelf)?);
            add().map_err(|error| at(index + 1, error))?;
        }
        shelf.finish()?;
        Ok(map)
    }
}

/// An error of the stage at a position.
fn at(position: usize, error: FeatureError) -> FeatureError {
    FeatureError::Stage {
        position,
        error: Box::new(error),
    }
}
