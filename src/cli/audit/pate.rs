//! `privet audit pate`: an aggregator by its numbers, or that of a config.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use privet_accountant::NeighboringRelation;
use privet_audit::noisy_max::FEWEST_RELEASES;

use super::Common;
use crate::audit::{AuditedCheck, PateAudit, pate};
use crate::cli::account::MechanismOptions;
use crate::cli::privacy_options::{self, relation};
use crate::config::pate::{Answering, MechanismName};
use crate::config::{self, Experiment, Method, Pate};
use crate::errors::usage;
use crate::run::pate::ballots_of_a_neighbour;
use crate::run::pate::mechanism::mechanism;
use crate::run::pate::release::Release;

/// Delta, where nothing else says it.
const DELTA: f64 = 1e-5;

/// What can be audited.
const AUDITED: &str = "only aggregators that ask teachers about every query are audited: lnmax, gnmax \
     and confident-gnmax";

#[derive(Debug, Args)]
// A config is given instead.
#[command(mut_arg("mechanism", |mechanism| mechanism.required(false)))]
pub(super) struct PateArgs {
    /// An experiment with method = "pate"; or give --mechanism and its noise
    config: Option<PathBuf>,
    #[command(flatten)]
    mechanism: Option<MechanismOptions>,
    /// Releases on each of the two neighbours [default: 1000000, fewer of many queries]
    #[arg(long, value_name = "N", value_parser = releases, allow_negative_numbers = true)]
    releases: Option<u64>,
    /// Number of classes; two are the worst case
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = classes, allow_negative_numbers = true)]
    classes: usize,
    /// Delta of the claim [default: the config's, or 1e-5]
    #[arg(long, value_name = "D", value_parser = privacy_options::delta, allow_negative_numbers = true)]
    delta: Option<f64>,
    /// Which data sets count as neighbours [default: the config's, or add-or-remove-one]
    #[arg(long, value_name = "RELATION", value_parser = relation())]
    neighboring: Option<NeighboringRelation>,
    #[command(flatten)]
    common: Common,
}

pub(super) fn run(args: &PateArgs) -> Result<()> {
    let audited = match (&args.config, &args.mechanism) {
        (Some(path), None) => {
            if args.neighboring.is_some() {
                let remedy = "--neighboring: set [privacy] neighboring of the config instead";
                return Err(usage(remedy));
            }
            let experiment = config::load(path, &args.common.set, None)?;
            let Method::Pate(pate) = &experiment.method else {
                return Err(usage(format!(
                    "{}: method is not \"pate\": see privet audit dp-sgd",
                    path.display()
                )));
            };
            let in_config = |error| usage(format!("{}: {error:#}", path.display()));
            of_config(pate, &experiment, args).map_err(in_config)?
        }
        (None, Some(options)) => {
            if !args.common.set.is_empty() {
                return Err(usage("--set overrides keys of a config: give one"));
            }
            of_options(options, args)?
        }
        _ => {
            return Err(usage("give either a config or --mechanism with its noise"));
        }
    };
    pate(&audited, &args.common.options())
}

/// The mechanism of the command line.
fn of_options(options: &MechanismOptions, args: &PateArgs) -> Result<PateAudit> {
    use MechanismName::{ConfidentGnmax, Gnmax, Lnmax};
    if !matches!(options.mechanism, Lnmax | Gnmax | ConfidentGnmax) {
        return Err(usage(format!(
            "--mechanism {}: {AUDITED}",
            options.mechanism.name()
        )));
    }
    let scale = options.given_scale()?;
    options.require_threshold()?;
    let relation = args.neighboring;
    let relation = relation.unwrap_or(NeighboringRelation::AddOrRemoveOne);
    let scales = options.scales(scale, options.queries.unwrap_or(1), relation)?;
    let Release::NoisyMax(plan) = scales.release(args.classes)? else {
        return Err(usage(AUDITED));
    };
    let check = scales.threshold.zip(scales.sigma_threshold);
    Ok(PateAudit {
        name: options.mechanism.name().into(),
        plan,
        noise: scales.noise,
        scale,
        check: check.map(|(threshold, scale)| AuditedCheck { threshold, scale }),
        relation,
        delta: args.delta.unwrap_or(DELTA),
        releases: args.releases,
    })
}

/// The mechanism of a config, as a run makes it, for so many classes as the command says: its data are
/// not needed.
fn of_config(pate: &Pate, experiment: &Experiment, args: &PateArgs) -> Result<PateAudit> {
    let (privacy, aggregation) = (&pate.privacy, &pate.aggregation);
    if !matches!(aggregation.answering, Answering::Teachers) {
        bail!("[aggregator] mechanism: {AUDITED}");
    }
    let changed_votes = ballots_of_a_neighbour(pate, experiment.file.seed)?;
    let (made, _) = mechanism(pate, args.classes, changed_votes)?;
    let Release::NoisyMax(plan) = made.release else {
        bail!("[aggregator] mechanism: {AUDITED}");
    };
    let check = aggregation.check.map(|check| AuditedCheck {
        threshold: check.threshold,
        scale: check.scale,
    });
    Ok(PateAudit {
        name: "the config's aggregator".into(),
        plan,
        noise: aggregation.noise,
        scale: made.scale,
        check,
        relation: privacy.relation,
        delta: args.delta.unwrap_or(privacy.delta),
        releases: args.releases,
    })
}

fn releases(text: &str) -> Result<u64, String> {
    match text.parse::<u64>() {
        Ok(releases) if releases >= FEWEST_RELEASES => Ok(releases),
        _ => Err(format!("give a whole number, at least {FEWEST_RELEASES}")),
    }
}

fn classes(text: &str) -> Result<usize, String> {
    match text.parse::<usize>() {
        Ok(classes) if (2..=100_000).contains(&classes) => Ok(classes),
        _ => Err("give a whole number from 2 to 100000".into()),
    }
}
