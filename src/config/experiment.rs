//! What the file means: every value checked that can be checked without the data.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail, ensure};
use privet_accountant::NeighboringRelation;
use privet_accountant::calibrate::Target;
use privet_ledger::Unit;
use privet_mechanisms::{Arithmetic, NoiseOrigin};
use privet_student::StudentInputs;
use privet_training::data::UnitColumn;
use privet_training::plain::PlainTraining;

use super::dp_sgd::{self, Distillation, DpSgdTable};
use super::file::{ExperimentFile, PrivacyTable};
use super::pate::{Pate, pate};
use crate::account::Accountant;
use crate::ledger::LedgerSettings;
use crate::run_dir::Replay;

/// A checked experiment.
#[derive(Debug)]
pub(crate) struct Experiment {
    /// The file with all overrides, as it is written to the run directory.
    pub(crate) file: ExperimentFile,
    /// Directory that relative paths of the config start from.
    pub(crate) base: PathBuf,
    /// The method and its settings.
    pub(crate) method: Method,
}

/// The three methods.
#[derive(Debug)]
pub(crate) enum Method {
    /// Private aggregation of teacher ensembles.
    Pate(Box<Pate>),
    /// Noisy SGD.
    DpSgd(Box<DpSgd>),
    /// No privacy.
    Baseline(PlainTraining),
}

/// The guarantee asked for.
#[derive(Clone, Debug)]
pub(crate) struct PrivacyTarget {
    /// Budget; noise that is left open is calibrated to it.
    pub(crate) epsilon: Option<f64>,
    /// What is added to the bound on probabilities; below one over the number of records.
    pub(crate) delta: f64,
    /// Which data sets are neighbours.
    pub(crate) relation: NeighboringRelation,
    /// Whose upper bound epsilon is, where the config says.
    pub(crate) accountant: Option<Accountant>,
    /// Whose records belong together; each record is a unit when absent.
    pub(crate) unit: Option<UnitColumn>,
    danger_fixed_noise_seed: Option<u64>,
}

/// Settings of noisy SGD.
#[derive(Debug)]
pub(crate) struct DpSgd {
    /// The guarantee asked for.
    pub(crate) privacy: PrivacyTarget,
    /// The training.
    pub(crate) table: DpSgdTable,
    /// A student of the trained model, which is published in its place.
    pub(crate) distillation: Option<Distillation>,
    /// A model without privacy to compare with.
    pub(crate) baseline: Option<PlainTraining>,
}

/// What a user should know before the run, each with its remedy.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Warning {
    /// Delta allows to publish some records whole.
    LargeDelta {
        /// The delta.
        delta: f64,
        /// The declared number of records.
        declared_size: usize,
    },
    /// Noise from a seed.
    DangerFixedNoiseSeed,
    /// What is spent is recorded in the run's directory alone.
    NoLedger,
    /// A baseline was asked for on data that nobody declared public.
    NoBaselineOnPrivateData,
    /// The budget allows fewer steps than were asked for.
    FewerSteps {
        /// As asked for.
        planned: u64,
        /// As the budget allows.
        taken: u64,
    },
}

impl Warning {
    /// Those that a reader of the guarantee must know, in words.
    pub(crate) fn of_guarantee(warnings: &[Self]) -> Vec<String> {
        let concerning = |warning: &&Self| {
            matches!(
                warning,
                Self::LargeDelta { .. } | Self::DangerFixedNoiseSeed
            )
        };
        warnings
            .iter()
            .filter(concerning)
            .map(Self::to_string)
            .collect()
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LargeDelta {
                delta,
                declared_size,
            } => write!(
                formatter,
                "delta = {delta:e} is not below 1/{declared_size} = {:.1e}, one over the \
                 declared number of records or users: a mechanism that publishes a random one of them whole would \
                 satisfy it; set \
                 [privacy] delta to at most {:.0e}",
                1.0 / *declared_size as f64,
                10f64.powf((0.1 / *declared_size as f64).log10().floor()),
            ),
            Self::DangerFixedNoiseSeed => formatter.write_str(
                "NOT PRIVATE: danger_fixed_noise_seed makes all noise predictable; use it to debug \
                 and remove it before anything is published",
            ),
            Self::FewerSteps { planned, taken } => write!(
                formatter,
                "[dp_sgd] stop_at_budget: {taken} of {planned} steps are taken, as many as [privacy] \
                 epsilon allows; raise it or noise_multiplier for more",
            ),
            Self::NoLedger => formatter.write_str(
                "this run is charged to no population, so nothing bounds what all runs on these \
                 records spend together: let their owner declare one with `privet ledger budget set`, \
                 and name it in [ledger] path and population (or PRIVET_LEDGER and \
                 PRIVET_POPULATION); for published data say [data.public] benchmark = true",
            ),
            Self::NoBaselineOnPrivateData => formatter.write_str(
                "[baseline] is left out: its accuracy would be a release without privacy, and this \
                 data set is not declared a public benchmark; use method = \"baseline\" for a model \
                 that stays inside",
            ),
        }
    }
}

impl Experiment {
    /// Checks a file. Errors name the key, the value and the way out.
    pub(crate) fn new(file: ExperimentFile, base: &Path) -> Result<Self> {
        use super::file::MethodName;
        let method = match file.method {
            MethodName::Pate => Method::Pate(Box::new(pate(&file)?)),
            MethodName::DpSgd => Method::DpSgd(Box::new(dp_sgd(&file)?)),
            MethodName::Baseline => Method::Baseline(training(
                "baseline",
                required(&file, &file.baseline, "baseline")?,
            )?),
        };
        if let Some(owner) = file.export.as_ref().and_then(|table| table.owner.as_ref()) {
            owner.validate()?;
        }
        refuse_unused_tables(&file)?;
        Ok(Self {
            file,
            base: base.to_path_buf(),
            method,
        })
    }

    /// The resolved config as TOML.
    pub(crate) fn to_toml(&self) -> Result<String> {
        self.to_toml_of(self.is_private())
    }

    /// The same for a run whose inputs decide whether what it makes is private.
    pub(crate) fn to_toml_of(&self, private: bool) -> Result<String> {
        let warning = match private {
            true => "",
            false => "# NOT PRIVATE\n",
        };
        Ok(format!("{warning}{}", toml::to_string(&self.file)?))
    }

    /// In which numbers noise is drawn, where any is.
    pub(crate) fn arithmetic(&self) -> Arithmetic {
        match &self.method {
            Method::DpSgd(dp_sgd) => dp_sgd.table.arithmetic.into(),
            // Votes are counted and compared without rounding.
            Method::Pate(_) => Arithmetic::Exact,
            Method::Baseline(_) => Arithmetic::Float,
        }
    }

    /// Which private records belong together, where not each is a unit.
    pub(crate) fn units(&self) -> Option<&UnitColumn> {
        match &self.method {
            Method::DpSgd(dp_sgd) => dp_sgd.privacy.unit.as_ref(),
            Method::Pate(pate) => pate.privacy.unit.as_ref(),
            Method::Baseline(_) => None,
        }
    }

    /// The ledger of all runs that a release is charged in, and whose budget.
    ///
    /// # Errors
    /// One of the two is not said.
    pub(crate) fn ledger(&self, public_benchmark: bool) -> Result<Option<LedgerSettings>> {
        LedgerSettings::new(self.file.ledger.as_ref(), &self.base, public_benchmark)
    }

    /// Whether the model is a student of the inputs as they were before features took their place.
    pub(crate) fn takes_raw_inputs(&self) -> bool {
        let student = match &self.method {
            Method::Pate(pate) => pate.student().ok(),
            Method::DpSgd(dp_sgd) => dp_sgd.distillation.as_ref().map(|plan| &plan.student),
            Method::Baseline(_) => None,
        };
        self.file.data.features.is_some()
            && student.is_some_and(|student| student.inputs == StudentInputs::Raw)
    }

    /// Whether the private records themselves vote, and no teacher does.
    pub(crate) fn records_vote(&self) -> bool {
        match &self.method {
            Method::Pate(pate) => pate.aggregation.of_records().is_some(),
            Method::DpSgd(_) | Method::Baseline(_) => false,
        }
    }

    /// Whether what the run makes is private: not without privacy, and not with predictable noise.
    pub(crate) fn is_private(&self) -> bool {
        match &self.method {
            Method::Pate(pate) => pate.privacy.danger_fixed_noise_seed.is_none(),
            Method::DpSgd(dp_sgd) => dp_sgd.privacy.danger_fixed_noise_seed.is_none(),
            Method::Baseline(_) => false,
        }
    }
}

impl PrivacyTarget {
    /// Where the noise comes from.
    pub(crate) fn replay(&self) -> Replay {
        match self.danger_fixed_noise_seed {
            Some(seed) => Replay::DangerFixedSeed(seed),
            None => Replay::Key,
        }
    }

    /// What is to be said of the noise beforehand.
    pub(crate) fn noise_origin(&self) -> NoiseOrigin {
        match self.danger_fixed_noise_seed {
            Some(_) => NoiseOrigin::DangerFixedSeed,
            None => NoiseOrigin::OsEntropy,
        }
    }

    /// What one neighbour has more than the other.
    pub(crate) fn protected(&self) -> Unit {
        match self.unit {
            None => Unit::Record,
            Some(_) => Unit::User,
        }
    }

    /// The budget for a calibration.
    pub(crate) fn budget(&self, noise_key: &str) -> Result<Target> {
        let Some(epsilon) = self.epsilon else {
            bail!(
                "neither [privacy] epsilon nor {noise_key} is given: give the budget, and the noise \
                 is calibrated to it, or give the noise"
            );
        };
        Ok(Target::new(epsilon, self.delta)?)
    }

    /// Warnings about the guarantee itself.
    pub(crate) fn warnings(&self, declared_size: usize) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if self.delta * declared_size as f64 >= 1.0 {
            warnings.push(Warning::LargeDelta {
                delta: self.delta,
                declared_size,
            });
        }
        if self.danger_fixed_noise_seed.is_some() {
            warnings.push(Warning::DangerFixedNoiseSeed);
        }
        warnings
    }
}

pub(super) fn required<T: Clone>(
    file: &ExperimentFile,
    table: &Option<T>,
    name: &str,
) -> Result<T> {
    table.clone().ok_or_else(|| {
        anyhow!(
            "method = \"{}\" needs a table [{name}]: see configs/ for examples",
            file.method.as_str()
        )
    })
}

/// A table that the method does not read is more likely a mistake than a wish.
fn refuse_unused_tables(file: &ExperimentFile) -> Result<()> {
    use super::file::MethodName::{Baseline, DpSgd, Pate};
    let tables = [
        ("privacy", file.privacy.is_some(), file.method != Baseline),
        ("teachers", file.teachers.is_some(), file.method == Pate),
        ("aggregator", file.aggregator.is_some(), file.method == Pate),
        ("questions", file.questions.is_some(), file.method == Pate),
        ("student", file.student.is_some(), file.method != Baseline),
        (
            "distillation",
            file.distillation.is_some(),
            file.method != Baseline,
        ),
        ("dp_sgd", file.dp_sgd.is_some(), file.method == DpSgd),
        ("ledger", file.ledger.is_some(), file.method != Baseline),
    ];
    for (name, given, used) in tables {
        ensure!(
            used || !given,
            "[{name}] has no meaning for method = \"{}\": remove the table or change the method",
            file.method.as_str()
        );
    }
    Ok(())
}

pub(super) fn privacy(file: &ExperimentFile) -> Result<PrivacyTarget> {
    let PrivacyTable {
        epsilon,
        delta,
        neighboring,
        accountant,
        unit,
        sanitize,
        danger_fixed_noise_seed,
    } = required(file, &file.privacy, "privacy")?;
    if let Some(epsilon) = epsilon {
        ensure!(
            epsilon.is_finite() && epsilon > 0.0,
            "[privacy] epsilon = {epsilon}: it must be a finite number above 0; 1.0 is a common \
             choice"
        );
    }
    ensure!(
        delta > 0.0 && delta < 1.0,
        "[privacy] delta = {delta}: it must lie between 0 and 1, well below one over the number of \
         records, for example 1e-5"
    );
    ensure!(
        file.method == super::file::MethodName::Pate
            || unit
                .as_ref()
                .is_none_or(|unit| unit.maximum_records.is_some()),
        "[privacy] unit: maximum_records is missing: say how many records of one unit are used, a \
         public constant, for example 50"
    );
    ensure!(
        sanitize.is_none() || file.method == super::file::MethodName::Pate,
        "[privacy] sanitize publishes what votes say of their cost, and only method = \"pate\" has \
         votes: leave it out"
    );
    ensure!(
        neighboring != NeighboringRelation::ReplaceSpecial
            || file.method == super::file::MethodName::DpSgd,
        "[privacy] neighboring = \"replace-special\": choose \"add-or-remove-one\" or \"replace-one\""
    );
    Ok(PrivacyTarget {
        epsilon,
        delta,
        relation: neighboring,
        accountant,
        unit,
        danger_fixed_noise_seed,
    })
}

fn dp_sgd(file: &ExperimentFile) -> Result<DpSgd> {
    let (privacy, table) = (privacy(file)?, required(file, &file.dp_sgd, "dp_sgd")?);
    dp_sgd::check(&table)?;
    ensure!(
        !table.stop_at_budget || privacy.epsilon.is_some(),
        "[dp_sgd] stop_at_budget = true, but there is no budget: give [privacy] epsilon"
    );
    Ok(DpSgd {
        privacy,
        table,
        distillation: Distillation::of(file)?,
        baseline: baseline(file)?,
    })
}

pub(super) fn baseline(file: &ExperimentFile) -> Result<Option<PlainTraining>> {
    file.baseline
        .clone()
        .map(|table| training("baseline", table))
        .transpose()
}

/// A training without privacy whose numbers make sense.
pub(super) fn training(table: &str, training: PlainTraining) -> Result<PlainTraining> {
    ensure!(
        training.epochs >= 1,
        "[{table}] epochs = 0: give at least one"
    );
    ensure!(
        training.batch_size >= 1,
        "[{table}] batch_size = 0: give at least one example a step"
    );
    training
        .optimizer
        .validate()
        .map_err(|error| anyhow!("[{table}] optimizer: {error}"))?;
    Ok(training)
}
