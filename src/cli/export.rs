//! `privet export RUN` and `privet export --verify FILE`

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use privet_export::ModelFile;
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

impl FormatArg {
    fn formats(self, file: &ModelFile) -> Vec<FileFormat> {
        match self {
            Self::One(format) => vec![format],
            Self::All => {
                let whole = integer::check(&file.network, &file.description).is_ok();
                let fits = |format: &FileFormat| whole || *format != FileFormat::Integer;
                FileFormat::ALL.into_iter().filter(fits).collect()
            }
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
    let mut formats: Vec<FileFormat> = Vec::new();
    for format in args.formats.iter().flat_map(|format| format.formats(&file)) {
        if !formats.contains(&format) {
            formats.push(format);
        }
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
    let publish =
        |name: &str, bytes: &[u8]| atomic::write(&folder.join(name), bytes, Access::Shared);
    let mut notes = source.write(&formats, publish)?;
    if args.out.is_none() {
        // What was there before is still there.
        let others = FileFormat::ALL
            .into_iter()
            .filter(|format| !formats.contains(format));
        notes.extend(others.filter_map(|format| {
            let found = fs::metadata(folder.join(format.file_name())).ok()?;
            Some(note(format, found.len()))
        }));
    }
    let mut written: Vec<PathBuf> = formats
        .iter()
        .map(|format| folder.join(format.file_name()))
        .collect();
    if args.out.is_some() {
        for name in PAPERS {
            let places = [run.join("released").join(name), beside.join(name)];
            let Some(bytes) = places.iter().find_map(|path| fs::read(path).ok()) else {
                // A run of an earlier version.
                continue;
            };
            atomic::write(&folder.join(name), &bytes, Access::Shared)?;
            written.push(folder.join(name));
        }
    }
    let card = folder.join(MODEL_CARD);
    atomic::write(&card, card_of(run, &notes)?.as_bytes(), Access::Shared)?;
    written.push(card);
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
