//! Good runs: what they leave behind is what the contract promises.

mod account;
mod account_pate;
mod audit;
mod baseline;
mod calibrate;
mod danger;
mod distillation;
mod dp_sgd;
mod dp_sgd_options;
mod export;
mod features;
pub(crate) mod ledger;
mod multi_label;
mod options;
mod own_files;
mod pate;
mod pate_mechanisms;
mod plot;
mod predict;
mod quickstart;
mod report;
mod run_directory;
mod selection;
mod serve;
mod stages;
mod sweep;
mod turns;
mod users;

use privet_accountant::{DpEvent, NeighboringRelation, PldAccountant, PrivacyAccountant};
use serde_json::Value;

use crate::folder::Folder;

/// Checks that a run's epsilon is the accountant's for the events that `privacy.json` states, and
/// within `budget`; returns the events.
#[track_caller]
fn accounted(folder: &Folder, relation: NeighboringRelation, budget: f64) -> Value {
    let report = folder.json("run/released/privacy.json");
    let result = &folder.json("run/result.json")["privacy"];
    let event: DpEvent = serde_json::from_value(report["events"].clone()).unwrap();
    let mut accountant = PldAccountant::new(relation);
    accountant.compose(&event, 1).unwrap();
    let delta = result["delta"].as_f64().unwrap();
    let epsilon = accountant.epsilon(delta).unwrap().epsilon;
    assert_eq!(result["epsilon"].as_f64(), Some(epsilon));
    assert!(epsilon <= budget && epsilon > 0.99 * budget, "{epsilon}");
    for (key, value) in [
        ("epsilon", &result["epsilon"]),
        ("delta", &result["delta"]),
        ("neighboring_relation", &result["neighboring"]),
        ("accountant", &result["accountant"]),
        ("noise", &result["noise"]),
        ("unit", &result["unit"]),
    ] {
        assert_eq!(&report[key], value, "{key}");
    }
    assert_eq!(result["neighboring"], relation.to_string());
    assert_eq!(result["noise"], "os-entropy");
    assert_eq!(report["private"], true);
    // What was charged before the release is what the report states.
    let ledger = folder.json("run/ledger.json");
    let reservations = ledger["reservations"].as_array().unwrap();
    assert_eq!(reservations.len(), 1);
    assert_eq!(reservations[0]["event"], report["events"]);
    report["events"].clone()
}
