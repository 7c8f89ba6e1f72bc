//! Models as files that others use: written beside a run, compared with what the run recorded.

mod files;
pub(crate) mod integer;
mod ledgers;
mod papers;
mod recorded;
mod verify;

pub(crate) use files::{FileFormat, Source};
pub(crate) use integer::Examples;
pub(crate) use papers::{note, papers};
pub(crate) use recorded::refuse_changed_model;
pub(crate) use verify::{Found, verify};
