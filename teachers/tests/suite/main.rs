//! PATE's private side through the public API of the crate.

mod ensemble;
mod failing_teachers;
mod labelling;
mod neighbours;
mod partition;
mod support;
mod votes;
