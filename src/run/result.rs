//! `result.json`: its keys are in the crate of reports, which reads what is written here.

pub(super) use privet_report::run::{
    Cost, Distilled, LabelledBy, PrivacyResult, RunResult, SanitizedEpsilon, Seconds, Steps,
    Utility,
};
