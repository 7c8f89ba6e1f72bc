//! How the learning rate changes over a training.

use serde::{Deserialize, Serialize};

use super::OptimizerError;
use super::error::{check, check_not_negative};

/// `schedule = { kind = "cosine", warmup_steps = 50 }`: a factor on the learning rate, step by step.
///
/// Over the first `warmup_steps` steps it rises in equal parts, from `1 / warmup_steps` to 1. Then
/// it falls as the kind says; `p` is the share of the steps after the warm-up that are done, 0 at
/// the first of them. Steps and their number are public, so the schedule is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Schedule {
    /// 1 after the warm-up.
    Constant {
        /// Steps of the linear warm-up.
        #[serde(default)]
        warmup_steps: u64,
    },
    /// `1 - p (1 - end_factor)`.
    Linear {
        /// Steps of the linear warm-up.
        #[serde(default)]
        warmup_steps: u64,
        /// What is approached at the end, in `[0, 1]`.
        #[serde(default)]
        end_factor: f64,
    },
    /// `end_factor + (1 - end_factor) (1 + cos(pi p)) / 2` (Loshchilov and Hutter 2017, without
    /// restarts).
    Cosine {
        /// Steps of the linear warm-up.
        #[serde(default)]
        warmup_steps: u64,
        /// What is approached at the end, in `[0, 1]`.
        #[serde(default)]
        end_factor: f64,
    },
    /// `factor` to the power of how often `every_steps` steps have passed since the warm-up.
    Step {
        /// Steps of the linear warm-up.
        #[serde(default)]
        warmup_steps: u64,
        /// Steps between two changes, at least 1.
        every_steps: u64,
        /// What each change multiplies by, at least 0.
        factor: f64,
    },
}

impl Default for Schedule {
    fn default() -> Self {
        Self::Constant { warmup_steps: 0 }
    }
}

impl Schedule {
    /// Whether it is the default, which a config leaves out.
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Checks every number.
    ///
    /// # Errors
    /// The first setting out of its range.
    pub fn validate(&self) -> Result<(), OptimizerError> {
        match *self {
            Self::Constant { .. } => Ok(()),
            Self::Linear { end_factor, .. } | Self::Cosine { end_factor, .. } => {
                let valid = (0.0..=1.0).contains(&end_factor);
                check("end_factor", end_factor, valid, "between 0 and 1")
            }
            Self::Step {
                every_steps,
                factor,
                ..
            } => {
                let some = every_steps >= 1;
                check("every_steps", every_steps as f64, some, "at least 1")?;
                check_not_negative("factor", factor)
            }
        }
    }

    /// The factor of step `step` (from 0) of a training of `steps` steps.
    pub fn factor(&self, step: u64, steps: u64) -> f64 {
        let (Self::Constant { warmup_steps }
        | Self::Linear { warmup_steps, .. }
        | Self::Cosine { warmup_steps, .. }
        | Self::Step { warmup_steps, .. }) = *self;
        if step < warmup_steps {
            return (step + 1) as f64 / warmup_steps as f64;
        }
        let done = step - warmup_steps;
        let after = steps.saturating_sub(warmup_steps).max(1);
        let share = (done as f64 / after as f64).min(1.0);
        match *self {
            Self::Constant { .. } => 1.0,
            Self::Linear { end_factor, .. } => 1.0 - share * (1.0 - end_factor),
            Self::Cosine { end_factor, .. } => {
                let fall = (1.0 + libm::cos(std::f64::consts::PI * share)) / 2.0;
                end_factor + (1.0 - end_factor) * fall
            }
            Self::Step {
                every_steps,
                factor,
                ..
            } => libm::pow(factor, (done / every_steps.max(1)) as f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factors(schedule: Schedule, steps: u64) -> Vec<f64> {
        let round = |factor: f64| (factor * 1e12).round() / 1e12;
        (0..steps)
            .map(|step| round(schedule.factor(step, steps)))
            .collect()
    }

    #[test]
    fn each_kind_has_the_factors_of_its_formula() {
        assert_eq!(factors(Schedule::default(), 2), [1.0, 1.0]);
        let warm = Schedule::Constant { warmup_steps: 4 };
        assert_eq!(factors(warm, 6), [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]);
        let linear = Schedule::Linear {
            warmup_steps: 2,
            end_factor: 0.2,
        };
        assert_eq!(factors(linear, 6), [0.5, 1.0, 1.0, 0.8, 0.6, 0.4]);
        let cosine = Schedule::Cosine {
            warmup_steps: 0,
            end_factor: 0.0,
        };
        assert_eq!(factors(cosine, 3), [1.0, 0.75, 0.25]);
        let step = Schedule::Step {
            warmup_steps: 1,
            every_steps: 2,
            factor: 0.5,
        };
        assert_eq!(factors(step, 6), [1.0, 1.0, 1.0, 0.5, 0.5, 0.25]);
    }

    #[test]
    fn more_steps_than_planned_keep_the_last_factor() {
        let cosine = Schedule::Cosine {
            warmup_steps: 5,
            end_factor: 0.1,
        };
        for steps in [0, 3, 5] {
            assert!((cosine.factor(400, steps) - 0.1).abs() < 1e-12);
        }
    }

    #[test]
    fn configs_are_checked() {
        let parse = |text: &str| toml::from_str::<Schedule>(text);
        let cosine = parse("kind = \"cosine\"\nwarmup_steps = 3").unwrap();
        assert_eq!(cosine.factor(0, 10), 1.0 / 3.0);
        for wrong in [
            "kind = \"cosine\"\nwarmup = 3",
            "kind = \"step\"",
            "kind = \"exp\"",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        for wrong in [
            "kind = \"linear\"\nend_factor = 1.5",
            "kind = \"step\"\nevery_steps = 0\nfactor = 0.5",
            "kind = \"step\"\nevery_steps = 1\nfactor = nan",
        ] {
            assert!(parse(wrong).unwrap().validate().is_err(), "{wrong}");
        }
    }
}
