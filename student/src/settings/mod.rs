//! How a student is trained, as written in a config.

mod error;
mod fixmatch;
mod gan;
mod virtual_adversarial;

use privet_training::augment::Augmentation;
use privet_training::network::NetworkSpec;
use privet_training::optimizer::{OptimizerSpec, WeightAverage};
use privet_training::plain::PlainTraining;
use serde::{Deserialize, Serialize};

pub use error::SettingError;
use error::{at_least_one, excluded};
pub use fixmatch::FixMatch;
pub use gan::Gan;
pub use virtual_adversarial::VirtualAdversarial;

/// What a student learns from, beside released labels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Nothing: supervised learning.
    #[default]
    Supervised,
    /// Public inputs without labels, by FixMatch: see [`FixMatch`].
    #[serde(rename = "fixmatch")]
    FixMatch,
    /// Public inputs without labels, by virtual adversarial training: see [`VirtualAdversarial`].
    VirtualAdversarial,
    /// Public inputs without labels, by a generative adversarial network: see [`Gan`].
    Gan,
}

impl Method {
    /// The method as written in a config.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Supervised => "supervised",
            Self::FixMatch => "fixmatch",
            Self::VirtualAdversarial => "virtual_adversarial",
            Self::Gan => "gan",
        }
    }

    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// What a student's network is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StudentInputs {
    /// The features that the teachers are given, where `[data] features` makes any.
    #[default]
    Features,
    /// The inputs as they were before, for students that change images a little.
    Raw,
}

impl StudentInputs {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// `[student]`: how a network is trained, a method, and the method's own table.
///
/// ```
/// # use privet_student::{Method, StudentTraining};
/// let student: StudentTraining = toml::from_str(
///     r#"
///     network = { preset = "cnn" }
///     epochs = 50
///     batch_size = 64
///     optimizer = { kind = "adam", learning_rate = 0.002 }
///     method = "fixmatch"
///     fixmatch = { confidence = 0.95, unlabeled_ratio = 7 }
///     "#,
/// )?;
/// assert_eq!(student.method, Method::FixMatch);
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StudentTraining {
    /// The network.
    #[serde(default)]
    pub network: NetworkSpec,
    /// Passes over the examples: over the labelled ones, or over the unlabelled ones where a pass
    /// over these takes more steps.
    pub epochs: usize,
    /// Labelled examples a step.
    pub batch_size: usize,
    /// The optimizer.
    pub optimizer: OptimizerSpec,
    /// Random changes of images, drawn anew each time that they are seen. FixMatch takes them as its
    /// weak augmentation, and shifts images by up to 2 pixels where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub augment: Option<Augmentation>,
    /// What the network is given: `features` of `[data] features`, or the `raw` inputs.
    #[serde(default, skip_serializing_if = "StudentInputs::is_default")]
    pub inputs: StudentInputs,
    /// What is learned from beside labels.
    #[serde(default, skip_serializing_if = "Method::is_default")]
    pub method: Method,
    /// The model is an average of the parameters over the steps: for all methods but `supervised`,
    /// with a decay of 0.999 where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_average: Option<WeightAverage>,
    /// Settings of method `fixmatch`; its defaults when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixmatch: Option<FixMatch>,
    /// Settings of method `virtual_adversarial`; its defaults when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub virtual_adversarial: Option<VirtualAdversarial>,
    /// Settings of method `gan`; its defaults when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gan: Option<Gan>,
}

impl From<PlainTraining> for StudentTraining {
    /// Supervised learning.
    fn from(plain: PlainTraining) -> Self {
        Self {
            network: plain.network,
            epochs: plain.epochs,
            batch_size: plain.batch_size,
            optimizer: plain.optimizer,
            augment: plain.augment,
            inputs: StudentInputs::default(),
            method: Method::Supervised,
            weight_average: None,
            fixmatch: None,
            virtual_adversarial: None,
            gan: None,
        }
    }
}

impl StudentTraining {
    /// What supervised learning needs of it.
    pub fn plain(&self) -> PlainTraining {
        PlainTraining {
            network: self.network.clone(),
            epochs: self.epochs,
            batch_size: self.batch_size,
            optimizer: self.optimizer,
            augment: self.augment,
        }
    }

    /// The average of the parameters: the one given, or that of the method.
    pub(crate) fn average(&self) -> WeightAverage {
        self.weight_average.unwrap_or(WeightAverage {
            decay: 0.999,
            warm_up: true,
        })
    }

    /// About how many rows pass through the network in a whole training, to estimate its time.
    pub fn rows(&self, labeled: usize, unlabeled: usize) -> u64 {
        // Unlabelled rows for each labelled one, and how often each passes.
        let (ratio, passes) = match self.method {
            Method::Supervised => return (self.epochs as u64).saturating_mul(labeled as u64),
            Method::FixMatch => (self.fixmatch.unwrap_or_default().unlabeled_ratio, 2),
            Method::VirtualAdversarial => {
                let settings = self.virtual_adversarial.unwrap_or_default();
                (settings.unlabeled_ratio, 2 + settings.iterations)
            }
            Method::Gan => (self.gan.clone().unwrap_or_default().unlabeled_ratio, 3),
        };
        let batch = self.batch_size.max(1);
        let unlabeled_batch = batch.saturating_mul(ratio).min(unlabeled).max(1);
        let steps = labeled
            .div_ceil(batch)
            .max(unlabeled.div_ceil(unlabeled_batch));
        let rows = batch.saturating_add(unlabeled_batch.saturating_mul(passes));
        (steps.saturating_mul(rows) as u64).saturating_mul(self.epochs as u64)
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// The first setting out of its range, or of another method than the one chosen.
    pub fn validate(&self) -> Result<(), SettingError> {
        at_least_one("epochs", self.epochs)?;
        at_least_one("batch_size", self.batch_size)?;
        self.optimizer.validate_without_noise()?;
        let supervised = self.method == Method::Supervised;
        excluded(
            "weight_average",
            self.weight_average.is_some() && supervised,
            self.method,
        )?;
        if let Some(average) = self.weight_average {
            average.validate()?;
        }
        let own = |method| self.method == method;
        let tables = [
            ("fixmatch", self.fixmatch.is_some(), own(Method::FixMatch)),
            (
                "virtual_adversarial",
                self.virtual_adversarial.is_some(),
                own(Method::VirtualAdversarial),
            ),
            ("gan", self.gan.is_some(), own(Method::Gan)),
        ];
        for (key, given, own) in tables {
            excluded(key, given && !own, self.method)?;
        }
        match self.method {
            Method::Supervised => Ok(()),
            Method::FixMatch => self.fixmatch.unwrap_or_default().validate(),
            Method::VirtualAdversarial => self.virtual_adversarial.unwrap_or_default().validate(),
            Method::Gan => self.gan.clone().unwrap_or_default().validate(),
        }
    }
}
