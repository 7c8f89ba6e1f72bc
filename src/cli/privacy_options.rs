//! Options that `privet account` and `privet calibrate` share, and the numbers that they take.

use std::path::PathBuf;

use anyhow::Result;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use privet_accountant::calibrate::Target;
use privet_accountant::{Conversion, NeighboringRelation};

use crate::account::{Asked, PlotFile, Question};
use crate::errors::usage;

/// The given number of the guarantee: one of the two.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct Given {
    /// Asks for epsilon at this delta
    #[arg(long, value_name = "D", value_parser = delta, allow_negative_numbers = true)]
    delta: Option<f64>,
    /// Asks for delta at this epsilon
    #[arg(long, value_name = "E", value_parser = epsilon, allow_negative_numbers = true)]
    epsilon: Option<f64>,
}

impl Given {
    pub(super) fn asked(&self) -> Result<Asked> {
        match (self.delta, self.epsilon) {
            (Some(delta), None) => Ok(Asked::EpsilonAt { delta }),
            (None, Some(epsilon)) => Ok(Asked::DeltaAt { epsilon }),
            _ => Err(usage("give either --delta or --epsilon")),
        }
    }
}

/// The guarantee to calibrate to.
#[derive(Debug, Args)]
pub(super) struct TargetOptions {
    /// The largest epsilon allowed
    #[arg(long, value_name = "E", value_parser = target_epsilon, allow_negative_numbers = true)]
    epsilon: f64,
    /// The delta at which it is
    #[arg(long, value_name = "D", value_parser = delta, allow_negative_numbers = true)]
    delta: f64,
}

impl TargetOptions {
    pub(super) fn target(&self) -> Result<Target> {
        Target::new(self.epsilon, self.delta).map_err(|error| usage(error.to_string()))
    }

    pub(super) fn asked(&self) -> Asked {
        Asked::EpsilonAt { delta: self.delta }
    }
}

/// Which data sets are neighbours, and how RDP becomes epsilon.
#[derive(Debug, Args)]
pub(super) struct RelationOptions {
    /// Which data sets count as neighbours [default: add-or-remove-one, or the ledger's own]
    #[arg(long, value_name = "RELATION", value_parser = relation())]
    pub(super) neighboring: Option<NeighboringRelation>,
    /// How Renyi divergences become epsilon and delta
    #[arg(long, value_enum, value_name = "THEOREM", default_value = "improved")]
    conversion: ConversionName,
}

impl RelationOptions {
    /// The question under the given relation, or under add-or-remove-one.
    pub(super) fn question(&self, asked: Asked) -> Question {
        let relation = self.neighboring;
        Question {
            asked,
            relation: relation.unwrap_or(NeighboringRelation::AddOrRemoveOne),
            conversion: match self.conversion {
                ConversionName::Classic => Conversion::Mironov2017,
                ConversionName::Improved => Conversion::CanonneKamathSteinke2020,
            },
        }
    }
}

/// The conversions by short names.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum ConversionName {
    /// Mironov 2017: the one of the PATE papers
    Classic,
    /// Canonne, Kamath and Steinke 2020: never larger
    Improved,
}

/// Where the answer goes.
#[derive(Debug, Args)]
pub(super) struct OutputOptions {
    /// Prints JSON instead of a table
    #[arg(long)]
    pub(super) json: bool,
    /// Draws the cost as it grows, and the trade-off curve, into this SVG file
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
}

impl OutputOptions {
    /// The place for a picture, tried before anything is computed.
    pub(super) fn plot(&self) -> Result<Option<PlotFile>> {
        self.plot.as_deref().map(PlotFile::at).transpose()
    }
}

pub(super) fn relation() -> impl TypedValueParser<Value = NeighboringRelation> {
    let names = NeighboringRelation::ALL.map(NeighboringRelation::name);
    PossibleValuesParser::new(names).map(|name| {
        let all = NeighboringRelation::ALL.into_iter();
        let mut named = all.filter(|relation| relation.name() == name);
        // The parser above lets no other name through.
        named.next().unwrap_or(NeighboringRelation::AddOrRemoveOne)
    })
}

/// Reads a number that `valid` allows; says what is allowed otherwise.
fn number(text: &str, valid: impl Fn(f64) -> bool, allowed: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if valid(value) => Ok(value),
        _ => Err(format!("give {allowed}")),
    }
}

pub(super) fn delta(text: &str) -> Result<f64, String> {
    let allowed = "a number above 0 and below 1, such as 1e-5";
    number(text, |value| value > 0.0 && value < 1.0, allowed)
}

fn epsilon(text: &str) -> Result<f64, String> {
    let valid = |value: f64| value >= 0.0 && value.is_finite();
    number(text, valid, "a finite number, 0 or larger")
}

pub(super) fn target_epsilon(text: &str) -> Result<f64, String> {
    let valid = |value: f64| value > 0.0 && value.is_finite();
    number(text, valid, "a finite number above 0")
}

/// A share of records.
pub(super) fn sampling_probability(text: &str) -> Result<f64, String> {
    let valid = |value: f64| value > 0.0 && value <= 1.0;
    number(
        text,
        valid,
        "a number above 0 and at most 1: batch size over number of records",
    )
}

/// A scale of noise; 0 is no noise.
pub(super) fn noise(text: &str) -> Result<f64, String> {
    let valid = |value: f64| value >= 0.0 && value.is_finite();
    number(text, valid, "a finite number, 0 or larger")
}

/// A norm to clip to.
pub(super) fn norm(text: &str) -> Result<f64, String> {
    let valid = |value: f64| value > 0.0 && value.is_finite();
    number(text, valid, "a finite number above 0")
}

/// A number of votes that a noisy count is compared with.
pub(super) fn threshold(text: &str) -> Result<f64, String> {
    number(text, f64::is_finite, "a finite number of votes")
}

/// A number of steps, queries, answers.
pub(super) fn count(text: &str) -> Result<u64, String> {
    match text.parse::<u64>() {
        Ok(count) if count > 0 => Ok(count),
        _ => Err("give a whole number, at least 1".into()),
    }
}

/// A number of ballots.
pub(super) fn ballots(text: &str) -> Result<u32, String> {
    match text.parse::<u32>() {
        Ok(count) if count > 0 => Ok(count),
        _ => Err("give a whole number of ballots, at least 1".into()),
    }
}
