//! What comes back from the gradients: a clipped sum.

use super::Clipping;
use crate::noise::ChunkStreams;
use crate::{MechanismError, NoiseStream, Sensitive};

/// How the units of a sum were clipped: by which rule, how many they are, and how many of them had
/// a norm that needed no clipping.
#[derive(Debug, Clone)]
pub(crate) struct ClippedUnits {
    pub(crate) clipping: Clipping,
    pub(crate) units: Sensitive<usize>,
    /// Units with a norm of at most the clipping norm; NaN is not. 0 unless clipping is flat.
    pub(crate) within: Sensitive<usize>,
}

impl ClippedUnits {
    /// Of units with these norms before clipping.
    pub(crate) fn new(clipping: &Clipping, norms: &Sensitive<Vec<f64>>) -> Self {
        let within = |norms: &Vec<f64>| match clipping {
            Clipping::Flat { norm: bound } => norms.iter().filter(|&norm| norm <= bound).count(),
            Clipping::PerLayer { .. } | Clipping::Automatic { .. } => 0,
        };
        Self {
            clipping: clipping.clone(),
            units: norms.as_ref().map(Vec::len),
            within: norms.as_ref().map(within),
        }
    }

    /// Counts the units of another part of the same batch as well.
    pub(crate) fn add(&mut self, part: Self) -> Result<(), MechanismError> {
        if part.clipping != self.clipping {
            return Err(MechanismError::Clipping {
                found: part.clipping,
                planned: self.clipping.clone(),
            });
        }
        *self.units.expose_sensitive_mut() += part.units.into_exposed_sensitive();
        *self.within.expose_sensitive_mut() += part.within.into_exposed_sensitive();
        Ok(())
    }
}

/// The sum of the gradients of a batch's units, each clipped by the stated rule.
///
/// Whoever makes one promises that every unit added at most
/// `sensitivity (1 + `[`CLIPPING_SLACK`](super::CLIPPING_SLACK)`)` in L2 norm and is counted once
/// among the norms, that units without a finite norm added nothing, and that an empty batch gives
/// zeros. The additions of the sum round as well, by an amount that depends on all units; bounding
/// what that does to sensitivity (Casacuberta, Shoemate, Vadhan and Wagaman, "Widespread
/// underestimation of sensitivity in differentially private libraries", CCS 2022) takes integer
/// sums: [`IntegerSum`](super::IntegerSum).
#[derive(Debug)]
pub struct ClippedSum {
    pub(crate) values: Sensitive<Values>,
    pub(crate) units: ClippedUnits,
}

/// The coordinates of a sum.
#[derive(Debug)]
pub(crate) enum Values {
    /// Of a batch in one part.
    Whole(Vec<f32>),
    /// Of the parts so far.
    Parts(Vec<f64>),
}

impl ClippedSum {
    /// States that `sum` is that of units which had these L2 norms, each clipped by `clipping`.
    ///
    /// `norms` has the norm of each unit's whole gradient before clipping, NaN or infinite where
    /// the gradient is. From them the mechanism counts the units, and for adaptive clipping those
    /// within the norm.
    pub fn new(clipping: &Clipping, sum: Sensitive<Vec<f32>>, norms: &Sensitive<Vec<f64>>) -> Self {
        Self {
            values: sum.map(Values::Whole),
            units: ClippedUnits::new(clipping, norms),
        }
    }

    /// Adds the sum of another part of the same batch, in f64: a batch may be computed in parts
    /// that fit the memory. Each of its units is in one part.
    ///
    /// # Errors
    /// A part that was clipped by another rule, or of another length; nothing was added then.
    pub fn add(&mut self, part: ClippedSum) -> Result<(), MechanismError> {
        let (expected, found) = (self.len(), part.len());
        if found != expected {
            return Err(MechanismError::Length { found, expected });
        }
        self.units.add(part.units)?;
        let values = self.values.expose_sensitive_mut();
        if let Values::Whole(whole) = values {
            *values = Values::Parts(whole.iter().map(|&value| value.into()).collect());
        }
        if let Values::Parts(total) = values {
            match part.values.into_exposed_sensitive() {
                Values::Whole(part) => add(total, part.into_iter().map(f64::from)),
                Values::Parts(part) => add(total, part.into_iter()),
            }
        }
        Ok(())
    }

    /// The stated rule.
    pub fn clipping(&self) -> &Clipping {
        &self.units.clipping
    }

    /// The number of coordinates, that of the network's parameters.
    fn len(&self) -> usize {
        self.values.expose_sensitive().len()
    }
}

impl Values {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Whole(values) => values.len(),
            Self::Parts(values) => values.len(),
        }
    }

    pub(crate) fn are_finite(&self) -> bool {
        match self {
            Self::Whole(values) => values.iter().all(|value| value.is_finite()),
            Self::Parts(values) => values.iter().all(|value| value.is_finite()),
        }
    }

    pub(super) fn into_f64(self) -> Vec<f64> {
        match self {
            Self::Whole(values) => values.into_iter().map(f64::from).collect(),
            Self::Parts(values) => values,
        }
    }

    /// Each coordinate through `release` with its stream of noise, the same in either case.
    pub(crate) fn release(
        self,
        streams: &ChunkStreams,
        release: impl Fn(f64, &mut NoiseStream) -> f32 + Sync,
    ) -> Vec<f32> {
        match self {
            Self::Whole(mut values) => {
                streams.for_each(&mut values, |chunk, stream| {
                    for value in chunk {
                        *value = release(f64::from(*value), stream);
                    }
                });
                values
            }
            Self::Parts(mut values) => {
                streams.for_each(&mut values, |chunk, stream| {
                    for value in chunk {
                        *value = f64::from(release(*value, stream));
                    }
                });
                // Exactly: each is an f32 by now.
                values.into_iter().map(|value| value as f32).collect()
            }
        }
    }
}

fn add(total: &mut [f64], part: impl Iterator<Item = f64>) {
    for (total, part) in total.iter_mut().zip(part) {
        *total += part;
    }
}
