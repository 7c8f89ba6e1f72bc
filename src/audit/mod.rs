//! `privet audit`: attacks, and what they show against what is claimed.

mod dp_sgd;
mod pate;
mod report;

use std::path::PathBuf;

use privet_audit::Confidence;

use crate::progress::Progress;

pub(crate) use dp_sgd::{CanaryKind, DpSgdAudit, dp_sgd};
pub(crate) use pate::{AuditedCheck, PateAudit, pate};

/// What all audits are told.
#[derive(Clone, Debug)]
pub(crate) struct AuditOptions {
    /// Of all bounds together.
    pub(crate) confidence: Confidence,
    /// Where the report goes.
    pub(crate) out: Option<PathBuf>,
    /// Print it as JSON.
    pub(crate) json: bool,
    /// How progress is shown.
    pub(crate) progress: Progress,
}
