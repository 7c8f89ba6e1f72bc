//! `privet export RUN` and `privet export --verify FILE`

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use privet_export::Format;
use serde_json::json;

use crate::errors::usage;
use crate::export::{self, Found, file_name};
use crate::model;
use crate::output;
use crate::run_dir::atomic::{self, Access};

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// The run directory; with --verify, that of the file, where it does not lie in it.
    #[arg(required_unless_present = "verify")]
    run: Option<PathBuf>,
    /// What to write (repeatable).
    #[arg(long = "format", value_name = "FORMAT", default_value = "all")]
    formats: Vec<FormatArg>,
    /// Writes into this folder, with the statement and privacy.json; beside the run's own model when
    /// absent.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Compares a model file with its run and the ledgers instead.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["formats", "out"])]
    verify: Option<PathBuf>,
    /// The ledger of all runs to look at with --verify.
    #[arg(long, value_name = "FILE", env = "PRIVET_LEDGER", requires = "verify")]
    ledger: Option<PathBuf>,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

/// What `--format` takes.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum FormatArg {
    /// For PyTorch, NumPy and others: parameters with PyTorch's names.
    Safetensors,
    /// For onnxruntime and others: network and preprocessing as a graph.
    Onnx,
    /// For Burn: parameters with Burn's names.
    Burnpack,
    /// All of them.
    All,
}

impl FormatArg {
    fn formats(self) -> &'static [Format] {
        match self {
            Self::Safetensors => &[Format::Safetensors],
            Self::Onnx => &[Format::Onnx],
            Self::Burnpack => &[Format::Burnpack],
            Self::All => &Format::ALL,
        }
    }
}

/// What goes with a model when it leaves its run.
const PAPERS: [&str; 2] = ["privacy.json", "statement.md"];

pub(super) fn run(args: &ExportArgs) -> Result<()> {
    match (&args.verify, &args.run) {
        (Some(file), run) => verify(args, file, run.as_deref()),
        (None, Some(run)) => write(args, run),
        (None, None) => Err(usage("name a run directory: privet export RUN")),
    }
}

fn write(args: &ExportArgs, run: &Path) -> Result<()> {
    if !run.join("result.json").exists() {
        return Err(usage(format!(
            "{} is no finished run: give the directory of one (`privet run --resume` finishes one that \
             was cut off)",
            run.display()
        )));
    }
    let source = model::in_run(run);
    let file = model::read(&source)?;
    let beside = source.parent().unwrap_or(run);
    let folder = args.out.as_deref().unwrap_or(beside);
    fs::create_dir_all(folder).map_err(|error| {
        usage(format!(
            "cannot make {}: {error}; choose another folder with --out",
            folder.display()
        ))
    })?;
    if !file.description.is_private() {
        output::note("warning: NOT PRIVATE: nothing is guaranteed for this model");
    }
    let mut formats: Vec<Format> = Vec::new();
    for format in args.formats.iter().flat_map(|format| format.formats()) {
        if !formats.contains(format) {
            formats.push(*format);
        }
    }
    export::write(&formats, &file.network, &file.description, |name, bytes| {
        atomic::write(&folder.join(name), bytes, Access::Shared)
    })?;
    let mut written: Vec<PathBuf> = formats
        .iter()
        .map(|format| folder.join(file_name(*format)))
        .collect();
    if args.out.is_some() {
        for name in PAPERS {
            let paper = run.join("released").join(name);
            let bytes = fs::read(&paper);
            let bytes = bytes.with_context(|| format!("cannot read {}", paper.display()))?;
            atomic::write(&folder.join(name), &bytes, Access::Shared)?;
            written.push(folder.join(name));
        }
    }
    let mut text = String::new();
    if args.json {
        let files: Vec<String> = written
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        text = format!("{}\n", json!({ "files": files }));
    } else {
        for path in written {
            let size = fs::metadata(&path).map_or(0, |found| found.len());
            text.push_str(&format!("{} ({size} bytes)\n", path.display()));
        }
    }
    output::print(&text)
}

fn verify(args: &ExportArgs, file: &Path, run: Option<&Path>) -> Result<()> {
    let checks = export::verify(file, run, args.ledger.as_deref())?;
    let mut text = String::new();
    if args.json {
        text = format!("{}\n", serde_json::to_string_pretty(&checks)?);
    } else {
        for check in &checks {
            let word = match check.found {
                Found::Yes => "ok",
                Found::No => "FAILED",
                Found::NotChecked => "not checked",
            };
            text.push_str(&format!("{word:<12} {}: {}\n", check.what, check.detail));
        }
    }
    output::print(&text)?;
    let failed = checks.iter().filter(|check| check.found == Found::No);
    match failed.count() {
        0 => Ok(()),
        count => bail!(
            "{}: {count} check(s) failed: do not rely on what it says",
            file.display()
        ),
    }
}
