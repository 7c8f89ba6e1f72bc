//! PATE's private side through the public API of the crate.

mod closed_forms;
mod ensemble;
mod failing_teachers;
mod labelling;
mod neighbours;
mod partition;
mod proofs;
mod resume;
mod support;
mod users;
mod votes;
