//! What a mechanism costs, answered without running it: `privet account` and `privet calibrate`.
//!
//! A [`Plan`] says what would be done to the data, a [`Question`] what is asked about it, and a
//! [`Report`] holds the answer of every accountant and prints it, as a table or as JSON.

mod calibrate;
mod cost;
mod digits;
mod dp_sgd;
mod events;
mod exact;
mod pate;
mod plan;
mod plot;
mod question;
mod report;
mod table;

pub(crate) use calibrate::{Accountant, largest_count, largest_probability, smallest_noise};
pub(crate) use dp_sgd::DpSgd;
pub(crate) use events::Events;
pub(crate) use pate::{PateReport, PateScales, Shown, Votes, sanitized_cost};
pub(crate) use plan::Plan;
pub(crate) use plot::PlotFile;
pub(crate) use question::{Asked, Question};
pub(crate) use report::{Calibrated, Report};
