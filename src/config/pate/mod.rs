//! The tables of a PATE experiment: as typed, and what they mean.

mod aggregator;
mod questions;
mod sanitize;
mod teachers;

pub(crate) use aggregator::{Aggregation, AggregatorTable, Answering};
pub(crate) use questions::QuestionsTable;
pub(crate) use sanitize::SanitizeTable;
pub(crate) use teachers::TeachersTable;
