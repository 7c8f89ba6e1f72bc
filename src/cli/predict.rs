//! `privet predict MODEL INPUT`

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use privet_training::evaluate::best_classes;

use crate::display::csv_field;
use crate::errors::usage;
use crate::model::{self, Predictor, probabilities};
use crate::output;
use crate::run_dir::atomic::{self, Access};

#[derive(Debug, Args)]
pub(super) struct PredictArgs {
    /// An exported model (.safetensors, .onnx or .bpk), or a run directory.
    model: PathBuf,
    /// Rows to label: CSV with the columns of the model's data set, IDX, NPY, a PNG picture, or a folder
    /// of them.
    input: PathBuf,
    /// Also writes the probability of each class.
    #[arg(long)]
    probabilities: bool,
    /// Also writes the score of each class, before the softmax.
    #[arg(long)]
    logits: bool,
    /// Writes the labels here instead of printing them.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Writes JSON lines instead of CSV.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &PredictArgs) -> Result<()> {
    let file = model::read(&model::locate(&args.model))?;
    let rows = file
        .description
        .preprocessing
        .read(&args.input)
        .map_err(|error| usage(error.to_string()))?;
    let scores = Predictor::new(&file.network)?.scores(rows.inputs.view())?;
    let classes = &file.description.classes;
    let pictures = rows.pictures.as_deref();
    let mut text = match args.json {
        true => String::new(),
        false => args.header(classes, pictures.is_some()),
    };
    for (row, scores) in scores.rows().into_iter().enumerate() {
        let picture = pictures.and_then(|pictures| pictures.get(row)?.file_name()?.to_str());
        let scores: Vec<f32> = scores.to_vec();
        args.line(&mut text, row, picture, classes, &scores);
    }
    write(args.out.as_deref(), &text)
}

impl PredictArgs {
    fn header(&self, classes: &[String], pictures: bool) -> String {
        let mut header = String::from(if pictures { "row,file" } else { "row" });
        header.push_str(",class,label");
        let named = [("probability", self.probabilities), ("logit", self.logits)];
        for (name, _) in named.into_iter().filter(|(_, asked)| *asked) {
            for class in classes {
                let column = csv_field(&format!("{name}_{class}"));
                header.push_str(&format!(",{column}"));
            }
        }
        header + "\n"
    }

    fn line(
        &self,
        text: &mut String,
        row: usize,
        picture: Option<&str>,
        classes: &[String],
        scores: &[f32],
    ) {
        let class = best_classes(scores, classes.len());
        let class = class.first().copied().unwrap_or_default();
        let label = classes.get(class as usize).map_or("", String::as_str);
        if self.json {
            let mut line = serde_json::json!({"row": row, "class": class, "label": label});
            if let Some(picture) = picture {
                line["file"] = picture.into();
            }
            if self.probabilities {
                line["probabilities"] = probabilities(scores).into();
            }
            if self.logits {
                line["logits"] = scores.into();
            }
            let _ = writeln!(text, "{line}");
            return;
        }
        let _ = write!(text, "{row}");
        if let Some(picture) = picture {
            let _ = write!(text, ",{}", csv_field(picture));
        }
        let _ = write!(text, ",{class},{}", csv_field(label));
        if self.probabilities {
            for probability in probabilities(scores) {
                let _ = write!(text, ",{probability}");
            }
        }
        if self.logits {
            for score in scores {
                let _ = write!(text, ",{score}");
            }
        }
        text.push('\n');
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
