//! Labels that crossed from the private side as files: `labels.csv` with its statement.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use privet_mechanisms::ReleasedLabel;
use serde_json::Value;

use super::artefacts::Stated;
use super::privacy_report::PoolIdentity;
use super::result::PrivacyResult;

/// What stands in a directory of released labels.
pub(super) struct ReleasedLabels {
    /// The position in the pool of each label's example.
    pub(super) asked: Vec<usize>,
    /// The labels; query `i` is that of `asked[i]`.
    pub(super) labels: Vec<ReleasedLabel>,
    /// The pool that the positions number.
    pub(super) pool: PoolIdentity,
    /// The guarantee that came with them.
    pub(super) stated: Stated,
}

impl ReleasedLabels {
    /// Reads `labels.csv`, and `privacy.json` and `statement.md` beside it.
    ///
    /// # Errors
    /// A file that is missing or is not what a run released, with the line that is wrong.
    pub(super) fn read(path: &Path, classes: &[String]) -> Result<Self> {
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
        let (pool, stated) = stated(&privacy, statement)
            .with_context(|| format!("{}", directory.join("privacy.json").display()))?;
        let rows =
            rows(&text, classes, pool.examples).with_context(|| format!("{}", path.display()))?;
        ensure!(
            !rows.is_empty(),
            "{} holds no label, so that a student has nothing to learn from",
            path.display()
        );
        let label =
            |(query, row): (usize, &(usize, usize))| ReleasedLabel::read_back(query as u64, row.1);
        Ok(Self {
            labels: rows.iter().enumerate().map(label).collect(),
            asked: rows.into_iter().map(|(position, _)| position).collect(),
            pool,
            stated,
        })
    }
}

/// The guarantee of `privacy.json`.
fn stated(privacy: &str, statement: String) -> Result<(PoolIdentity, Stated)> {
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
    let result = PrivacyResult {
        epsilon: number("epsilon")?,
        delta: number("delta")?,
        neighboring: word("neighboring_relation")?,
        unit: word("unit")?,
        accountant: word("accountant")?,
        conversion: privacy["conversion"].as_str().map(str::to_owned),
        noise: word("noise")?,
        private,
        steps: None,
        sanitized: serde_json::from_value(privacy["sanitized"].clone()).unwrap_or_default(),
        raw_data_dependent_epsilon: None,
    };
    let pool =
        serde_json::from_value(privacy["public_pool"].clone()).map_err(|_| lacks("public_pool"))?;
    let stated = Stated {
        result: Some(result),
        privacy,
        statement,
        private,
    };
    Ok((pool, stated))
}

/// Position in the pool and class of each line.
fn rows(text: &str, classes: &[String], pool: usize) -> Result<Vec<(usize, usize)>> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.as_bytes());
    let header = reader.headers().context("cannot be read")?.clone();
    ensure!(
        header.iter().take(3).eq(["pool_index", "class", "label"]),
        "line 1: the columns are `{}`, not `pool_index,class,label`",
        header.iter().collect::<Vec<_>>().join(",")
    );
    let mut seen = vec![false; pool];
    let mut rows = Vec::new();
    for (number, record) in reader.records().enumerate() {
        let line = number + 2;
        let record = record.with_context(|| format!("line {line} cannot be read"))?;
        let field = |index: usize| record.get(index).unwrap_or_default();
        let position = |index: usize, below: usize, what: &str| {
            let value = field(index).parse().ok().filter(|value| *value < below);
            value.ok_or_else(|| {
                anyhow!(
                    "line {line}: {what} = `{}` is not a whole number from 0 to {}",
                    field(index),
                    below.saturating_sub(1)
                )
            })
        };
        let example: usize = position(0, pool, "pool_index")?;
        let class: usize = position(1, classes.len(), "class")?;
        if field(2) != classes[class] {
            bail!(
                "line {line}: class {class} is called `{}`, but [data] calls it `{}`",
                field(2),
                classes[class]
            );
        }
        ensure!(
            !std::mem::replace(&mut seen[example], true),
            "line {line}: pool_index = {example} has a label already"
        );
        rows.push((example, class));
    }
    Ok(rows)
}
