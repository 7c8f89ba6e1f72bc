//! How the gradient of one unit is bounded.

use super::clip_factor;
use crate::MechanismError;
use crate::error::in_range;

/// A rule that scales the gradient `g` of each unit so that no unit adds more than
/// [`sensitivity`](Self::sensitivity) to the sum, in L2 norm over all parameters.
///
/// All numbers are public constants in the gradient's unit.
///
/// Relation: adding or removing a unit changes the sum of scaled gradients by at most the
/// sensitivity; replacing one by at most twice that. A unit whose gradient is not finite adds
/// nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Clipping {
    /// `g min(1, norm / |g|)`: Abadi et al., "Deep learning with differential privacy" (2016),
    /// Algorithm 1. Sensitivity `norm`.
    Flat {
        /// The clipping norm.
        norm: f64,
    },
    /// The part of `g` in each layer is clipped by itself: McMahan et al., "A general approach to
    /// adding differential privacy to iterative training procedures" (2018). Sensitivity
    /// `sqrt(sum of norms^2)`.
    PerLayer {
        /// A clipping norm for each layer with parameters, in the network's order.
        norms: Vec<f64>,
    },
    /// `g norm / (|g| + stability)`: every gradient has nearly the same length (Bu, Wang, Zha and
    /// Karypis, "Automatic clipping", NeurIPS 2023, AUTO-S). Sensitivity `norm`.
    Automatic {
        /// The length that no scaled gradient reaches.
        norm: f64,
        /// What keeps small gradients small, at least 1e-10: it decides by how much a gradient may
        /// be stretched, and with it whatever a norm in floating point does not see. The paper uses
        /// 0.01.
        stability: f64,
    },
}

/// Within this range neither a sum nor its noise leaves the range of f32, and no square of a
/// coordinate that matters is lost to underflow.
pub(super) const NORMS: std::ops::RangeInclusive<f64> = 1e-10..=1e20;

impl Clipping {
    /// Checks every number.
    ///
    /// # Errors
    /// A norm or a stability outside `1e-10..=1e20`, or no norm at all.
    pub fn validate(&self) -> Result<(), MechanismError> {
        let norm = |key, value| {
            let expected = "between 1e-10 and 1e20";
            in_range(key, value, NORMS.contains(&value), expected).map(drop)
        };
        match self {
            Self::Flat { norm: value } => norm("clipping_norm", *value),
            Self::PerLayer { norms } => {
                let some = !norms.is_empty();
                in_range("clipping_norms", 0.0, some, "one number for each layer")?;
                norms
                    .iter()
                    .try_for_each(|&value| norm("clipping_norms", value))
            }
            Self::Automatic {
                norm: value,
                stability,
            } => {
                norm("stability", *stability)?;
                norm("clipping_norm", *value)
            }
        }
    }

    /// The most, in L2 norm, that one unit adds to the sum; rounded up.
    pub fn sensitivity(&self) -> f64 {
        match self {
            Self::Flat { norm } | Self::Automatic { norm, .. } => *norm,
            Self::PerLayer { norms } if norms.len() == 1 => norms[0],
            Self::PerLayer { norms } => {
                // Each square, each addition and the root round by at most 2^-53 relatively.
                let squares: f64 = norms.iter().map(|norm| norm * norm).sum();
                squares.sqrt() * (1.0 + (norms.len() as f64 + 2.0) * f64::EPSILON)
            }
        }
    }

    /// How many layers the rule speaks of; absent where it does not tell them apart.
    pub fn layers(&self) -> Option<usize> {
        match self {
            Self::PerLayer { norms } => Some(norms.len()),
            Self::Flat { .. } | Self::Automatic { .. } => None,
        }
    }

    /// The factor for each layer's part of a gradient whose parts have these squared L2 norms.
    /// Returns the norm of the whole gradient.
    ///
    /// All factors are 0 if the norm is NaN or infinite: **skip the unit then, do not multiply**,
    /// see [`clip_factor`]. Layers beyond those that the rule speaks of have factor 0.
    pub fn factors(&self, squared_norms: &[f64], factors: &mut [f32]) -> f64 {
        let norm = squared_norms.iter().sum::<f64>().sqrt();
        factors.fill(0.0);
        if !norm.is_finite() {
            return norm;
        }
        match self {
            Self::Flat { norm: bound } => factors.fill(clip_factor(norm, *bound)),
            Self::PerLayer { norms } => {
                for ((factor, square), bound) in factors.iter_mut().zip(squared_norms).zip(norms) {
                    *factor = clip_factor(square.sqrt(), *bound);
                }
            }
            Self::Automatic {
                norm: length,
                stability,
            } => {
                // Below 1 or above, as the gradient is long or short; rounded down like the others.
                let exact = length / (norm + stability) * (1.0 - 4.0 * f64::EPSILON);
                let nearest = exact as f32;
                let down = match f64::from(nearest) > exact {
                    true => nearest.next_down(),
                    false => nearest,
                };
                factors.fill(down);
            }
        }
        norm
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rules() -> [Clipping; 3] {
        [
            Clipping::Flat { norm: 0.7 },
            Clipping::PerLayer {
                norms: vec![0.3, 0.5, 1.1],
            },
            Clipping::Automatic {
                norm: 0.7,
                stability: 0.01,
            },
        ]
    }

    proptest! {
        #[test]
        fn no_unit_adds_more_than_the_sensitivity(
            parts in prop::array::uniform3(0.0_f64..1e6), small in 1e-9_f64..1.0,
        ) {
            for rule in rules() {
                let squares = parts.map(|part| (part * small).powi(2));
                let mut factors = [0.0; 3];
                rule.factors(&squares, &mut factors);
                let added: f64 = squares
                    .iter()
                    .zip(factors)
                    .map(|(square, factor)| square * f64::from(factor).powi(2))
                    .sum();
                prop_assert!(added.sqrt() <= rule.sensitivity() * (1.0 + 1e-15), "{rule:?}");
            }
        }
    }

    #[test]
    fn the_bounds_are_reached() {
        for rule in rules() {
            let mut factors = [0.0; 3];
            rule.factors(&[1e12; 3], &mut factors);
            let added: f64 = factors.iter().map(|f| 1e12 * f64::from(*f).powi(2)).sum();
            assert!(added.sqrt() > rule.sensitivity() * (1.0 - 1e-6), "{rule:?}");
        }
    }

    #[test]
    fn what_is_not_finite_in_one_layer_is_dropped_in_all() {
        for rule in rules() {
            for broken in [f64::NAN, f64::INFINITY] {
                let mut factors = [1.0; 3];
                rule.factors(&[0.01, broken, 0.01], &mut factors);
                assert_eq!(factors, [0.0; 3], "{rule:?}");
            }
        }
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        assert!(rules().iter().all(|rule| rule.validate().is_ok()));
        for bad in [
            Clipping::Flat { norm: 0.0 },
            Clipping::PerLayer { norms: vec![] },
            Clipping::PerLayer {
                norms: vec![1.0, f64::NAN],
            },
            Clipping::Automatic {
                norm: 1.0,
                stability: 0.0,
            },
            // Norms are blind to what this would stretch to the clipping norm.
            Clipping::Automatic {
                norm: 1.0,
                stability: 1e-11,
            },
        ] {
            assert!(bad.validate().is_err(), "{bad:?}");
        }
    }
}
