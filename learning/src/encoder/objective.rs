//! What the projections of a batch are trained for.

use ndarray::{Array2, ArrayView2, Axis};
use serde::{Deserialize, Serialize};

use super::contrastive::contrastive;
use super::vicreg::{Weights, vicreg};

/// `objective = { kind = "contrastive", temperature = 1.0 }`: a function of the projections of a
/// whole batch, of which a smaller value is better.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum EncoderObjective {
    /// The normalised temperature-scaled cross-entropy of SimCLR (Chen, Kornblith, Norouzi and
    /// Hinton, "A simple framework for contrastive learning of visual representations", 2020): each
    /// view is to find the other view of its image among all views of the batch, by cosine
    /// similarity.
    Contrastive {
        /// What similarities are divided by, at least 0.003. A larger one tells images apart less and
        /// classes more: better for few labels.
        #[serde(default = "default_temperature")]
        temperature: f64,
    },
    /// VICReg (Bardes, Ponce and LeCun, "VICReg: variance-invariance-covariance regularization for
    /// self-supervised learning", 2022): views of an image agree, every column of the projections
    /// varies over the batch, and no two columns vary together.
    #[serde(rename = "vicreg")]
    VicReg {
        /// Weight of the mean squared difference of two views, at least 0.
        #[serde(default = "default_invariance")]
        invariance: f64,
        /// Weight of what the columns' deviations fall short of 1, at least 0.
        #[serde(default = "default_invariance")]
        variance: f64,
        /// Weight of the squared covariances of two columns, at least 0.
        #[serde(default = "default_covariance")]
        covariance: f64,
    },
}

fn default_temperature() -> f64 {
    1.0
}

fn default_invariance() -> f64 {
    25.0
}

fn default_covariance() -> f64 {
    1.0
}

impl Default for EncoderObjective {
    fn default() -> Self {
        Self::Contrastive {
            temperature: default_temperature(),
        }
    }
}

impl EncoderObjective {
    /// The first setting out of its range: key, value, what is allowed.
    pub(super) fn misfit(&self) -> Option<(&'static str, f64, &'static str)> {
        match *self {
            Self::Contrastive { temperature } => {
                // exp(-2 / temperature) must be above 0 in double precision.
                let valid = temperature.is_finite() && temperature >= 0.003;
                (!valid).then_some(("temperature", temperature, "a number of at least 0.003"))
            }
            Self::VicReg {
                invariance,
                variance,
                covariance,
            } => [
                ("invariance", invariance),
                ("variance", variance),
                ("covariance", covariance),
            ]
            .into_iter()
            .find(|(_, weight)| !(weight.is_finite() && *weight >= 0.0))
            .map(|(key, weight)| (key, weight, "a finite number of at least 0")),
        }
    }

    /// The value for the projections of a batch, `[2 rows, width]`, first view of every row, then
    /// second view of every row; and its derivative by each of them.
    pub(super) fn value(&self, projections: ArrayView2<'_, f32>) -> (f64, Array2<f64>) {
        let projections = projections.mapv(f64::from);
        match *self {
            Self::Contrastive { temperature } => contrastive(&projections, temperature),
            Self::VicReg {
                invariance,
                variance,
                covariance,
            } => {
                let weights = Weights {
                    invariance,
                    variance,
                    covariance,
                };
                let half = projections.nrows() / 2;
                let (first, second) = projections.view().split_at(Axis(0), half);
                vicreg(first, second, weights)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::{seeded_generator, standard_normal};

    fn projections(rows: usize, width: usize, scale: f32) -> Array2<f32> {
        let mut generator = seeded_generator(1, "projections", rows as u64);
        Array2::from_shape_simple_fn((rows, width), || scale * standard_normal(&mut generator))
    }

    const VICREG: EncoderObjective = EncoderObjective::VicReg {
        invariance: 3.0,
        variance: 5.0,
        covariance: 2.0,
    };

    #[test]
    fn derivatives_are_those_of_central_differences() {
        let contrastive = EncoderObjective::Contrastive { temperature: 0.5 };
        // Deviations on both sides of VICReg's 1.
        for (objective, scale) in [
            (contrastive, 1.0),
            (VICREG, 0.5),
            (VICREG, 1.0),
            (VICREG, 2.0),
        ] {
            let at = projections(10, 3, scale);
            let (_, derivative) = objective.value(at.view());
            for ((row, column), &found) in derivative.indexed_iter() {
                // A power of two, so that the moved projections are exact in single precision.
                let step = 1.0 / 4096.0;
                let moved = |by: f32| {
                    let mut moved = at.clone();
                    moved[[row, column]] += by;
                    (
                        f64::from(moved[[row, column]]),
                        objective.value(moved.view()).0,
                    )
                };
                let ((from, low), (to, high)) = (moved(-step), moved(step));
                let expected = (high - low) / (to - from);
                assert!((found - expected).abs() < 1e-6, "{found} {expected}");
            }
        }
    }

    #[test]
    fn views_that_agree_and_rows_that_differ_are_better() {
        // Columns that vary enough, and no two of them together.
        let rows = Array2::from_shape_fn((8, 4), |(row, column)| {
            let negative = [row & 1, row & 2, row & 4, row & 3];
            let odd = negative[column].count_ones() % 2 == 1;
            if odd { -1.5 } else { 1.5 }
        });
        let pairs = |second: &Array2<f32>| {
            ndarray::concatenate(Axis(0), &[rows.view(), second.view()]).unwrap()
        };
        let collapsed = Array2::from_elem((16, 4), 1.0);
        for objective in [EncoderObjective::default(), VICREG] {
            let value = |projections: Array2<f32>| objective.value(projections.view()).0;
            let good = value(pairs(&rows));
            let mut others = rows.clone();
            others.invert_axis(Axis(0));
            assert!(good < value(pairs(&others)));
            assert!(good < value(collapsed.clone()));
        }
        // All similarities equal: one view among fifteen.
        let (value, derivative) = EncoderObjective::default().value(collapsed.view());
        assert!((value - 15f64.ln()).abs() < 1e-12);
        assert!(derivative.iter().all(|value| value.abs() < 1e-12));
    }

    #[test]
    fn configs_have_defaults_and_are_checked() {
        let parse = |text: &str| toml::from_str::<EncoderObjective>(text);
        let contrastive = parse("kind = \"contrastive\"").unwrap();
        assert_eq!(contrastive, EncoderObjective::default());
        assert!(contrastive.misfit().is_none());
        let vicreg = parse("kind = \"vicreg\"\ncovariance = -1.0").unwrap();
        assert_eq!(vicreg.misfit().unwrap().0, "covariance");
        assert!(parse("kind = \"vicreg\"\ntemperature = 1.0").is_err());
        for temperature in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let wrong = EncoderObjective::Contrastive { temperature };
            assert_eq!(wrong.misfit().unwrap().0, "temperature");
        }
    }
}
