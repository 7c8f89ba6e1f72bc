//! `privet sweep SWEEP.toml`

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use super::data::DataDir;
use crate::progress::Progress;
use crate::sweep::{self, Shard, SweepOptions};

#[derive(Debug, Args)]
pub(super) struct SweepArgs {
    /// The sweep: a base config, and the keys and values to try.
    sweep: PathBuf,
    /// The sweep's directory; a new one under runs/ by default.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Continues in a directory that exists: finished points stay as they are.
    #[arg(long)]
    resume: bool,
    /// Points at once; each uses all processors by itself.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    jobs: u16,
    /// Only every n-th point from the i-th on, for a job of an array; all share --out.
    #[arg(long, value_name = "i/n")]
    shard: Option<Shard>,
    /// Only says what would be done, with the epsilon of each point and of all, and about how long it
    /// would take.
    #[arg(long)]
    dry_run: bool,
    /// Prints JSON instead of a table, and progress as JSON lines.
    #[arg(long)]
    json: bool,
    /// Shows no progress.
    #[arg(long)]
    quiet: bool,
    #[command(flatten)]
    data_dir: DataDir,
}

pub(super) fn run(args: &SweepArgs) -> Result<()> {
    sweep::run(&SweepOptions {
        file: args.sweep.clone(),
        out: args.out.clone(),
        resume: args.resume,
        jobs: args.jobs.into(),
        shard: args.shard,
        dry_run: args.dry_run,
        json: args.json,
        progress: Progress::detect(args.quiet, args.json),
        data_dir: args.data_dir.resolve()?,
    })
}
