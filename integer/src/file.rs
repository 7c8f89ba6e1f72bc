//! The model as JSON, and the reader that believes none of it.

use crate::document::{Description, Document, Entry, GoldenVector, Input};
use crate::encoding::{EncodingExample, check_examples};
use crate::error::IntegerError;
use crate::model::IntegerModel;
use crate::ranges::LayerOutput;

/// Version of the format.
const FORMAT: &str = "privet-integer-1";

/// What happens to values between layers: nothing.
const ROUNDING: &str = "none";

/// A model of whole numbers with its label map, preprocessing, guarantee and golden vectors.
///
/// Its inputs are public: a golden vector of a private record would publish the record.
#[derive(Clone, Debug, PartialEq)]
pub struct IntegerFile {
    model: IntegerModel,
    description: Description,
    encoding: Vec<EncodingExample>,
    golden: Vec<GoldenVector>,
}

impl IntegerFile {
    /// A file of a model, with golden vectors for these public inputs (numbers of levels each).
    ///
    /// # Errors
    /// A label map of another length than the model's classes, an input that is none of the model, or
    /// more of them than [`IntegerModel::most_golden`].
    pub fn new(
        model: IntegerModel,
        description: Description,
        public_inputs: &[Vec<i64>],
    ) -> Result<Self, IntegerError> {
        if description.classes.len() != model.classes() {
            return Err(IntegerError::Count {
                what: "names of classes",
                expected: model.classes(),
                found: description.classes.len(),
            });
        }
        check_golden(&model, public_inputs.len())?;
        let golden = public_inputs.iter().map(|input| {
            Ok(GoldenVector {
                input: input.clone(),
                logits: model.evaluate(input)?,
            })
        });
        Ok(Self {
            golden: golden.collect::<Result<_, IntegerError>>()?,
            model,
            description,
            encoding: Vec::new(),
        })
    }

    /// The same with examples of the encoding, made from public constants alone.
    ///
    /// # Errors
    /// Numbers that are none of a level, raw numbers that are not finite, or more than 4096 examples.
    pub fn with_encoding(self, encoding: Vec<EncodingExample>) -> Result<Self, IntegerError> {
        check_examples(&encoding, self.model.grid())?;
        Ok(Self { encoding, ..self })
    }

    /// The model.
    #[must_use]
    pub const fn model(&self) -> &IntegerModel {
        &self.model
    }

    /// What is said beside it.
    #[must_use]
    pub const fn description(&self) -> &Description {
        &self.description
    }

    /// Raw numbers and the numbers of the levels that they become.
    #[must_use]
    pub fn encoding(&self) -> &[EncodingExample] {
        &self.encoding
    }

    /// Inputs with the scores that every evaluation must have.
    #[must_use]
    pub fn golden(&self) -> &[GoldenVector] {
        &self.golden
    }

    /// The file's text, the same for the same model.
    ///
    /// # Errors
    /// None for a model that was checked.
    pub fn to_json(&self) -> Result<String, IntegerError> {
        let layers = self.model.layers().iter().zip(self.model.outputs());
        let document = Document {
            format: FORMAT.into(),
            rounding: ROUNDING.into(),
            input: Input {
                shape: self.model.input(),
                grid: self.model.grid(),
                scale: self.model.grid().spacing(),
            },
            layers: layers
                .map(|(layer, output)| Entry {
                    layer: layer.clone(),
                    output: output.clone(),
                })
                .collect(),
            description: self.description.clone(),
            encoding: self.encoding.clone(),
            golden: self.golden.clone(),
        };
        serde_json::to_string(&document).map_err(|error| fail("whole", error.to_string()))
    }

    /// Reads a file through the constructors: shapes, numbers of weights, ranges, bits and scales are
    /// computed anew, and every golden vector is evaluated.
    ///
    /// # Errors
    /// Anything but a file whose parts fit each other.
    pub fn from_json(bytes: &[u8]) -> Result<Self, IntegerError> {
        let document: Document =
            serde_json::from_slice(bytes).map_err(|error| fail("whole", error.to_string()))?;
        if document.format != FORMAT {
            let reason = format!("it is `{}` and not `{FORMAT}`", document.format);
            return Err(fail("format", reason));
        }
        if document.rounding != ROUNDING {
            let reason = format!("it is `{}` and not `{ROUNDING}`", document.rounding);
            return Err(fail("rounding", reason));
        }
        let Input { shape, grid, scale } = document.input;
        if scale != grid.spacing() {
            return Err(fail(
                "input",
                format!("the scale {scale} is not the grid's"),
            ));
        }
        let (layers, outputs): (Vec<_>, Vec<_>) = (document.layers.into_iter())
            .map(|entry| (entry.layer, entry.output))
            .unzip();
        let model = IntegerModel::new(shape, grid, layers, document.description.classes.len())?;
        let differs = |(found, said): (&LayerOutput, &LayerOutput)| found != said;
        if let Some(index) = model.outputs().iter().zip(&outputs).position(differs) {
            let reason = format!("the weights give {:?}", model.outputs().get(index));
            return Err(fail(&format!("output of layer {}", index + 1), reason));
        }
        let inputs: Vec<Vec<i64>> = (document.golden.iter())
            .map(|golden| golden.input.clone())
            .collect();
        let file = Self::new(model, document.description, &inputs)?;
        let file = file.with_encoding(document.encoding)?;
        match file.golden == document.golden {
            true => Ok(file),
            false => Err(fail("golden", "the model gives other scores".into())),
        }
    }
}

fn check_golden(model: &IntegerModel, count: usize) -> Result<(), IntegerError> {
    let most = model.most_golden();
    match count > most {
        false => Ok(()),
        true => Err(IntegerError::TooLarge {
            what: "golden vectors",
            found: count as u64,
            most: most as u64,
            remedy: "each is evaluated when the file is read: give fewer, or a smaller network",
        }),
    }
}

fn fail(place: &str, reason: String) -> IntegerError {
    IntegerError::File {
        place: place.to_owned(),
        reason,
    }
}
