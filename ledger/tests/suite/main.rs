//! Tests of the ledger of all runs.

mod files;
mod life;
mod notices;
mod processes;
mod spending;
mod support;
mod tampering;
