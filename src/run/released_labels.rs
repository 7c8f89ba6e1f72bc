//! Labels that crossed from the private side as files: `labels.csv` with its statement.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, ensure};
use privet_mechanisms::{NoiseOrigin, ReleasedLabel};
use privet_student::PseudoLabel;
use serde_json::Value;

use super::artefacts::Stated;
use super::labels_csv::{self, Row};
use super::privacy_report::PoolIdentity;
use super::result::PrivacyResult;
use crate::digest;

/// What stands in a directory of released labels.
pub(super) struct ReleasedLabels {
    /// The position in the pool of each label's example.
    pub(super) asked: Vec<usize>,
    /// The labels; query `i` is that of `asked[i]`.
    pub(super) labels: Vec<ReleasedLabel>,
    /// What a student said where the teachers did not contradict it.
    pub(super) reinforced: Vec<PseudoLabel>,
    /// The guarantee that came with them.
    pub(super) stated: Stated,
}

impl ReleasedLabels {
    /// Reads `labels.csv`, and `privacy.json` and `statement.md` beside it.
    ///
    /// # Errors
    /// A file that is missing or is not what a run released, with the line that is wrong; labels of
    /// another pool, or of another run than the statement.
    pub(super) fn read(path: &Path, classes: &[String], pool: &PoolIdentity) -> Result<Self> {
        let directory = path.parent().unwrap_or(Path::new("."));
        let beside = |name: &str| {
            let file = directory.join(name);
            fs::read_to_string(&file).with_context(|| {
                format!(
                    "{} is missing beside {}: labels travel with their statement; copy the whole \
                     released/ directory",
                    file.display(),
                    path.display()
                )
            })
        };
        let text = fs::read_to_string(path)
            .with_context(|| format!("cannot read the labels {}", path.display()))?;
        let (privacy, statement) = (beside("privacy.json")?, beside("statement.md")?);
        let privacy_file = directory.join("privacy.json");
        let (released_for, labels_sha256, stated) =
            stated(&privacy, statement).with_context(|| format!("{}", privacy_file.display()))?;
        ensure!(
            labels_sha256 == digest::of_text(&text),
            "{} is not the file that {} speaks of: one of the two is from another run, or was changed; \
             copy the whole released/ directory",
            path.display(),
            privacy_file.display(),
        );
        ensure!(
            released_for == *pool,
            "{} numbers the examples of another public pool ({} examples, SHA-256 {}) than [data] \
             gives ({} examples, SHA-256 {}): use the data that the labels were released for",
            path.display(),
            released_for.examples,
            released_for.sha256,
            pool.examples,
            pool.sha256,
        );
        let rows = labels_csv::rows(&text, classes, pool.examples)
            .with_context(|| format!("{}", path.display()))?;
        let (own, rows): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| row.by_student);
        ensure!(
            !rows.is_empty(),
            "{} holds no label that was voted for, so that a student has nothing to learn from",
            path.display()
        );
        let label = |(query, row): (usize, &Row)| ReleasedLabel::read_back(query as u64, row.class);
        let pseudo = |row: &Row| PseudoLabel::read_back(row.position, row.class as u32);
        Ok(Self {
            labels: rows.iter().enumerate().map(label).collect(),
            asked: rows.iter().map(|row| row.position).collect(),
            reinforced: own.iter().map(pseudo).collect(),
            stated,
        })
    }
}

/// The guarantee of `privacy.json`.
fn stated(privacy: &str, statement: String) -> Result<(PoolIdentity, String, Stated)> {
    let privacy: Value = serde_json::from_str(privacy).context("is no JSON")?;
    let lacks = |key: &str| anyhow!("`{key}` is missing or no value that a run writes");
    let number = |key: &str| privacy[key].as_f64().ok_or_else(|| lacks(key));
    let word = |key: &str| {
        let text = privacy[key].as_str().map(str::to_owned);
        text.ok_or_else(|| lacks(key))
    };
    let private = privacy["private"]
        .as_bool()
        .ok_or_else(|| lacks("private"))?;
    let noise = word("noise")?;
    ensure!(
        !private || noise == NoiseOrigin::OsEntropy.as_str(),
        "it calls itself private, but its noise is `{noise}`"
    );
    let result = PrivacyResult {
        epsilon: number("epsilon")?,
        delta: number("delta")?,
        neighboring: word("neighboring_relation")?,
        unit: word("unit")?,
        accountant: word("accountant")?,
        conversion: privacy["conversion"].as_str().map(str::to_owned),
        noise,
        private,
        steps: None,
        sanitized: serde_json::from_value(privacy["sanitized"].clone())
            .map_err(|_| lacks("sanitized"))?,
        raw_data_dependent_epsilon: None,
    };
    let pool =
        serde_json::from_value(privacy["public_pool"].clone()).map_err(|_| lacks("public_pool"))?;
    let labels_sha256 = word("labels_sha256")?;
    let stated = Stated {
        result: Some(result),
        privacy,
        statement,
        private,
        labels: None,
    };
    Ok((pool, labels_sha256, stated))
}
