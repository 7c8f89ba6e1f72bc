//! `privet audit`: attacks on mechanisms.

mod pate;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};
use privet_audit::Confidence;

use super::data::DataDir;
use super::privacy_options::count;
use crate::audit::{AuditOptions, CanaryKind, DpSgdAudit, dp_sgd};
use crate::config;
use crate::progress::Progress;

const EXAMPLES: &str = "\
Examples:
  privet audit pate --mechanism gnmax --sigma 40 --releases 2000000
  privet audit pate configs/quickstart.toml --set aggregator.queries=1
  privet audit dp-sgd configs/quickstart-dp-sgd.toml --canaries 1000 --json";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct AuditArgs {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// PATE's aggregators: many releases on the worst votes of two neighbours, which are made up
    Pate(pate::PateArgs),
    /// Noisy SGD: one training with canaries, of which fair coins decide whether they are in
    DpSgd(DpSgdArgs),
}

#[derive(Debug, Args)]
struct Common {
    /// Probability with which every bound holds
    #[arg(long, value_name = "P", default_value = "0.99", value_parser = confidence, allow_negative_numbers = true)]
    confidence: Confidence,
    /// Writes private/audit.json in this new directory
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Overrides a key of the config, for example --set aggregator.queries=1 (repeatable)
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Prints JSON instead of a table
    #[arg(long)]
    json: bool,
    /// Shows no progress
    #[arg(long)]
    quiet: bool,
}

impl Common {
    fn options(&self) -> AuditOptions {
        AuditOptions {
            confidence: self.confidence,
            out: self.out.clone(),
            json: self.json,
            progress: Progress::detect(self.quiet, self.json),
        }
    }
}

#[derive(Debug, Args)]
struct DpSgdArgs {
    /// An experiment with method = "dp-sgd"
    config: PathBuf,
    /// Number of canaries
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = count, allow_negative_numbers = true)]
    canaries: u64,
    /// What the canaries are
    #[arg(long, value_enum, value_name = "KIND", default_value = "gradient")]
    kind: CanaryKind,
    /// Seed of initialisation and augmentation (never of privacy noise)
    #[arg(long, value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    seed: Option<u64>,
    #[command(flatten)]
    data_dir: DataDir,
    #[command(flatten)]
    common: Common,
}

pub(super) fn run(args: &AuditArgs) -> Result<()> {
    match &args.command {
        AuditCommand::Pate(args) => pate::run(args),
        AuditCommand::DpSgd(args) => of_dp_sgd(args),
    }
}

fn of_dp_sgd(args: &DpSgdArgs) -> Result<()> {
    let experiment = config::load(&args.config, &args.common.set, args.seed)?;
    let stem = args.config.file_stem().unwrap_or_default();
    let audited = DpSgdAudit {
        config: args.config.clone(),
        data_dir: args.data_dir.resolve()?,
        name: format!("audit-{}", stem.to_string_lossy()),
        canaries: usize::try_from(args.canaries).unwrap_or(usize::MAX),
        kind: args.kind,
    };
    dp_sgd(&experiment, &audited, &args.common.options())
}

fn confidence(text: &str) -> Result<Confidence, String> {
    let allowed = "a number above 0 and below 1, such as 0.99";
    let number = text.parse().map_err(|_| format!("give {allowed}"))?;
    Confidence::new(number).map_err(|_| format!("give {allowed}"))
}
