//! A model that answers raw rows.

use anyhow::Result;
use ndarray::{Array2, ArrayView2};
use privet_export::ModelFile;
use privet_serve::{PredictError, Predictor as Answers, Rows};
use privet_training::data::{Column, DataError, Preprocessing};
use privet_training::gradient::GradientError;

use crate::model::Predictor;

/// What errors call the rows.
const SOURCE: &str = "the request";

/// A network with its preprocessing.
pub(super) struct Model {
    predictor: Predictor,
    preprocessing: Preprocessing,
}

impl Model {
    pub(super) fn new(file: ModelFile) -> Result<Self> {
        Ok(Self {
            predictor: Predictor::new(&file.network, file.description.features)?,
            preprocessing: file.description.preprocessing,
        })
    }

    fn encoded(&self, rows: &Rows) -> Result<Array2<f32>, DataError> {
        match rows {
            Rows::Numbers(rows) => self.numbers(rows),
            Rows::Records(rows) => match numbers(rows, self.columns()) {
                Some(rows) => self.numbers(&rows),
                None => {
                    let header = line(self.columns().map(Column::name));
                    let records = rows.iter().map(|row| line(row.iter().map(String::as_str)));
                    let text = header + &records.collect::<String>();
                    self.preprocessing.apply_csv(text.as_bytes(), SOURCE)
                }
            },
        }
    }

    fn numbers(&self, rows: &[Vec<f64>]) -> Result<Array2<f32>, DataError> {
        let width = rows.first().map_or(0, Vec::len);
        let values = rows.concat();
        // The service has checked that all rows are of one length.
        match ArrayView2::from_shape((rows.len(), width), &values) {
            Ok(all) => self.preprocessing.apply_numbers(all, SOURCE),
            Err(_) => Ok(Array2::zeros((0, 0))),
        }
    }

    /// The columns that a form has a field for.
    fn columns(&self) -> impl Iterator<Item = &Column> {
        let columns = match &self.preprocessing {
            Preprocessing::Table { schema } => schema.columns(),
            Preprocessing::Pixels { .. } => &[],
        };
        columns.iter().filter(|column| column.width() > 0)
    }
}

/// Records of columns that are all numeric. They need not go through CSV, where space around a column's name
/// is lost.
fn numbers<'a>(
    rows: &[Vec<String>],
    mut columns: impl Iterator<Item = &'a Column>,
) -> Option<Vec<Vec<f64>>> {
    let row = |row: &Vec<String>| row.iter().map(|text| text.parse().ok()).collect();
    match columns.all(|column| matches!(column, Column::Numeric { .. })) {
        true => rows.iter().map(row).collect(),
        false => None,
    }
}

/// A line of CSV. All fields are in quotes: a line of one empty field would be no line.
fn line<'a>(fields: impl Iterator<Item = &'a str>) -> String {
    let quoted = fields.map(|text| format!("\"{}\"", text.replace('"', "\"\"")));
    quoted.collect::<Vec<_>>().join(",") + "\n"
}

impl Answers for Model {
    fn scores(&self, rows: &Rows) -> Result<Vec<Vec<f32>>, PredictError> {
        // Errors of the reader quote what they read, and a client's values are repeated nowhere.
        let refused = |why: &str| PredictError::Input {
            row: None,
            field: None,
            why: why.into(),
        };
        let inputs = self.encoded(rows);
        let inputs =
            inputs.map_err(|_| refused("a row is not what the model takes: see /v1/model"))?;
        if inputs.nrows() != rows.len() {
            return Err(refused("rows are not all of one length"));
        }
        let scores = self.predictor.scores(inputs.view());
        let scores = scores.map_err(|error| match error.downcast_ref() {
            Some(GradientError::Token { vocabulary }) => refused(&format!(
                "a token is not a whole number below {vocabulary}, the model's vocabulary: give it as \
                 in training"
            )),
            _ => PredictError::Failed {
                why: "the model failed on these rows: tell whoever runs this service".into(),
            },
        })?;
        Ok(scores.rows().into_iter().map(|row| row.to_vec()).collect())
    }
}
