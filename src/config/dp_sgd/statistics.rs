//! `[dp_sgd] statistics`: moments of the private records.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

/// `statistics = { noise_multiplier = 10.0, clipping_norm = 2.0 }`: before the first step the mean and the
/// deviation of every channel of an image, or feature of a row, over the private records are released with
/// noise, and the network normalises its inputs by them. They are charged.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatisticsTable {
    /// Standard deviation of the noise over `clipping_norm`.
    pub(crate) noise_multiplier: f64,
    /// L2 length to which the channel means and mean squares of each unit, together, are clipped.
    pub(crate) clipping_norm: f64,
}

impl StatisticsTable {
    /// Refuses numbers that no run can honour.
    pub(super) fn check(self) -> Result<()> {
        for (key, value) in [
            ("noise_multiplier", self.noise_multiplier),
            ("clipping_norm", self.clipping_norm),
        ] {
            ensure!(
                value.is_finite() && value > 0.0,
                "[dp_sgd] statistics.{key} = {value}: it must be a finite number above 0"
            );
        }
        Ok(())
    }
}
