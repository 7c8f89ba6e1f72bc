//! What a model file of any kind says of rows.

use std::fs;
use std::path::Path;

use anyhow::Result;
use ndarray::ArrayView2;
use privet_export::ModelFile;
use privet_integer::{IntegerFile, class_of};
use privet_training::data::Preprocessing;
use privet_training::evaluate::best_classes;
use rayon::prelude::*;
use serde_json::Value;

use super::Predictor;
use crate::errors::usage;

/// A model that answers rows.
pub(crate) struct Answering {
    /// Name of each class, by its number.
    pub(crate) classes: Vec<String>,
    /// How raw rows become inputs.
    pub(crate) preprocessing: Preprocessing,
    network: Network,
}

/// In which numbers it computes.
enum Network {
    Floats(Predictor),
    Whole(Box<IntegerFile>),
}

/// What it says of one row.
pub(crate) struct Answer {
    /// The most likely class.
    pub(crate) class: usize,
    /// The scores before the softmax.
    pub(crate) scores: Vec<f32>,
    /// The same as they are computed: whole numbers as text, since they may be large.
    pub(crate) logits: Vec<Value>,
}

impl Answering {
    /// Reads a model file.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let in_model =
            |error: &dyn std::fmt::Display| usage(format!("{}: {error}", path.display()));
        let bytes = fs::read(path).map_err(|error| in_model(&error))?;
        if bytes.starts_with(b"{") {
            let file = IntegerFile::from_json(&bytes).map_err(|error| in_model(&error))?;
            let description = file.description();
            let preprocessing = serde_json::from_value(description.preprocessing.clone());
            return Ok(Self {
                classes: description.classes.clone(),
                preprocessing: preprocessing.map_err(|error| in_model(&error))?,
                network: Network::Whole(Box::new(file)),
            });
        }
        let file = ModelFile::read(&bytes).map_err(|error| in_model(&error))?;
        Ok(Self {
            network: Network::Floats(Predictor::new(&file.network, file.description.features)?),
            classes: file.description.classes,
            preprocessing: file.description.preprocessing,
        })
    }

    /// Answers encoded inputs, `[rows, values]`.
    pub(crate) fn answers(&self, inputs: ArrayView2<'_, f32>) -> Result<Vec<Answer>> {
        match &self.network {
            Network::Floats(predictor) => {
                let scores = predictor.scores(inputs)?;
                let rows = scores.rows().into_iter().map(|row| row.to_vec());
                Ok(rows.map(|scores| self.of_floats(scores)).collect())
            }
            Network::Whole(file) => {
                let rows: Vec<Vec<f32>> = inputs.rows().into_iter().map(|r| r.to_vec()).collect();
                let answers = rows.par_iter().map(|row| of_whole(file, row));
                answers.collect()
            }
        }
    }

    fn of_floats(&self, scores: Vec<f32>) -> Answer {
        let class = best_classes(&scores, self.classes.len());
        Answer {
            class: class.first().map_or(0, |class| *class as usize),
            logits: scores.iter().map(|score| Value::from(*score)).collect(),
            scores,
        }
    }
}

fn of_whole(file: &IntegerFile, row: &[f32]) -> Result<Answer> {
    let model = file.model();
    let logits = model.evaluate(&model.numbers(row)?)?;
    let scale = model.outputs().last().map_or(1.0, |last| last.scale);
    let score = |logit: &i128| (*logit as f64 * scale) as f32;
    Ok(Answer {
        class: class_of(&logits),
        scores: logits.iter().map(score).collect(),
        logits: logits
            .iter()
            .map(|logit| Value::from(logit.to_string()))
            .collect(),
    })
}
