//! `privet run CONFIG`

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::config;
use crate::progress::Progress;
use crate::run::{RunOptions, Stage, run as run_experiment};
use crate::sweep::stop_at_end_of_input;

use super::data::DataDir;

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// The experiment, for example configs/quickstart.toml.
    config: PathBuf,
    /// Overrides a key of the config, for example --set privacy.epsilon=2.0 (repeatable).
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// The run directory; a new one under runs/ by default.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Continues an interrupted run: of --out, or else the last one of this config under runs/.
    #[arg(long)]
    resume: bool,
    /// Shares the votes of teachers with other runs through this folder, which is as private as they
    /// are: teachers of the same records, partition, settings and seed are trained once.
    #[arg(long, value_name = "DIR")]
    share_votes: Option<PathBuf>,
    /// Seed of partition, initialisation and shuffling (never of privacy noise).
    #[arg(long, value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    seed: Option<u64>,
    /// Prints result.json instead of a table.
    #[arg(long)]
    json: bool,
    /// Shows no progress.
    #[arg(long)]
    quiet: bool,
    /// Also writes TensorBoard event files, under tensorboard/ of the run directory.
    #[arg(long)]
    tensorboard: bool,
    /// Stops as for Ctrl-C when standard input ends: for programs that start this one.
    #[arg(long, hide = true)]
    stop_at_end_of_input: bool,
    #[command(flatten)]
    data_dir: DataDir,
}

pub(super) fn run(args: &RunArgs) -> Result<()> {
    args.run(Stage::All, "")
}

impl RunArgs {
    /// Runs a stage, by default into a directory named after the config and `suffix`.
    pub(super) fn run(&self, stage: Stage, suffix: &str) -> Result<()> {
        if self.stop_at_end_of_input {
            stop_at_end_of_input();
        }
        let experiment = config::load(&self.config, &self.set, self.seed)?;
        let stem = self.config.file_stem().unwrap_or_default();
        let options = RunOptions {
            config: self.config.clone(),
            out: self.out.clone(),
            resume: self.resume,
            json: self.json,
            progress: Progress::detect(self.quiet, self.json),
            data_dir: self.data_dir.resolve()?,
            name: stem.to_string_lossy().into_owned() + suffix,
            share_votes: self.share_votes.clone(),
            tensorboard: self.tensorboard,
            stage,
        };
        run_experiment(&experiment, &options)
    }
}
