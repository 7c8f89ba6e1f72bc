//! The program as a user meets it: real processes, real files, exit codes, artefacts.
//!
//! One binary, so that the framework is linked once.

mod bad;
mod crash;
mod folder;
mod formats;
mod good;
mod samples;
mod shipped_configs;
