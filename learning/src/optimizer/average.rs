//! Exponential moving average of the parameters.

use serde::{Deserialize, Serialize};

use super::OptimizerError;
use super::error::check_share;

/// `weight_average = { decay = 0.999 }`: the model is the average of the parameters over the steps
/// and not the last of them.
///
/// De, Berrada, Hayes, Smith and Balle, "Unlocking high-accuracy differentially private image
/// classification through scale" (2022): the average costs no privacy, being post-processing, and
/// takes much of the noise away.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeightAverage {
    /// Share of the average that a step keeps, in `[0, 1)`.
    pub decay: f64,
    /// Whether the decay starts small, so that the initial parameters are forgotten soon: step `t`,
    /// counted from 1, keeps `min(decay, (1 + t) / (10 + t))`.
    #[serde(default = "default_warm_up")]
    pub warm_up: bool,
}

fn default_warm_up() -> bool {
    true
}

impl WeightAverage {
    /// Checks the decay.
    ///
    /// # Errors
    /// A decay outside `[0, 1)`.
    pub fn validate(&self) -> Result<(), OptimizerError> {
        check_share("decay", self.decay)
    }

    /// What step `step`, counted from 1, keeps of the average.
    fn kept(&self, step: u64) -> f64 {
        match self.warm_up {
            true => self.decay.min((1.0 + step as f64) / (10.0 + step as f64)),
            false => self.decay,
        }
    }
}

/// A running average: after each step `kept * average + (1 - kept) * parameters`, starting from
/// the initial parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct AveragedWeights {
    spec: WeightAverage,
    values: Vec<f32>,
}

impl AveragedWeights {
    /// Starts from these parameters.
    pub fn new(spec: WeightAverage, parameters: &[f32]) -> Self {
        Self {
            spec,
            values: parameters.to_vec(),
        }
    }

    /// An average with the same settings that has come to these values.
    pub fn resumed(&self, values: Vec<f32>) -> Self {
        Self {
            spec: self.spec,
            values,
        }
    }

    /// The average.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Takes in the parameters after step `step`, counted from 1.
    pub fn update(&mut self, parameters: &[f32], step: u64) {
        let new = (1.0 - self.spec.kept(step)) as f32;
        for (average, parameter) in self.values.iter_mut().zip(parameters) {
            *average += new * (parameter - *average);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn averages(spec: WeightAverage, parameters: &[f32]) -> Vec<f32> {
        let mut average = AveragedWeights::new(spec, &[0.0]);
        parameters
            .iter()
            .zip(1..)
            .map(|(&parameter, step)| {
                average.update(&[parameter], step);
                average.values()[0]
            })
            .collect()
    }

    #[test]
    fn averages_are_those_of_the_formula() {
        let mut spec = WeightAverage {
            decay: 0.75,
            warm_up: false,
        };
        assert_eq!(averages(spec, &[4.0, 0.0, 8.0]), [1.0, 0.75, 2.5625]);
        spec.warm_up = true;
        // Kept: 2/11, then 3/12.
        let found = averages(spec, &[11.0, 1.0]);
        assert!((found[0] - 9.0).abs() < 1e-5 && (found[1] - 3.0).abs() < 1e-5);
        // From step 26 on (1 + t) / (10 + t) is 0.75 or more.
        assert_eq!(spec.kept(26), 0.75);
        assert!(spec.kept(25) < 0.75);
    }

    #[test]
    fn configs_are_checked() {
        let spec: WeightAverage = toml::from_str("decay = 0.9").unwrap();
        assert!(spec.warm_up && spec.validate().is_ok());
        assert!(toml::from_str::<WeightAverage>("decay = 0.9\nwarmup = true").is_err());
        for decay in [1.0, -0.1, f64::NAN] {
            assert!(
                WeightAverage {
                    decay,
                    warm_up: true
                }
                .validate()
                .is_err()
            );
        }
    }
}
