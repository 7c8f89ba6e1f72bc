//! What is known before there are weights.

use privet_gradients::network::{Architecture, InputGrid, LayerShape, LayerSpec, Profile};

use crate::error::IntegerError;
use crate::forward::{weights_of_output, window};
use crate::quantise::Settings;
use crate::ranges::check_size;

/// Whether every value fits 128 bits, whatever the weights.
///
/// Weights are bounded by their bits, biases are not: the one assumption is that no bias, with what
/// `public_norm` adds to it, is larger than the largest sum of weighted inputs that its layer allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorstCase {
    /// Every value of every layer fits.
    Fits {
        /// Bits of the largest values at most, their sign included.
        bits: u32,
    },
    /// With the largest weights some value would not. Trained ones are smaller, and an export finds
    /// out: it is refused where they are not small enough.
    MayOverflow {
        /// Bits that the largest values could need, their sign included: more than 128.
        bits: u32,
        /// Position of the first layer that could need more than 128, counted from 1.
        position: usize,
        /// The layer's kind.
        kind: &'static str,
    },
}

/// Whether a network can become whole numbers, before it is trained.
///
/// Where this is no error, [`quantise`](crate::quantise()) refuses only values that may need more than
/// 128 bits (never for [`WorstCase::Fits`] and biases as said there), and trained values that are not
/// finite, or so small that their scale is no ordinary number.
///
/// # Errors
/// What no weights can mend: a network outside of profile `encrypted-inference`, bits out of range, or a
/// network of more than 2^22 values a layer or 2^28 multiplications.
pub fn worst_case(
    architecture: &Architecture,
    grid: InputGrid,
    settings: Settings,
) -> Result<WorstCase, IntegerError> {
    let levels = settings.levels()?;
    Profile::EncryptedInference.check(architecture)?;
    check_size(architecture)?;
    let mut value = Magnitude::of(grid.highest().unsigned_abs());
    let (mut bits, mut first) = (value.bits(), None);
    for (index, shape) in architecture.layers().iter().enumerate() {
        value = value.after(shape, levels.unsigned_abs());
        bits = bits.max(value.bits());
        if value.bits() > i128::BITS && first.is_none() {
            first = Some((index + 1, shape.spec.kind()));
        }
    }
    Ok(match first {
        None => WorstCase::Fits { bits },
        Some((position, kind)) => WorstCase::MayOverflow {
            bits,
            position,
            kind,
        },
    })
}

/// A bound of absolute values.
#[derive(Clone, Copy, Debug)]
struct Magnitude {
    /// The bound, if it fits.
    exact: Option<u128>,
    /// Its logarithm to base 2; what counts where it does not fit, and a bit too many does no harm.
    logarithm: f64,
}

impl Magnitude {
    fn of(value: u64) -> Self {
        Self {
            exact: Some(value.into()),
            logarithm: (value as f64).log2(),
        }
    }

    fn times(self, other: Self) -> Self {
        let exact = self.exact.zip(other.exact);
        Self {
            exact: exact.and_then(|(a, b)| a.checked_mul(b)),
            logarithm: self.logarithm + other.logarithm,
        }
    }

    /// Bound of a layer's outputs from that of its inputs, weights being at most `levels`.
    fn after(self, shape: &LayerShape, levels: u32) -> Self {
        match (&shape.spec, window(shape)) {
            (LayerSpec::Square, _) => self.times(self),
            (LayerSpec::Linear { .. } | LayerSpec::Conv2d { .. }, _) => {
                let sum = self.times(Self::of(levels.into()));
                let sum = sum.times(Self::of(weights_of_output(shape) as u64));
                // As much again for the bias.
                sum.times(Self::of(2))
            }
            (_, Some(([tall, wide], _))) => self.times(Self::of((tall * wide) as u64)),
            // `public_norm` becomes part of its neighbours; the rest changes no number.
            _ => self,
        }
    }

    /// Bits of a two's complement number that holds the bound and its negative.
    fn bits(self) -> u32 {
        match self.exact {
            Some(exact) => u128::BITS - exact.leading_zeros() + 1,
            None => (self.logarithm.floor() as u32).saturating_add(2),
        }
    }
}
