//! Reports of runs.
//!
//! [`Runs`] reads run directories; every other part is a pure function of what it has read. A
//! [`Page`](page) of HTML stands alone, without network or framework; [`csv`] is its table; a
//! [`Figure`](figure::Figure) becomes [SVG](svg) and [PNG](mod@png); [`terminal`] compares runs where
//! there is no browser. [`cost`] says what all that is shown costs together. [`papers`] are the documents
//! that travel with one model.
//!
//! What depends on private data without a mechanism (times, votes, membership) is in a page of its
//! own, for the owner of the records, unless the data set was declared a public benchmark.

pub mod cost;
pub mod csv;
mod error;
pub mod figure;
pub mod figures;
mod interval;
pub mod numbers;
pub mod page;
pub mod papers;
pub mod png;
mod repetitions;
pub mod run;
pub mod svg;
pub mod terminal;

pub use error::ReportError;
pub use repetitions::{Repetitions, Tested};
pub use run::{Run, Runs};
