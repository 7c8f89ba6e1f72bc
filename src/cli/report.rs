//! `privet report RUN...` and `privet compare RUN...`

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::report;

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// Run directories, and directories of sweeps, of which all points are taken.
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<PathBuf>,
    /// The page; report.html in the directory of a single run, here for several.
    #[arg(long, value_name = "FILE.html")]
    out: Option<PathBuf>,
    /// Directory of an audit, whose membership attack is shown with the run of its data set.
    #[arg(long, value_name = "DIR")]
    audit: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct CompareArgs {
    /// Run directories, and directories of sweeps, of which all points are taken.
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<PathBuf>,
    /// Prints JSON instead of a table.
    #[arg(long)]
    json: bool,
}

pub(super) fn report(args: &ReportArgs) -> Result<()> {
    report::write(&args.runs, args.out.as_deref(), args.audit.as_deref())
}

pub(super) fn compare(args: &CompareArgs) -> Result<()> {
    report::compare(&args.runs, args.json)
}
