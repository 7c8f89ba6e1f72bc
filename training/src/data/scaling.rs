//! How a raw number of an array becomes an input: public constants only.

use serde::{Deserialize, Serialize};

use super::DataError;

/// Clamps a raw number to public bounds, then subtracts `offset` and divides by `divisor`.
///
/// All four are public constants: published for the data set, or chosen by the user without looking
/// at private data.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "UncheckedPixelScaling")]
pub struct PixelScaling {
    minimum: f64,
    maximum: f64,
    offset: f64,
    divisor: f64,
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

    /// The input that a raw number becomes, always finite. (Readers refuse NaN before it comes
    /// here.)
    #[must_use]
    pub fn scale(&self, raw: f64) -> f32 {
        ((raw.max(self.minimum).min(self.maximum) - self.offset) / self.divisor) as f32
    }
}

impl TryFrom<UncheckedPixelScaling> for PixelScaling {
    type Error = DataError;

    fn try_from(unchecked: UncheckedPixelScaling) -> Result<Self, DataError> {
        Self::new(
            unchecked.minimum,
            unchecked.maximum,
            unchecked.offset,
            unchecked.divisor,
        )
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
    fn a_stored_scaling_scales_identically() {
        let scaling = PixelScaling::standardised_bytes(0.1307, 0.3081).unwrap();
        let restored: PixelScaling =
            serde_json::from_str(&serde_json::to_string(&scaling).unwrap()).unwrap();
        assert_eq!(restored, scaling);
    }
}
