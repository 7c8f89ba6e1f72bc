//! How a raw number of an array becomes an input: public constants only.

use serde::{Deserialize, Serialize};

use privet_gradients::network::InputGrid;

use super::DataError;

/// Clamps a raw number to public bounds, then subtracts `offset` and divides by `divisor`, then, if
/// asked, rounds to a grid of levels.
///
/// All are public constants: published for the data set, or chosen by the user without looking
/// at private data.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "UncheckedPixelScaling")]
pub struct PixelScaling {
    minimum: f64,
    maximum: f64,
    offset: f64,
    divisor: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    input_bits: Option<u32>,
    /// The levels of `input_bits` bits.
    #[serde(skip)]
    grid: Option<InputGrid>,
}

/// The same before its numbers are checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedPixelScaling {
    /// The least raw number; smaller ones are clamped to it.
    minimum: f64,
    /// The greatest raw number, above the least; greater ones are clamped to it.
    maximum: f64,
    /// What is subtracted from a clamped number.
    offset: f64,
    /// What the difference is divided by; not 0.
    divisor: f64,
    /// The same as `input_bits` of the whole data.
    #[serde(default)]
    input_bits: Option<u32>,
}

impl PixelScaling {
    /// Clamps to `minimum..=maximum`, then `(value - offset) / divisor`.
    ///
    /// # Errors
    /// When a number is not finite, `minimum` is not below `maximum`, `divisor` is zero, or a
    /// scaled bound overflows.
    pub fn new(minimum: f64, maximum: f64, offset: f64, divisor: f64) -> Result<Self, DataError> {
        let scaling = Self {
            minimum,
            maximum,
            offset,
            divisor,
            input_bits: None,
            grid: None,
        };
        let finite = [minimum, maximum, offset, divisor]
            .iter()
            .all(|number| number.is_finite());
        let in_range = [minimum, maximum]
            .iter()
            .all(|&bound| scaling.scale(bound).is_finite());
        if finite && minimum < maximum && divisor != 0.0 && in_range {
            return Ok(scaling);
        }
        Err(DataError::Option {
            key: "pixel scaling",
            value: format!(
                "{{minimum = {minimum}, maximum = {maximum}, offset = {offset}, divisor = {divisor}}}"
            ),
            problem: "these numbers do not make a scaling".to_owned(),
            remedy: "give finite numbers with minimum < maximum and a divisor other than 0"
                .to_owned(),
        })
    }

    /// Maps `minimum..=maximum` onto `0..=1`.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn unit(minimum: f64, maximum: f64) -> Result<Self, DataError> {
        Self::new(minimum, maximum, minimum, maximum - minimum)
    }

    /// Bytes `0..=255` divided by 255, less `mean`, divided by `deviation`: the published
    /// convention for pictures.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn standardised_bytes(mean: f64, deviation: f64) -> Result<Self, DataError> {
        Self::new(0.0, 255.0, 255.0 * mean, 255.0 * deviation)
    }

    /// The constants: minimum, maximum, offset, divisor.
    #[must_use]
    pub const fn constants(&self) -> [f64; 4] {
        [self.minimum, self.maximum, self.offset, self.divisor]
    }

    /// The same, each scaled number rounded to the nearest level of a public grid of 2 to 8 bits.
    ///
    /// # Errors
    /// When the numbers are not scaled to `0..=1` or `-1..=1`, the bits are out of range, or others
    /// are set.
    pub fn with_input_bits(self, bits: u32) -> Result<Self, DataError> {
        agreed_bits(self.input_bits, bits)?;
        let (low, high) = (
            self.exact(self.minimum) as f32,
            self.exact(self.maximum) as f32,
        );
        let signed = match (low, high) {
            (0.0, 1.0) | (1.0, 0.0) => false,
            (-1.0, 1.0) | (1.0, -1.0) => true,
            _ => {
                return Err(DataError::Option {
                    key: "[data] input_bits",
                    value: bits.to_string(),
                    problem: format!(
                        "the numbers are scaled to {low}..={high}, and the levels are of 0..=1 or \
                         -1..=1"
                    ),
                    remedy:
                        "give `bounds` alone (for bytes bounds = [0, 255]); to standardise, put \
                             a public_norm layer first in the network"
                            .to_owned(),
                });
            }
        };
        Ok(Self {
            input_bits: Some(bits),
            grid: Some(grid_of(bits, signed)?),
            ..self
        })
    }

    /// The levels that inputs are rounded to, if they are.
    #[must_use]
    pub const fn grid(&self) -> Option<InputGrid> {
        self.grid
    }

    /// The input that a raw number becomes, always finite. (Readers refuse NaN before it comes
    /// here.)
    #[must_use]
    pub fn scale(&self, raw: f64) -> f32 {
        let scaled = self.exact(raw);
        match self.grid {
            Some(grid) => grid.round(scaled),
            None => scaled as f32,
        }
    }

    fn exact(&self, raw: f64) -> f64 {
        (raw.max(self.minimum).min(self.maximum) - self.offset) / self.divisor
    }
}

/// The grid of this many bits.
pub(super) fn grid_of(bits: u32, signed: bool) -> Result<InputGrid, DataError> {
    InputGrid::new(bits, signed).ok_or_else(|| DataError::Option {
        key: "[data] input_bits",
        value: bits.to_string(),
        problem: "is out of range".to_owned(),
        remedy: format!(
            "give {} to {}",
            InputGrid::BITS.start(),
            InputGrid::BITS.end()
        ),
    })
}

/// Refuses bits where others were set before.
pub(super) fn agreed_bits(set: Option<u32>, bits: u32) -> Result<(), DataError> {
    match set.filter(|&set| set != bits) {
        None => Ok(()),
        Some(set) => Err(DataError::Option {
            key: "[data] input_bits",
            value: bits.to_string(),
            problem: format!("the encoding itself says {set}"),
            remedy: "keep one of the two".to_owned(),
        }),
    }
}

impl TryFrom<UncheckedPixelScaling> for PixelScaling {
    type Error = DataError;

    fn try_from(unchecked: UncheckedPixelScaling) -> Result<Self, DataError> {
        let scaling = Self::new(
            unchecked.minimum,
            unchecked.maximum,
            unchecked.offset,
            unchecked.divisor,
        )?;
        match unchecked.input_bits {
            Some(bits) => scaling.with_input_bits(bits),
            None => Ok(scaling),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_clamp_and_constants_scale() {
        let unit = PixelScaling::unit(0.0, 16.0).unwrap();
        assert_eq!(
            [-1.0, 0.0, 8.0, 16.0, 99.0].map(|raw| unit.scale(raw)),
            [0.0, 0.0, 0.5, 1.0, 1.0]
        );
        let standardised = PixelScaling::standardised_bytes(0.1307, 0.3081).unwrap();
        assert!((standardised.scale(0.0) + 0.424_213).abs() < 1e-5);
        assert!((standardised.scale(255.0) - 2.821_487).abs() < 1e-5);
    }

    #[test]
    fn impossible_constants_are_refused() {
        for [minimum, maximum, offset, divisor] in [
            [1.0, 1.0, 0.0, 1.0],
            [2.0, 1.0, 0.0, 1.0],
            [0.0, 1.0, 0.0, 0.0],
            [f64::NAN, 1.0, 0.0, 1.0],
            [0.0, f64::INFINITY, 0.0, 1.0],
            [0.0, 1.0, 0.0, 1e-300],
        ] {
            assert!(PixelScaling::new(minimum, maximum, offset, divisor).is_err());
        }
        let error = serde_json::from_str::<PixelScaling>(
            r#"{"minimum":2,"maximum":1,"offset":0,"divisor":1}"#,
        );
        assert!(error.unwrap_err().to_string().contains("minimum < maximum"));
    }

    #[test]
    fn levels_are_rounded_to_and_kept() {
        let scaling = PixelScaling::unit(0.0, 16.0)
            .unwrap()
            .with_input_bits(2)
            .unwrap();
        assert_eq!(
            [0.0, 2.0, 3.0, 8.0, 99.0].map(|raw| scaling.scale(raw)),
            [0.0, 0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0]
        );
        let signed = PixelScaling::new(0.0, 255.0, 127.5, 127.5)
            .unwrap()
            .with_input_bits(2)
            .unwrap();
        assert_eq!(
            [0.0, 60.0, 100.0, 255.0].map(|raw| signed.scale(raw)),
            [-1.0, -1.0, 0.0, 1.0]
        );
        for scaling in [scaling, signed] {
            let text = serde_json::to_string(&scaling).unwrap();
            assert_eq!(
                serde_json::from_str::<PixelScaling>(&text).unwrap(),
                scaling
            );
            assert!(scaling.with_input_bits(2).is_ok());
            assert!(scaling.with_input_bits(3).is_err());
        }
        let old = r#"{"minimum":0.0,"maximum":16.0,"offset":0.0,"divisor":16.0}"#;
        let unrounded = PixelScaling::unit(0.0, 16.0).unwrap();
        assert_eq!(
            serde_json::from_str::<PixelScaling>(old).unwrap(),
            unrounded
        );
        assert_eq!(serde_json::to_string(&unrounded).unwrap(), old);
    }

    #[test]
    fn other_scalings_and_bits_have_no_levels() {
        let standardised = PixelScaling::standardised_bytes(0.1307, 0.3081).unwrap();
        let error = standardised.with_input_bits(4).unwrap_err().to_string();
        assert!(
            error.contains("public_norm") && error.contains("bounds"),
            "{error}"
        );
        for bits in [0, 1, 9, 64] {
            let error = PixelScaling::unit(0.0, 1.0).unwrap().with_input_bits(bits);
            assert!(error.unwrap_err().to_string().contains("2 to 8"));
        }
        let stored = r#"{"minimum":0.0,"maximum":1.0,"offset":0.5,"divisor":1.0,"input_bits":4}"#;
        assert!(serde_json::from_str::<PixelScaling>(stored).is_err());
    }

    #[test]
    fn a_stored_scaling_scales_identically() {
        let scaling = PixelScaling::standardised_bytes(0.1307, 0.3081).unwrap();
        let restored: PixelScaling =
            serde_json::from_str(&serde_json::to_string(&scaling).unwrap()).unwrap();
        assert_eq!(restored, scaling);
    }
}
