//! `privet predict MODEL INPUT`

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;

use crate::display::csv_field;
use crate::errors::usage;
use crate::model::{self, Answer, Answering, probabilities};
use crate::output;
use crate::run_dir::atomic::{self, Access};

#[derive(Debug, Args)]
pub(super) struct PredictArgs {
    /// An exported model (.safetensors, .onnx, .bpk or .integer.json), or a run directory.
    model: PathBuf,
    /// Rows to label: CSV with the columns of the model's data set, IDX, NPY, a PNG picture, or a folder
    /// of them.
    input: PathBuf,
    /// Also writes the probability of each class.
    #[arg(long)]
    probabilities: bool,
    /// Also writes the score of each class, before the softmax; of a model in whole numbers the number itself.
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
    let model = Answering::read(&model::locate(&args.model))?;
    let rows = model
        .preprocessing
        .read(&args.input)
        .map_err(|error| usage(error.to_string()))?;
    let answers = model.answers(rows.inputs.view())?;
    let classes = &model.classes;
    let pictures = rows.pictures.as_deref();
    let mut text = match args.json {
        true => String::new(),
        false => args.header(classes, pictures.is_some()),
    };
    for (row, answer) in answers.iter().enumerate() {
        let picture = pictures.map(|pictures| {
            let name = pictures.get(row).and_then(|path| path.file_name());
            name.unwrap_or_default().to_string_lossy()
        });
        args.line(&mut text, (row, picture.as_deref()), classes, answer);
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
        (row, picture): (usize, Option<&str>),
        classes: &[String],
        answer: &Answer,
    ) {
        let Answer {
            class,
            scores,
            logits,
        } = answer;
        let label = classes.get(*class).map_or("", String::as_str);
        if self.json {
            let mut line = serde_json::json!({"row": row, "class": class, "label": label});
            if let Some(picture) = picture {
                line["file"] = picture.into();
            }
            if self.probabilities {
                line["probabilities"] = probabilities(scores).into();
            }
            if self.logits {
                line["logits"] = logits.clone().into();
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
            for logit in logits {
                // A whole number is text, which JSON would quote.
                let _ = match logit.as_str() {
                    Some(whole) => write!(text, ",{whole}"),
                    None => write!(text, ",{logit}"),
                };
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
