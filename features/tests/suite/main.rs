//! Representations against other programs' values, and what every stage owes to rows and files.

mod data;
mod parts;
mod reference;
mod rows;

use privet_features::Fitting;
use privet_gradients::cpu::CpuEngine;

/// What fitting takes beside rows.
pub(crate) fn fitting(engine: &CpuEngine) -> Fitting<'_> {
    Fitting {
        engine,
        seed: 1,
        progress: &|_, _, _| {},
    }
}
