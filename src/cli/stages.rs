//! `privet teachers`, `privet label`, `privet student`: the stages of PATE apart.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use super::run::RunArgs;
use crate::run::Stage;

#[derive(Debug, Args)]
pub(super) struct TeachersArgs {
    #[command(flatten)]
    run: RunArgs,
}

#[derive(Debug, Args)]
pub(super) struct LabelArgs {
    #[command(flatten)]
    run: RunArgs,
    /// Votes of teachers elsewhere: counts in NPY, a row for each example of the pool, a column for
    /// each class; for multi-label voting the vectors [teachers, pool, labels]. Without it the run directory of `privet teachers` is taken up.
    #[arg(long, value_name = "VOTES.npy")]
    votes: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct StudentArgs {
    #[command(flatten)]
    run: RunArgs,
    /// The released labels, with privacy.json and statement.md beside them.
    #[arg(long, value_name = "LABELS.csv")]
    labels: PathBuf,
}

pub(super) fn teachers(args: &TeachersArgs) -> Result<()> {
    args.run.run(Stage::Teachers, "")
}

pub(super) fn label(args: &LabelArgs) -> Result<()> {
    let votes = args.votes.clone();
    args.run.run(Stage::Labels { votes }, "")
}

pub(super) fn student(args: &StudentArgs) -> Result<()> {
    let labels = args.labels.clone();
    args.run.run(Stage::Student { labels }, "-student")
}
