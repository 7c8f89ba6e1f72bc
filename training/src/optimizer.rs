//! Optimizers as written in a config.

use burn::optim::decay::WeightDecayConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{AdamConfig, ModuleOptimizer, SgdConfig};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An optimizer setting out of its range.
#[derive(Debug, Error, Clone, PartialEq)]
#[error("`{key}` is {value}: it must be {range}")]
pub struct OptimizerError {
    key: &'static str,
    value: f64,
    range: &'static str,
}

/// `optimizer = { kind = "sgd", learning_rate = 0.5, momentum = 0.9 }`.
///
/// Each step is made by Burn's optimizers. They see a gradient that is already private (or need
/// not be), so nothing here touches privacy.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum OptimizerSpec {
    /// Stochastic gradient descent with optional momentum (no dampening, as in PyTorch).
    Sgd {
        /// Step size.
        learning_rate: f64,
        /// Share of the previous direction that is kept, in `[0, 1)`.
        #[serde(default)]
        momentum: f64,
        /// L2 penalty added to the gradient, per unit of the parameter.
        #[serde(default)]
        weight_decay: f64,
    },
    /// Adam (Kingma and Ba 2015) with bias correction.
    Adam {
        /// Step size.
        learning_rate: f64,
        /// Decay of the mean, in `[0, 1)`.
        #[serde(default = "default_beta_1")]
        beta_1: f64,
        /// Decay of the mean square, in `[0, 1)`.
        #[serde(default = "default_beta_2")]
        beta_2: f64,
        /// L2 penalty added to the gradient, per unit of the parameter.
        #[serde(default)]
        weight_decay: f64,
    },
}

fn default_beta_1() -> f64 {
    0.9
}

fn default_beta_2() -> f64 {
    0.999
}

impl OptimizerSpec {
    /// Size of a step.
    pub fn learning_rate(&self) -> f64 {
        match *self {
            Self::Sgd { learning_rate, .. } | Self::Adam { learning_rate, .. } => learning_rate,
        }
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// The first setting out of its range.
    pub fn validate(&self) -> Result<(), OptimizerError> {
        let check = |key, value, valid, range| match valid {
            true => Ok(()),
            false => Err(OptimizerError { key, value, range }),
        };
        let share = |key, value: f64| {
            let valid = (0.0..1.0).contains(&value);
            check(key, value, valid, "at least 0 and below 1")
        };
        let rate = self.learning_rate();
        let positive = rate.is_finite() && rate > 0.0;
        check("learning_rate", rate, positive, "a positive finite number")?;
        let decay = match *self {
            Self::Sgd {
                momentum,
                weight_decay,
                ..
            } => {
                share("momentum", momentum)?;
                weight_decay
            }
            Self::Adam {
                beta_1,
                beta_2,
                weight_decay,
                ..
            } => {
                share("beta_1", beta_1)?;
                share("beta_2", beta_2)?;
                weight_decay
            }
        };
        let valid = decay.is_finite() && decay >= 0.0;
        check(
            "weight_decay",
            decay,
            valid,
            "a finite number of at least 0",
        )
    }

    /// Burn's optimizer with these settings.
    pub fn build(&self) -> ModuleOptimizer {
        let decay = |penalty: f64| (penalty > 0.0).then(|| WeightDecayConfig::new(penalty as f32));
        match *self {
            Self::Sgd {
                momentum,
                weight_decay,
                ..
            } => {
                let momentum = (momentum > 0.0).then(|| {
                    MomentumConfig::new()
                        .with_momentum(momentum)
                        .with_dampening(0.0)
                });
                SgdConfig::new()
                    .with_momentum(momentum)
                    .with_weight_decay(decay(weight_decay))
                    .init()
            }
            Self::Adam {
                beta_1,
                beta_2,
                weight_decay,
                ..
            } => AdamConfig::new()
                .with_beta_1(beta_1 as f32)
                .with_beta_2(beta_2 as f32)
                .with_epsilon(1e-8)
                .with_weight_decay(decay(weight_decay))
                .init(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_out_of_range_name_key_and_value() {
        let sgd = |learning_rate, momentum| OptimizerSpec::Sgd {
            learning_rate,
            momentum,
            weight_decay: 0.0,
        };
        assert!(sgd(0.1, 0.9).validate().is_ok());
        let error = sgd(0.1, 1.0).validate().unwrap_err().to_string();
        assert!(error.contains("`momentum` is 1"), "{error}");
        assert!(sgd(f64::NAN, 0.0).validate().is_err());
        assert!(sgd(-1.0, 0.0).validate().is_err());
    }
}
