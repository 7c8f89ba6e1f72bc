//! From a run's directory to what its papers may speak of.

use std::fs;
use std::path::Path;

use serde_json::Value;
use toml::Table;

use super::{Circumstances, Facts, STATED};
use crate::ReportError;
use crate::papers::ModelHeader;
use crate::run::{Evaluation, damaged, json, optional, text};

impl Facts {
    /// From a finished run's directory.
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
            confusion: None,
        });
        let model = ["released", "private"].map(|folder| file(folder).join("model.safetensors"));
        let declared = config
            .get("data")
            .and_then(|data| data.get("declared_size"));
        let circumstances = Circumstances {
            attribution: attribution(&text(&file("released/statement.md"))?),
            shared_ledger: config.contains_key("ledger") || file("private/run.id").exists(),
            declared_size: declared
                .and_then(toml::Value::as_integer)
                .and_then(|size| u64::try_from(size).ok()),
            model: model
                .iter()
                .find_map(|path| ModelHeader::of_safetensors(&fs::read(path).ok()?)),
        };
        let (result, privacy): (Value, Value) = (json(&file("result.json"))?, json(&file(STATED))?);
        Self::new(&result, &privacy, &evaluation, &config, circumstances)
    }
}

/// The last section of a statement.
fn attribution(statement: &str) -> String {
    let section = statement.rsplit_once("\n## Attribution\n\n");
    section.map_or_else(String::new, |(_, text)| text.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credit_is_the_last_section() {
        assert_eq!(
            attribution("# A\n\n## Attribution\n\nX. (licence: Y)\n"),
            "X. (licence: Y)"
        );
        assert_eq!(attribution("# A\n"), "");
    }
}
