//! Models as files that others use: written beside a run, compared with what the run recorded.

mod files;
mod ledgers;
mod verify;

pub(crate) use files::{file_name, write};
pub(crate) use verify::{Found, verify};
