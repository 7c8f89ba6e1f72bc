//! The model as JSON, and the reader that believes none of it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::decimal;
use crate::document::{Document, Entry, Input};
use crate::error::IntegerError;
use crate::model::IntegerModel;
use crate::ranges::LayerOutput;

/// Version of the format.
const FORMAT: &str = "privet-integer-1";

/// What happens to values between layers: nothing.
const ROUNDING: &str = "none";

/// Golden vectors of a file, at most: each is evaluated when the file is read.
const MOST_GOLDEN: usize = 64;

/// A public input with the scores that every evaluation must have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoldenVector {
    /// Numbers of the input's levels.
    pub input: Vec<i64>,
    /// The scores.
    #[serde(with = "decimal::list")]
    pub logits: Vec<i128>,
}

/// What a file says beside the numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// Name of the data set that the network was trained for.
    pub dataset: String,
    /// Name of each class, by its number.
    pub classes: Vec<String>,
    /// How a raw record becomes an encoded input, as in the model file.
    pub preprocessing: Value,
    /// The guarantee, as in the model file.
    pub privacy: Value,
    /// SHA-256 of `statement.md`, the guarantee in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement_sha256: Option<String>,
}

/// A model of whole numbers with its label map, preprocessing, guarantee and golden vectors.
///
/// Its inputs are public: a golden vector of a private record would publish the record.
#[derive(Clone, Debug, PartialEq)]
pub struct IntegerFile {
    model: IntegerModel,
    description: Description,
    golden: Vec<GoldenVector>,
}

impl IntegerFile {
    /// A file of a model, with golden vectors for these public inputs (numbers of levels each).
    ///
    /// # Errors
    /// A label map of another length than the model's classes, an input that is none of the model, or
    /// more than 64 of them.
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
        check_golden(public_inputs.len())?;
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
        })
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
        check_golden(document.golden.len())?;
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
        match file.golden == document.golden {
            true => Ok(file),
            false => Err(fail("golden", "the model gives other scores".into())),
        }
    }
}

fn check_golden(count: usize) -> Result<(), IntegerError> {
    match count > MOST_GOLDEN {
        false => Ok(()),
        true => Err(IntegerError::TooLarge {
            what: "golden vectors",
            found: count as u64,
            most: MOST_GOLDEN as u64,
        }),
    }
}

fn fail(place: &str, reason: String) -> IntegerError {
    IntegerError::File {
        place: place.to_owned(),
        reason,
    }
}
