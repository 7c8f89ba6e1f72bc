//! What is shown costs: of each run, over its course, and of all runs together.

mod bound;
mod growth;
mod people;
mod together;
mod trade_off;

pub use bound::Bound;
pub(crate) use bound::{recomputed, stated};
pub use growth::{Growth, first, growth, never_above_later, sizes};
pub use together::{How, Together, Whole, together};
pub use trade_off::TradeOff;
