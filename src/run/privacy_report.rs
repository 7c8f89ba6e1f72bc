//! `privacy.json`: the guarantee with everything that it rests on.

use anyhow::{Context, Result};
use privet_accountant::{DpEvent, Guarantee, Ledger};
use privet_mechanisms::{Arithmetic, NoiseOrigin};
use privet_report::run::Origin;
use privet_training::data::{PublicDeclaration, PublicInputs};
use serde::{Deserialize, Serialize};

use super::result::SanitizedEpsilon;
use crate::config::file::MethodName;
use crate::digest;

/// The file. Every value comes from public constants or from what was released.
#[derive(Debug, Serialize)]
pub(super) struct PrivacyReport {
    /// False for a baseline, and for noise that somebody can predict.
    pub(super) private: bool,
    pub(super) method: &'static str,
    /// The headline: data-independent, rounded up. Null for a baseline.
    #[serde(flatten)]
    pub(super) guarantee: Option<Guarantee>,
    pub(super) unit: &'static str,
    pub(super) noise: String,
    /// What was done to the private records, in words; the events say the same in numbers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) mechanism: Vec<String>,
    pub(super) assumptions: Vec<String>,
    /// What the reader should know before relying on the guarantee.
    pub(super) warnings: Vec<String>,
    /// What was charged, in the accountant's words.
    pub(super) events: DpEvent,
    /// The same events by every accountant and conversion that supports them.
    pub(super) by_accountant: Vec<Guarantee>,
    /// What was taken as public, and on whose word.
    pub(super) public_data: PublicDeclaration,
    /// How the release came about, for papers about it that are written elsewhere.
    pub(super) origin: Origin,
    /// PATE: a bound that depends on the votes, with noise on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sanitized: Option<SanitizedEpsilon>,
    /// The public examples that released labels are numbered by, or that a student of noisy SGD learned from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) public_pool: Option<PoolIdentity>,
    /// PATE: SHA-256 of the `labels.csv` that this speaks of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) labels_sha256: Option<String>,
    /// The run's name in the ledger of all runs, drawn by chance; absent where it is in none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ledger_run: Option<String>,
}

/// What tells one public pool from another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PoolIdentity {
    /// How many examples it has.
    pub(super) examples: usize,
    /// SHA-256 of their inputs as the program reads them, one after another.
    pub(super) sha256: String,
}

impl PoolIdentity {
    /// The identity of a pool.
    pub(super) fn of(pool: &PublicInputs) -> Self {
        Self {
            examples: pool.len(),
            sha256: digest::of_inputs(pool.inputs()),
        }
    }
}

impl PrivacyReport {
    pub(super) fn new(
        method: MethodName,
        arithmetic: Arithmetic,
        guarantees: Vec<Guarantee>,
        ledger: &Ledger,
        noise: NoiseOrigin,
        public_data: PublicDeclaration,
    ) -> Result<Self> {
        let headline = guarantees
            .first()
            .context("no accountant supports this run")?;
        Ok(Self {
            private: noise == NoiseOrigin::OsEntropy,
            method: method.as_str(),
            guarantee: Some(headline.clone()),
            unit: "record",
            noise: noise.as_str().into(),
            mechanism: Vec::new(),
            assumptions: assumptions(method, arithmetic, noise, ledger.entries().len()),
            warnings: Vec::new(),
            events: ledger.as_event(),
            by_accountant: guarantees,
            public_data,
            origin: Origin::default(),
            sanitized: None,
            public_pool: None,
            labels_sha256: None,
            ledger_run: None,
        })
    }

    pub(super) fn not_private(method: MethodName, public_data: PublicDeclaration) -> Self {
        Self {
            private: false,
            method: method.as_str(),
            guarantee: None,
            unit: "record",
            noise: "none (NOT PRIVATE)".into(),
            mechanism: Vec::new(),
            assumptions: vec!["NOT PRIVATE: trained without privacy, nothing is guaranteed".into()],
            warnings: Vec::new(),
            events: DpEvent::non_private(),
            by_accountant: Vec::new(),
            public_data,
            origin: Origin::default(),
            sanitized: None,
            public_pool: None,
            labels_sha256: None,
            ledger_run: None,
        }
    }
}

const PATE: &str = "the cost is data-independent: that of every query of the plan, and of as many answers as \
     the plan allows";

const NOISY_SGD: [&str; 2] = [
    "each step's batch is drawn by the stated sampling, and batches are not revealed",
    "the model after every step is treated as released",
];

const FLOAT_SUMS: &str = "the gradient of each unit is clipped as stated before summing; the sum is \
     divided by a public constant; what rounding adds to the sensitivity of sums in floating point is \
     not counted beyond the norms' own (Casacuberta et al. 2022)";

const EXACT_SUMS: &str = "the gradient of each unit is clipped as stated and rounded to a grid before \
     summing; the sum is of integers, so that no addition rounds, and is divided by a public constant";

const COMMON: [&str; 2] = [
    "preprocessing, label map and hyperparameters are public constants; hyperparameters that were \
     chosen by looking at results on the private records are not charged here",
    "this is the cost of this run alone: other releases from the same records add to it",
];

const FLOAT_NOISE: &str = "noise comes from ChaCha20 under a key of the operating system, against \
     adversaries who cannot break it, and is drawn in floating point: attacks on floating-point noise \
     (Mironov 2012) and side channels such as run time are outside the guarantee";

const EXACT_NOISE: &str = "noise comes from ChaCha20 under a key of the operating system, against \
     adversaries who cannot break it, and is sampled and added without rounding; side channels such as \
     run time are outside the guarantee";

const FIXED_NOISE: &str = "NOT PRIVATE: the noise comes from a fixed seed, and whoever knows the seed can take it \
     away; nothing is guaranteed, whatever epsilon says";

fn assumptions(
    method: MethodName,
    arithmetic: Arithmetic,
    origin: NoiseOrigin,
    charges: usize,
) -> Vec<String> {
    let (sums, noise) = match arithmetic {
        Arithmetic::Float => (FLOAT_SUMS, FLOAT_NOISE),
        Arithmetic::Exact => (EXACT_SUMS, EXACT_NOISE),
    };
    let noise = match origin {
        NoiseOrigin::OsEntropy => noise,
        _ => FIXED_NOISE,
    };
    let own = match method {
        MethodName::Pate => vec![PATE],
        MethodName::DpSgd => [&NOISY_SGD[..], &[sums]].concat(),
        MethodName::Baseline => Vec::new(),
    };
    let all = own.into_iter().chain([noise]).chain(COMMON);
    let mut all: Vec<String> = all.map(String::from).collect();
    if charges > 1 {
        all.push(format!(
            "the run was interrupted and charged {charges} times; epsilon is the budget that bounded \
             the charges beforehand"
        ));
    }
    all
}
