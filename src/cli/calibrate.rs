//! `privet calibrate`: one parameter from a target.

use anyhow::Result;
use clap::{Args, Subcommand};

use super::account::{MechanismOptions, planned, show};
use super::privacy_options::{
    OutputOptions, RelationOptions, TargetOptions, count, noise, sampling_probability,
};
use crate::account::{
    Accountant, Calibrated, DpSgd, Plan, Question, Report, largest_count, largest_probability,
    smallest_noise,
};
use crate::config::pate::MechanismName;
use crate::errors::usage;

const EXAMPLES: &str = "\
Examples:
  privet calibrate dp-sgd --sampling-probability 0.01 --steps 1000 --epsilon 1 --delta 1e-5
  privet calibrate dp-sgd --sampling-probability 0.01 --noise-multiplier 1.1 --epsilon 1 --delta 1e-5
  privet calibrate pate --mechanism gnmax --queries 200 --epsilon 1 --delta 1e-5 --json";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct CalibrateArgs {
    #[command(subcommand)]
    command: CalibrateCommand,
}

#[derive(Debug, Subcommand)]
enum CalibrateCommand {
    /// Noisy SGD: leave out one of noise multiplier, steps and sampling probability
    DpSgd(DpSgdArgs),
    /// PATE: leave out the scale of the noise on counts, or the number of queries
    Pate(PateArgs),
}

#[derive(Debug, Args)]
struct DpSgdArgs {
    /// Probability with which each record enters a step's batch
    #[arg(long, value_name = "Q", value_parser = sampling_probability, allow_negative_numbers = true)]
    sampling_probability: Option<f64>,
    /// Standard deviation of the noise over the clipping norm
    #[arg(long, value_name = "S", value_parser = noise, allow_negative_numbers = true)]
    noise_multiplier: Option<f64>,
    /// Number of steps
    #[arg(long, value_name = "N", value_parser = count, allow_negative_numbers = true)]
    steps: Option<u64>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct PateArgs {
    #[command(flatten)]
    mechanism: MechanismOptions,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Common {
    #[command(flatten)]
    target: TargetOptions,
    #[command(flatten)]
    relation: RelationOptions,
    /// The accountant to calibrate by [default: the tightest that supports the mechanism]
    #[arg(long, value_enum, value_name = "NAME")]
    accountant: Option<Accountant>,
    #[command(flatten)]
    output: OutputOptions,
}

pub(super) fn run(args: &CalibrateArgs) -> Result<()> {
    match &args.command {
        CalibrateCommand::DpSgd(args) => dp_sgd(args),
        CalibrateCommand::Pate(args) => pate(args),
    }
}

fn dp_sgd(args: &DpSgdArgs) -> Result<()> {
    let common = &args.common;
    let plot = common.output.plot()?;
    let (target, question) = (common.target.target()?, common.question());
    let given = (args.sampling_probability, args.noise_multiplier, args.steps);
    let training = |sampling_probability, noise_multiplier, steps| DpSgd {
        sampling_probability,
        noise_multiplier,
        steps,
    };
    // Any values will do to see which accountant supports the mechanism.
    let by = common.accountant(&planned(training(0.5, 1.0, 1))?);
    let (parameter, found) = match given {
        (Some(q), None, Some(steps)) => {
            let event = |noise| training(q, noise, steps).event();
            let noise = smallest_noise(by, question, target, event)?;
            ("noise_multiplier", training(q, noise, steps))
        }
        (Some(q), Some(noise), None) => {
            let step = planned(training(q, noise, 1))?.event;
            let steps = largest_count(by, question, target, "steps", &step)?;
            ("steps", training(q, noise, steps))
        }
        (None, Some(noise), Some(steps)) => {
            let event = |q| training(q, noise, steps).event();
            let q = largest_probability(by, question, target, event)?;
            ("sampling_probability", training(q, noise, steps))
        }
        _ => {
            return Err(usage(
                "give two of --sampling-probability, --noise-multiplier and --steps: the third is \
                 calibrated",
            ));
        }
    };
    common.show(planned(found)?, parameter, by, plot)
}

fn pate(args: &PateArgs) -> Result<()> {
    let common = &args.common;
    let plot = common.output.plot()?;
    let (target, question) = (common.target.target()?, common.question());
    let options = &args.mechanism;
    let scales = |scale, queries| options.scales(scale, queries, question.relation);
    let name = options.mechanism.scale_name();
    let (parameter, by, found) = match (options.scale()?, options.queries) {
        (None, Some(queries)) => {
            let plan = scales(1.0, queries)?;
            let by = common.accountant(&plan.plan()?);
            let event = |scale| plan.with_scale(scale).event();
            let scale = smallest_noise(by, question, target, event)?;
            (name, by, plan.with_scale(scale))
        }
        (Some(scale), None) => {
            if options.max_answers.is_some() {
                return Err(usage(
                    "--max-answers cannot be given while the number of queries is calibrated: give \
                     --queries, or leave --max-answers out",
                ));
            }
            if options.mechanism == MechanismName::NearestQuestions {
                return Err(usage(
                    "--mechanism nearest-questions costs the same however many questions there are: give \
                     --queries, and leave --sigma out to calibrate it",
                ));
            }
            let one = scales(scale, 1)?;
            let by = common.accountant(&one.plan()?);
            let queries = largest_count(by, question, target, "queries", &one.event()?)?;
            ("queries", by, scales(scale, queries)?)
        }
        _ => {
            return Err(usage(format!(
                "give one of --{name} and --queries: the other is calibrated"
            )));
        }
    };
    common.show(found.plan()?, parameter, by, plot)
}

impl Common {
    fn question(&self) -> Question {
        self.relation.question(self.target.asked())
    }

    fn accountant(&self, plan: &Plan) -> Accountant {
        Accountant::choose(self.accountant, &plan.event, self.question())
    }

    fn show(
        &self,
        plan: Plan,
        parameter: &'static str,
        by: Accountant,
        plot: Option<crate::account::PlotFile>,
    ) -> Result<()> {
        let mut report = Report::new(plan, self.question())?;
        report.calibrated = Some(Calibrated {
            parameter,
            target: self.target.target()?,
            accountant: by.name(),
        });
        show(&report, &self.output, plot)
    }
}
