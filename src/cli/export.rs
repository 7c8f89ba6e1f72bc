//! `privet export RUN` and `privet export --verify FILE`

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use privet_integer::Settings;
use privet_report::papers::{
    Facts, FileNote, MODEL_CARD, NIST_CHECKLIST, REGISTRY_ENTRY, model_card,
};
use serde_json::json;

use crate::config::file::ExperimentFile;
use crate::errors::usage;
use crate::export::{self, Examples, FileFormat, Found, Source, integer, note};
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
    /// integer: bits of a weight, its sign included, 2 to 16.
    #[arg(long, value_name = "BITS", default_value_t = Settings::default().weight_bits)]
    weight_bits: u32,
    /// integer: public rows for the golden vectors, which publish them (CSV, IDX, NPY, PNG); numbers drawn by
    /// chance when absent.
    #[arg(long, value_name = "FILE")]
    public_rows: Option<PathBuf>,
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
#[derive(Clone, Copy, Debug)]
enum FormatArg {
    One(FileFormat),
    /// All that fit the model.
    All,
}

impl ValueEnum for FormatArg {
    fn value_variants<'a>() -> &'a [Self] {
        const {
            let [a, b, c, d] = FileFormat::ALL;
            &[
                Self::One(a),
                Self::One(b),
                Self::One(c),
                Self::One(d),
                Self::All,
            ]
        }
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::One(format) => format.to_possible_value(),
            Self::All => Some(PossibleValue::new("all").help("all that fit the model")),
        }
    }
}

/// What goes with a model when it leaves its run, beside its card.
const PAPERS: [&str; 4] = [
    "privacy.json",
    "statement.md",
    NIST_CHECKLIST,
    REGISTRY_ENTRY,
];

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
    let path = model::in_run(run);
    export::refuse_changed_model(run, &path)?;
    let file = model::read(&path)?;
    let beside = path.parent().unwrap_or(run);
    if !file.description.is_private() {
        output::note("warning: NOT PRIVATE: nothing is guaranteed for this model");
    }
    let preprocessing = &file.description.preprocessing;
    let rows = args
        .public_rows
        .as_ref()
        .map(|path| preprocessing.read(path));
    let rows = rows.transpose().map_err(|error| usage(error.to_string()))?;
    let source = Source {
        network: &file.network,
        description: &file.description,
        settings: Settings {
            weight_bits: args.weight_bits,
        },
        examples: match &rows {
            Some(rows) => Examples::Public(rows.inputs.view()),
            None => Examples::Drawn,
        },
    };
    let folder = args.out.as_deref().unwrap_or(beside);
    // All is made before the first file is written.
    let (made, mut notes) = models(args, &source)?;
    let mut files = made;
    if args.out.is_some() {
        refuse_other_runs(folder, &source, &notes)?;
        files.extend(papers_of(run, beside)?);
    }
    notes.extend(others(folder, &notes));
    files.push((MODEL_CARD.into(), card_of(run, &notes)?.into_bytes()));
    fs::create_dir_all(folder).map_err(|error| {
        usage(format!(
            "cannot make {}: {error}; choose another folder with --out",
            folder.display()
        ))
    })?;
    for (name, bytes) in &files {
        atomic::write(&folder.join(name), bytes, Access::Shared)?;
    }
    let written = files
        .iter()
        .map(|(name, bytes)| (folder.join(name).display().to_string(), bytes.len()));
    output::print(&match args.json {
        true => {
            let written: Vec<String> = written.map(|(path, _)| path).collect();
            format!("{}\n", json!({ "files": written }))
        }
        false => written
            .map(|(path, size)| format!("{path} ({size} bytes)\n"))
            .collect(),
    })
}

/// Name and content of a file.
type File = (String, Vec<u8>);

/// Name and content of each model file that is asked for, and what the card says of it.
fn models(args: &ExportArgs, source: &Source<'_>) -> Result<(Vec<File>, Vec<FileNote>)> {
    let (mut files, mut notes): (Vec<File>, _) = (Vec::new(), Vec::new());
    for asked in &args.formats {
        let (formats, all) = match asked {
            FormatArg::One(format) => (vec![*format], false),
            FormatArg::All => (FileFormat::ALL.to_vec(), true),
        };
        for format in formats {
            if files.iter().any(|(name, _)| *name == format.file_name()) {
                continue;
            }
            // "all" is what fits the model.
            if all && format == FileFormat::Integer {
                let Ok(_) = integer::check(source.network, source.description) else {
                    continue;
                };
            }
            match source.bytes(format) {
                Ok(bytes) => {
                    notes.push(note(format, bytes.len() as u64));
                    files.push((format.file_name(), bytes));
                }
                // safetensors and burnpack hold any model.
                Err(error) if all && matches!(format, FileFormat::Integer | FileFormat::Onnx) => {
                    output::note(&format!("warning: {error:#}"));
                }
                Err(error) => return Err(error),
            }
        }
    }
    Ok((files, notes))
}

/// Model files that lay in the folder before, and stay.
fn others(folder: &Path, made: &[FileNote]) -> Vec<FileNote> {
    let formats = FileFormat::ALL.into_iter();
    let others = formats.filter(|format| made.iter().all(|note| note.name != format.file_name()));
    let found = others.filter_map(|format| {
        let found = fs::metadata(folder.join(format.file_name())).ok()?;
        Some(note(format, found.len()))
    });
    found.collect()
}

/// A folder that is handed on holds the files of one run: a model beside the papers of another would
/// be taken to have the guarantee that they state.
fn refuse_other_runs(folder: &Path, source: &Source<'_>, made: &[FileNote]) -> Result<()> {
    for note in others(folder, made) {
        let format = FileFormat::ALL
            .into_iter()
            .find(|format| format.file_name() == note.name);
        let path = folder.join(&note.name);
        let there = fs::read(&path).map_err(|error| unreadable(&path, error))?;
        let own = format.and_then(|format| source.bytes(format).ok());
        if own.as_ref() != Some(&there) {
            return Err(usage(format!(
                "{} is of another run, or was written otherwise: choose an empty folder with --out",
                path.display()
            )));
        }
    }
    Ok(())
}

/// What goes with the model; a run of an earlier version has less.
fn papers_of(run: &Path, beside: &Path) -> Result<Vec<File>> {
    let mut found = Vec::new();
    for name in PAPERS {
        for path in [run.join("released").join(name), beside.join(name)] {
            match fs::read(&path) {
                Ok(bytes) => {
                    found.push((name.into(), bytes));
                    break;
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(unreadable(&path, error)),
            }
        }
    }
    Ok(found)
}

fn unreadable(path: &Path, error: std::io::Error) -> anyhow::Error {
    anyhow::Error::new(error).context(format!("cannot read {}", path.display()))
}

/// The card with these files in it.
fn card_of(run: &Path, notes: &[FileNote]) -> Result<String> {
    let config = run.join("config.resolved.toml");
    let text = fs::read_to_string(&config);
    let text = text.with_context(|| format!("cannot read {}", config.display()))?;
    let damaged = || format!("{} is damaged", config.display());
    let file: ExperimentFile = toml::from_str(&text).with_context(damaged)?;
    let size = file.data.declared_size.map(|size| size as u64);
    let facts = Facts::read(run)?.with_declared_size(size);
    let owner = file
        .export
        .and_then(|table| table.owner)
        .unwrap_or_default();
    Ok(model_card(&facts, &owner, notes))
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
