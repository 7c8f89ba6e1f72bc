//! Learning on flat vectors, whatever engine computes the gradients.
//!
//! - [`seed`]: the experiment's seed, a stream for each purpose;
//! - [`augment`]: random changes of images and of tables;
//! - [`optimizer`]: SGD and Adam, schedules, averages;
//! - [`rows`]: the rows of one batch side by side;
//! - [`initial`]: initial parameters;
//! - [`plain`]: training without privacy (teachers, students, baselines);
//! - [`encoder`]: training without labels, on public images.
//!
//! Noisy SGD, data sets and the Burn engine are in `privet-training`, which shows these modules as
//! its own.

pub mod augment;
pub mod encoder;
pub mod initial;
pub mod optimizer;
pub mod plain;
pub mod rows;
pub mod seed;
