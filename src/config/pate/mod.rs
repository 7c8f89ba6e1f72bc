//! The tables of a PATE experiment: as typed, and what they mean.

mod aggregator;
mod names;
mod questions;
mod sanitize;
mod settings;
mod teachers;

pub(crate) use aggregator::{Aggregation, AggregatorTable, Answering, Check};
pub(crate) use names::{MechanismName, NoiseName, SignName};
pub(crate) use questions::QuestionsTable;
pub(crate) use sanitize::SanitizeTable;
pub(crate) use settings::Pate;
pub(in crate::config) use settings::{pate, student};
pub(crate) use teachers::TeachersTable;
