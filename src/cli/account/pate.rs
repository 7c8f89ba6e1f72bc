//! `privet account pate`: what is public without being asked, and what is private.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;

use super::super::privacy_options::{Given, OutputOptions, RelationOptions};
use super::mechanism::MechanismOptions;
use super::sanitize::SanitizeOptions;
use crate::account::{Asked, PateReport, Shown, Votes};
use crate::config::pate::MechanismName;
use crate::errors::usage;

#[derive(Debug, Args)]
pub(super) struct PateArgs {
    /// Vote counts, [queries, classes], in NPY; without them give --queries (lnmax, gnmax,
    /// confident-gnmax)
    #[arg(value_name = "VOTES.npy")]
    votes: Option<PathBuf>,
    #[command(flatten)]
    mechanism: MechanismOptions,
    #[command(flatten)]
    given: Given,
    #[command(flatten)]
    relation: RelationOptions,
    /// Also computes what these very votes cost. Those values are PRIVATE: not to be published
    #[arg(long)]
    private_diagnostics: bool,
    #[command(flatten)]
    sanitize: SanitizeOptions,
    #[command(flatten)]
    output: OutputOptions,
}

pub(super) fn run(args: &PateArgs) -> Result<()> {
    let plot = args.output.plot()?;
    let options = &args.mechanism;
    let question = args.relation.question(args.given.asked()?);
    let Asked::EpsilonAt { delta } = question.asked else {
        return Err(usage(
            "privet account pate answers with epsilon: give --delta",
        ));
    };
    let scale = options.given_scale()?;
    let shown = Shown {
        private_diagnostics: args.private_diagnostics,
        sanitize: args.sanitize.settings()?,
    };
    let votes = args.votes.as_deref();
    let votes = votes.map(|path| read(path, options)).transpose()?;
    if votes.is_none() && (shown.private_diagnostics || shown.sanitize.is_some()) {
        return Err(usage(
            "--private-diagnostics and --sanitize-order look at votes: give VOTES.npy",
        ));
    }
    let queries = match (options.queries, &votes) {
        (Some(queries), _) => queries,
        (None, Some(votes)) => votes.queries(),
        (None, None) => return Err(usage("give VOTES.npy, or the number of --queries")),
    };
    if let Some(votes) = votes.as_ref().filter(|votes| queries > votes.queries()) {
        return Err(usage(format!(
            "--queries {queries}: {} holds votes on {} queries",
            args.votes.as_deref().unwrap_or(Path::new("")).display(),
            votes.queries()
        )));
    }
    let scales = options.scales(scale, queries, question.relation)?;
    let report = PateReport::new(scales, votes.as_ref(), delta, question, shown)?;
    report.print(args.output.json)?;
    match plot {
        Some(plot) => plot.write(&report.plan, question),
        None => Ok(()),
    }
}

/// Votes of teachers on every query.
fn read(path: &Path, options: &MechanismOptions) -> Result<Votes> {
    use MechanismName::{ConfidentGnmax, Gnmax, Lnmax};
    if !matches!(options.mechanism, Lnmax | Gnmax | ConfidentGnmax) {
        return Err(usage(format!(
            "--mechanism {} has more to it than the counts of {}: its cost is given whatever the votes; \
             leave the file out and give --queries",
            options.mechanism.name(),
            path.display()
        )));
    }
    options.require_threshold()?;
    Votes::read(path)
}
