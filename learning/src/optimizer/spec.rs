//! Optimizers as written in a config.

use serde::{Deserialize, Serialize};

use super::error::{check, check_not_negative, check_share};
use super::{OptimizerError, Schedule};

/// How parameters follow gradients: `optimizer = { kind = "sgd", learning_rate = 0.5, momentum = 0.9 }`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum OptimizerSpec {
    /// Stochastic gradient descent.
    Sgd(SgdSpec),
    /// Adam (Kingma and Ba 2015), weight decay added to the gradient.
    Adam(AdamSpec),
    /// Adam with weight decay apart from the gradient (Loshchilov and Hutter 2019).
    AdamW(AdamSpec),
}

/// Settings of stochastic gradient descent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SgdSpec {
    /// Step size.
    pub learning_rate: f64,
    /// Share of the previous direction that is kept, in `[0, 1)`; no dampening, as in PyTorch.
    #[serde(default)]
    pub momentum: f64,
    /// Whether a step looks ahead along the momentum (Sutskever et al. 2013, in PyTorch's form).
    #[serde(default, skip_serializing_if = "is_false")]
    pub nesterov: bool,
    /// L2 penalty added to the gradient, per unit of the parameter.
    #[serde(default)]
    pub weight_decay: f64,
    /// How the step size changes.
    #[serde(default, skip_serializing_if = "Schedule::is_default")]
    pub schedule: Schedule,
}

/// Settings of Adam.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdamSpec {
    /// Step size.
    pub learning_rate: f64,
    /// Decay of the mean, in `[0, 1)`.
    #[serde(default = "default_beta_1")]
    pub beta_1: f64,
    /// Decay of the mean square, in `[0, 1)`.
    #[serde(default = "default_beta_2")]
    pub beta_2: f64,
    /// Of `adam`, L2 penalty added to the gradient; of `adamw`, share of the parameter that a step
    /// of size 1 takes away.
    #[serde(default)]
    pub weight_decay: f64,
    /// Whether the variance of the privacy noise is subtracted from the mean square (Tang,
    /// Shpilevskiy and Lécuyer, "DP-AdamBC: Your DP-Adam is actually DP-SGD (unless you apply bias
    /// correction)", AAAI 2024).
    #[serde(default, skip_serializing_if = "is_false")]
    pub noise_bias_correction: bool,
    /// With the correction, the least mean square, in the gradient's unit squared.
    #[serde(
        default = "default_variance_floor",
        skip_serializing_if = "is_default_variance_floor"
    )]
    pub variance_floor: f64,
    /// How the step size changes.
    #[serde(default, skip_serializing_if = "Schedule::is_default")]
    pub schedule: Schedule,
}

fn is_false(value: &bool) -> bool {
    !value
}

fn default_beta_1() -> f64 {
    0.9
}

fn default_beta_2() -> f64 {
    0.999
}

fn default_variance_floor() -> f64 {
    5e-8
}

fn is_default_variance_floor(floor: &f64) -> bool {
    *floor == default_variance_floor()
}

impl SgdSpec {
    /// Plain descent with this step size.
    pub fn new(learning_rate: f64) -> Self {
        Self {
            learning_rate,
            momentum: 0.0,
            nesterov: false,
            weight_decay: 0.0,
            schedule: Schedule::default(),
        }
    }
}

impl AdamSpec {
    /// The usual settings with this step size.
    pub fn new(learning_rate: f64) -> Self {
        Self {
            learning_rate,
            beta_1: default_beta_1(),
            beta_2: default_beta_2(),
            weight_decay: 0.0,
            noise_bias_correction: false,
            variance_floor: default_variance_floor(),
            schedule: Schedule::default(),
        }
    }
}

impl OptimizerSpec {
    /// Plain gradient descent.
    pub fn sgd(learning_rate: f64) -> Self {
        Self::Sgd(SgdSpec::new(learning_rate))
    }

    /// Adam with its usual settings.
    pub fn adam(learning_rate: f64) -> Self {
        Self::Adam(AdamSpec::new(learning_rate))
    }

    /// Size of a step before the schedule.
    pub fn learning_rate(&self) -> f64 {
        match self {
            Self::Sgd(sgd) => sgd.learning_rate,
            Self::Adam(adam) | Self::AdamW(adam) => adam.learning_rate,
        }
    }

    /// How the step size changes.
    pub fn schedule(&self) -> Schedule {
        match self {
            Self::Sgd(sgd) => sgd.schedule,
            Self::Adam(adam) | Self::AdamW(adam) => adam.schedule,
        }
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// The first setting out of its range.
    pub fn validate(&self) -> Result<(), OptimizerError> {
        let rate = self.learning_rate();
        let positive = rate.is_finite() && rate > 0.0;
        check("learning_rate", rate, positive, "a positive finite number")?;
        match self {
            Self::Sgd(sgd) => {
                check_share("momentum", sgd.momentum)?;
                let moving = !sgd.nesterov || sgd.momentum > 0.0;
                let range = "above 0 where `nesterov` is true";
                check("momentum", sgd.momentum, moving, range)?;
                check_not_negative("weight_decay", sgd.weight_decay)?;
            }
            Self::Adam(adam) | Self::AdamW(adam) => {
                check_share("beta_1", adam.beta_1)?;
                check_share("beta_2", adam.beta_2)?;
                check_not_negative("weight_decay", adam.weight_decay)?;
                let floor = adam.variance_floor;
                let positive = floor.is_finite() && floor > 0.0;
                check(
                    "variance_floor",
                    floor,
                    positive,
                    "a positive finite number",
                )?;
            }
        }
        self.schedule().validate()
    }

    /// Checks every setting for a training without privacy noise.
    ///
    /// # Errors
    /// The first setting out of its range, or a correction for noise.
    pub fn validate_without_noise(&self) -> Result<(), OptimizerError> {
        self.validate()?;
        match self.corrects_noise_bias() {
            true => Err(OptimizerError::NoNoise),
            false => Ok(()),
        }
    }

    /// Whether the variance of the privacy noise is subtracted.
    pub fn corrects_noise_bias(&self) -> bool {
        match self {
            Self::Sgd(_) => false,
            Self::Adam(adam) | Self::AdamW(adam) => adam.noise_bias_correction,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_out_of_range_name_key_and_value() {
        let sgd = |learning_rate, momentum| {
            OptimizerSpec::Sgd(SgdSpec {
                momentum,
                ..SgdSpec::new(learning_rate)
            })
        };
        assert!(sgd(0.1, 0.9).validate().is_ok());
        let error = sgd(0.1, 1.0).validate().unwrap_err().to_string();
        assert!(error.contains("`momentum` is 1"), "{error}");
        assert!(sgd(f64::NAN, 0.0).validate().is_err());
        assert!(sgd(-1.0, 0.0).validate().is_err());
        let nesterov = OptimizerSpec::Sgd(SgdSpec {
            nesterov: true,
            ..SgdSpec::new(0.1)
        });
        assert!(nesterov.validate().is_err());
    }

    #[test]
    fn a_correction_for_noise_needs_noise() {
        let corrected = OptimizerSpec::Adam(AdamSpec {
            noise_bias_correction: true,
            ..AdamSpec::new(0.1)
        });
        assert!(corrected.validate().is_ok());
        assert_eq!(
            corrected.validate_without_noise(),
            Err(OptimizerError::NoNoise)
        );
        assert!(OptimizerSpec::adam(0.1).validate_without_noise().is_ok());
    }

    #[test]
    fn configs_have_defaults_and_no_unknown_keys() {
        let parse = |text: &str| toml::from_str::<OptimizerSpec>(text);
        let sgd = parse("kind = \"sgd\"\nlearning_rate = 0.5").unwrap();
        assert_eq!(sgd, OptimizerSpec::sgd(0.5));
        let adam = parse("kind = \"adam\"\nlearning_rate = 0.5").unwrap();
        assert_eq!(adam, OptimizerSpec::adam(0.5));
        let adamw = parse("kind = \"adamw\"\nlearning_rate = 0.5\nnoise_bias_correction = true");
        assert!(matches!(adamw, Ok(OptimizerSpec::AdamW(adam)) if adam.noise_bias_correction));
        for wrong in [
            "kind = \"sgd\"",
            "learning_rate = 0.5",
            "kind = \"adagrad\"\nlearning_rate = 0.5",
            "kind = \"sgd\"\nlearning_rate = 0.5\nbeta_1 = 0.9",
            "kind = \"adam\"\nlearning_rate = 0.5\nmomentum = 0.9",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_spec_survives_toml() {
        let text = "kind = \"sgd\"\nlearning_rate = 0.5\nmomentum = 0.9\nweight_decay = 0.0\n";
        let spec: OptimizerSpec = toml::from_str(text).unwrap();
        assert_eq!(toml::to_string(&spec).unwrap(), text);
        let spec = OptimizerSpec::AdamW(AdamSpec {
            noise_bias_correction: true,
            variance_floor: 1e-6,
            schedule: Schedule::Linear {
                warmup_steps: 2,
                end_factor: 0.5,
            },
            ..AdamSpec::new(0.25)
        });
        let text = toml::to_string(&spec).unwrap();
        assert_eq!(toml::from_str::<OptimizerSpec>(&text).unwrap(), spec);
    }
}
