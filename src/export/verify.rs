//! Whether a model file is what a run released, and says what the run guarantees.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use privet_export::{ModelFile, to_bytes};
use privet_integer::{IntegerFile, Settings};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::integer::{self, Examples};
use super::{ledgers, recorded};
use crate::errors::usage;
use crate::{digest, model};

/// One thing that was looked at.
#[derive(Debug, Serialize)]
pub(crate) struct Check {
    /// What should hold.
    pub(crate) what: &'static str,
    /// Whether it does.
    pub(crate) found: Found,
    /// What was seen.
    pub(crate) detail: String,
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Found {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// There was nothing to look at.
    NotChecked,
}

impl Check {
    /// A check that ended one way or the other.
    pub(super) fn new(what: &'static str, result: Result<String, String>) -> Self {
        let (found, detail) = match result {
            Ok(detail) => (Found::Yes, detail),
            Err(detail) => (Found::No, detail),
        };
        Self {
            what,
            found,
            detail,
        }
    }

    /// A check that could not be made.
    pub(super) fn none(what: &'static str, detail: impl Into<String>) -> Self {
        Self {
            what,
            found: Found::NotChecked,
            detail: detail.into(),
        }
    }
}

/// Checks `file` against the run directory `root`, or the one that it lies in.
pub(crate) fn verify(
    file: &Path,
    root: Option<&Path>,
    shared: Option<&Path>,
) -> Result<Vec<Check>> {
    let bytes = fs::read(file).map_err(|error| usage(format!("{}: {error}", file.display())))?;
    let root = match root {
        Some(root) => root.to_path_buf(),
        None => around(file)?,
    };
    let privacy: Value = parse(&root.join("released").join("privacy.json"))?;
    let read = Stated::read(&bytes);
    let whole = Check::new(
        "the file is whole",
        match &read {
            Ok(read) => Ok(format!("{}, {} bytes", read.format(), bytes.len())),
            Err(error) => Err(error.clone()),
        },
    );
    let Ok(read) = read else {
        return Ok(vec![whole]);
    };
    let mut checks = vec![
        whole,
        Check::new("it is the run's model", same_model(&read, &bytes, &root)?),
        Check::new(
            "it states the run's guarantee",
            match *read.privacy() == privacy {
                true => Ok(headline(&privacy)),
                false => Err(format!(
                    "the file says {}, released/privacy.json says {} (or differs elsewhere)",
                    headline(read.privacy()),
                    headline(&privacy)
                )),
            },
        ),
        statement(&read, &root),
    ];
    checks.push(recorded::check(&privacy, &root)?);
    checks.push(labels(&privacy, &root));
    checks.extend(ledgers::checks(&privacy, &root, shared)?);
    Ok(checks)
}

/// The run directory that a file lies in.
fn around(file: &Path) -> Result<PathBuf> {
    let file = std::path::absolute(file)?;
    let root = file.parent().and_then(Path::parent);
    let run = root.filter(|root| root.join("released").join("privacy.json").exists());
    run.map(Path::to_path_buf).ok_or_else(|| {
        usage(format!(
            "{} does not lie in a run directory: name the run, `privet export --verify FILE RUN`",
            file.display()
        ))
    })
}

/// A file, with whatever it says.
enum Stated {
    Floats(Box<ModelFile>),
    Whole(Box<IntegerFile>),
}

impl Stated {
    fn read(bytes: &[u8]) -> Result<Self, String> {
        if bytes.starts_with(b"{") {
            let file = IntegerFile::from_json(bytes).map_err(|error| error.to_string())?;
            return Ok(Self::Whole(Box::new(file)));
        }
        let file = ModelFile::read(bytes).map_err(|error| error.to_string())?;
        Ok(Self::Floats(Box::new(file)))
    }

    fn format(&self) -> &'static str {
        match self {
            Self::Floats(file) => file.format.name(),
            Self::Whole(_) => "integer",
        }
    }

    fn privacy(&self) -> &Value {
        match self {
            Self::Floats(file) => &file.description.privacy,
            Self::Whole(file) => &file.description().privacy,
        }
    }

    fn statement(&self) -> Option<&str> {
        match self {
            Self::Floats(file) => file.description.statement_sha256.as_deref(),
            Self::Whole(file) => file.description().statement_sha256.as_deref(),
        }
    }

    /// The same file made anew from the run's model.
    fn fresh(&self, run: &ModelFile) -> Result<Vec<u8>> {
        match self {
            Self::Floats(file) => Ok(to_bytes(file.format, &run.network, &run.description)?),
            Self::Whole(file) => {
                let inputs = file.golden().iter().map(|golden| golden.input.clone());
                let inputs: Vec<Vec<i64>> = inputs.collect();
                let (settings, examples) = (Settings::of(file.model()), Examples::Numbers(&inputs));
                let made = integer::file(&run.network, &run.description, settings, examples)?;
                Ok(made.0.to_json()?.into_bytes())
            }
        }
    }
}

/// Every bit of the file comes from the network and the description, so a fresh export shows any
/// difference, that of an ONNX graph too.
fn same_model(file: &Stated, bytes: &[u8], root: &Path) -> Result<Result<String, String>> {
    let path = model::in_run(root);
    let run = model::read(&path)?;
    let place = path.display();
    if let Stated::Floats(file) = file {
        let same = |a: &[f32], b: &[f32]| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
        };
        if file.network.architecture() != run.network.architecture() {
            return Ok(Err(format!("its layers are not those of {place}")));
        }
        if !same(
            &file.network.flat_parameters(),
            &run.network.flat_parameters(),
        ) {
            return Ok(Err(format!("its parameters are not those of {place}")));
        }
    }
    Ok(match file.fresh(&run) {
        Ok(fresh) if fresh == bytes => Ok(format!(
            "{} parameters; equal to a fresh export, bit for bit",
            run.network.flat_parameters().len()
        )),
        Ok(_) => Err(format!(
            "it differs from a fresh export of {place}: it was changed, or written by another version; \
             export it again"
        )),
        Err(error) => Err(format!("{place} cannot be written so: {error:#}")),
    })
}

fn statement(file: &Stated, root: &Path) -> Check {
    let what = "it belongs to the run's statement";
    let path = root.join("released").join("statement.md");
    let Some(stated) = file.statement() else {
        return Check::none(what, "the file names no statement");
    };
    Check::new(what, same_text(fs::read_to_string(&path), &path, stated))
}

fn labels(privacy: &Value, root: &Path) -> Check {
    let what = "the released labels are those of the guarantee";
    let Some(stated) = privacy["labels_sha256"].as_str() else {
        return Check::none(what, "no labels were released");
    };
    let path = root.join("released").join("labels.csv");
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Check::none(what, "labels.csv lies elsewhere");
        }
        text => text,
    };
    Check::new(what, same_text(text, &path, stated))
}

/// Whether a file that was read has this SHA-256.
fn same_text(text: std::io::Result<String>, path: &Path, stated: &str) -> Result<String, String> {
    match text {
        Err(error) => Err(format!("{}: {error}", path.display())),
        Ok(text) if digest::of_text(&text) == stated => Ok(format!("SHA-256 {stated}")),
        Ok(_) => Err(format!("{} is another text", path.display())),
    }
}

/// The guarantee in short.
pub(super) fn headline(privacy: &Value) -> String {
    match privacy["private"] == true {
        true => format!(
            "epsilon {} at delta {}",
            privacy["epsilon"], privacy["delta"]
        ),
        false => "NOT PRIVATE".into(),
    }
}

/// Reads a file of a finished run.
pub(super) fn parse<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = fs::read(path).map_err(|error| {
        usage(format!(
            "{}: {error}: name a finished run directory",
            path.display()
        ))
    })?;
    serde_json::from_slice(&text).with_context(|| format!("{} is damaged", path.display()))
}
