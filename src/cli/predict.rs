//! `privet predict MODEL INPUT`

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use burn::tensor::Device;
use clap::Args;
use privet_training::evaluate;
use privet_training::model_file;

use crate::display::csv_field;
use crate::errors::usage;
use crate::output;
use crate::run_dir::atomic::{self, Access};

#[derive(Debug, Args)]
pub(super) struct PredictArgs {
    /// An exported model (model.safetensors), or a run directory.
    model: PathBuf,
    /// Rows to label: CSV with the columns of the model's data set, IDX, or NPY.
    input: PathBuf,
    /// Writes the labels here instead of printing them.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Writes JSON lines instead of CSV.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &PredictArgs) -> Result<()> {
    let path = match args.model.is_dir() {
        true => in_run(&args.model),
        false => args.model.clone(),
    };
    let in_model = |error: &dyn std::fmt::Display| usage(format!("{}: {error}", path.display()));
    let bytes = fs::read(&path).map_err(|error| in_model(&error))?;
    let (network, model) =
        model_file::from_bytes(&bytes, &Device::flex()).map_err(|error| in_model(&error))?;
    let rows = model
        .preprocessing
        .read_file(&args.input)
        .map_err(|error| usage(error.to_string()))?;
    let predicted = evaluate::classes(&network, rows.view());
    let mut text = String::new();
    if !args.json {
        text.push_str("row,class,label\n");
    }
    for (row, class) in predicted.iter().enumerate() {
        let label = &model.classes[*class as usize];
        match args.json {
            true => {
                let line = serde_json::json!({"row": row, "class": class, "label": label});
                text.push_str(&format!("{line}\n"));
            }
            false => text.push_str(&format!("{row},{class},{}\n", csv_field(label))),
        }
    }
    write(args.out.as_deref(), &text)
}

/// The model of a run directory; one that is not private may lie inside.
fn in_run(root: &Path) -> PathBuf {
    let [released, private] =
        ["released", "private"].map(|part| root.join(part).join("model.safetensors"));
    match private.exists() && !released.exists() {
        true => private,
        false => released,
    }
}

fn write(out: Option<&Path>, text: &str) -> Result<()> {
    match out {
        // A device or a pipe is written to, never replaced by a file.
        Some(path) if fs::metadata(path).is_ok_and(|found| !found.is_file()) => {
            fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
        }
        Some(path) => atomic::write(path, text.as_bytes(), Access::Shared),
        None => output::print(text),
    }
}
