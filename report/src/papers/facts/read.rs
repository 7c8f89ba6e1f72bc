//! From a run's directory to what its papers may speak of.

use std::fs;
use std::path::Path;

use serde_json::Value;
use toml::Table;

use super::{Facts, STATED};
use crate::ReportError;
use crate::papers::ModelHeader;
use crate::run::{Evaluation, damaged, json, optional, text};

impl Facts {
    /// From a finished run's directory. What a run of an earlier version did not write down is not stated.
    ///
    /// # Errors
    /// A file that is missing, cannot be read or does not hold what a run writes.
    pub fn read(directory: &Path) -> Result<Self, ReportError> {
        let file = |name: &str| directory.join(name);
        let config_path = file("config.resolved.toml");
        let config: Table = text(&config_path)?
            .parse()
            .map_err(|error| damaged(&config_path, format!("{error}")))?;
        let evaluation = optional(&file("evaluation.json"))?.unwrap_or(Evaluation {
            warning: None,
            public_benchmark: false,
            attribution: String::new(),
            confusion: None,
        });
        let model = ["released", "private"].map(|folder| file(folder).join("model.safetensors"));
        let model = model
            .iter()
            .find_map(|path| ModelHeader::of_safetensors(&fs::read(path).ok()?));
        let (result, privacy): (Value, Value) = (json(&file("result.json"))?, json(&file(STATED))?);
        Self::new(&result, &privacy, &evaluation, &config, model)
    }
}
