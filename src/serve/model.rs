//! A model that answers raw rows.

use anyhow::Result;
use ndarray::{Array2, ArrayView2};
use privet_export::ModelFile;
use privet_serve::{PredictError, Predictor as Answers, Rows};
use privet_training::data::{Column, DataError, Preprocessing};

use crate::display::csv_field;
use crate::model::Predictor;

/// A network with its preprocessing.
pub(super) struct Model {
    predictor: Predictor,
    preprocessing: Preprocessing,
}

impl Model {
    pub(super) fn new(file: ModelFile) -> Result<Self> {
        Ok(Self {
            predictor: Predictor::new(&file.network)?,
            preprocessing: file.description.preprocessing,
        })
    }

    fn encoded(&self, rows: &Rows) -> Result<Array2<f32>, DataError> {
        const SOURCE: &str = "the request";
        match rows {
            Rows::Numbers(rows) => {
                let width = rows.first().map_or(0, Vec::len);
                let values = rows.concat();
                // The service has checked that all rows are of one length.
                let all = ArrayView2::from_shape((rows.len(), width), &values);
                match all {
                    Ok(all) => self.preprocessing.apply_numbers(all, SOURCE),
                    Err(_) => Ok(Array2::zeros((0, 0))),
                }
            }
            Rows::Records(rows) => {
                let line = |fields: Vec<String>| fields.join(",") + "\n";
                let header = self.columns().map(csv_field).collect();
                let records = rows.iter();
                let records =
                    records.map(|row| line(row.iter().map(|text| csv_field(text)).collect()));
                let text = line(header) + &records.collect::<String>();
                self.preprocessing.apply_csv(text.as_bytes(), SOURCE)
            }
        }
    }

    /// The columns that a form has a field for.
    fn columns(&self) -> impl Iterator<Item = &str> {
        let schema = match &self.preprocessing {
            Preprocessing::Table { schema } => Some(schema),
            Preprocessing::Pixels { .. } => None,
        };
        let columns = schema.into_iter().flat_map(|schema| schema.columns());
        columns
            .filter(|column| column.width() > 0)
            .map(Column::name)
    }
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
        let scores = scores.map_err(|_| {
            refused(
                "the model cannot compute this row: tokens must be whole numbers of its vocabulary",
            )
        })?;
        Ok(scores.rows().into_iter().map(|row| row.to_vec()).collect())
    }
}
