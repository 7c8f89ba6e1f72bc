//! Run directories as `privet run` leaves them.

use std::fs;
use std::path::{Path, PathBuf};

use privet_accountant::{DpEvent, NeighboringRelation, PldAccountant, PrivacyAccountant};
use privet_report::Runs;
use serde_json::{Value, json};
use tempfile::TempDir;

/// What a run is made from.
#[derive(Clone)]
pub(crate) struct Made {
    pub(crate) method: &'static str,
    pub(crate) dataset: &'static str,
    pub(crate) event: DpEvent,
    pub(crate) relation: NeighboringRelation,
    pub(crate) delta: f64,
    /// That of the events where none is given.
    pub(crate) epsilon: Option<f64>,
    pub(crate) private: bool,
    pub(crate) benchmark: bool,
    pub(crate) accuracy: f64,
    pub(crate) config: &'static str,
}

/// Noisy SGD with Gaussian noise.
pub(crate) fn noisy_sgd(noise: f64, steps: u64) -> Made {
    let step = DpEvent::poisson_sampled(0.05, DpEvent::gaussian(noise).unwrap()).unwrap();
    Made {
        method: "dp-sgd",
        dataset: "clinic",
        event: DpEvent::self_composed(step, steps).unwrap(),
        relation: NeighboringRelation::AddOrRemoveOne,
        delta: 1e-5,
        epsilon: None,
        private: true,
        benchmark: true,
        accuracy: 0.875,
        config: "seed = 1",
    }
}

impl Made {
    /// What its events cost, by the exact accountant.
    pub(crate) fn cost(&self) -> f64 {
        epsilon(&[&self.event], self.relation, self.delta)
    }
}

/// What events cost together, by the exact accountant.
pub(crate) fn epsilon(events: &[&DpEvent], relation: NeighboringRelation, delta: f64) -> f64 {
    let mut accountant = PldAccountant::new(relation);
    for event in events {
        accountant.compose(event, 1).unwrap();
    }
    accountant.epsilon(delta).unwrap().epsilon
}

/// A folder of runs.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a run into `name`.
    pub(crate) fn run(&self, name: &str, made: &Made) -> PathBuf {
        let path = self.path(name);
        let stated = made.epsilon.unwrap_or_else(|| made.cost());
        let baseline = made.method == "baseline";
        let headline = json!({
            "epsilon": stated, "delta": made.delta, "neighboring": made.relation, "unit": "record",
            "accountant": "pld", "conversion": null, "noise": "os-entropy", "private": made.private,
        });
        let result = json!({
            "method": made.method, "dataset": made.dataset, "seed": 1,
            "privacy": if baseline { Value::Null } else { headline },
            "utility": {"test_accuracy": made.accuracy, "test_size": 8, "majority_accuracy": 0.5,
                "baseline_accuracy": null, "labels_released": null, "queries": null,
                "label_accuracy": null},
            "cost": {"wall_seconds": {"total": 77.5, "teachers": null, "aggregation": null,
                "student": null, "training": 70.25, "baseline": null},
                "peak_memory_bytes": 123_400_000, "bytes_released": 800},
        });
        let mut privacy = json!({
            "private": made.private, "method": made.method, "events": made.event, "unit": "record",
            "noise": "os-entropy", "mechanism": ["noise: Gaussian"], "assumptions": ["it is so"],
            "warnings": ["delta is <large>"], "by_accountant": [
                {"accountant": "pld", "delta": made.delta, "epsilon": stated},
                {"accountant": "rdp", "delta": made.delta, "epsilon": "inf"}],
            "public_data": {"source": "nowhere", "declared_by": "nobody"},
        });
        if !baseline {
            privacy["epsilon"] = json!(stated);
            privacy["delta"] = json!(made.delta);
            privacy["neighboring_relation"] = json!(made.relation);
        }
        let evaluation = json!({"public_benchmark": made.benchmark, "confusion":
            {"classes": ["low", "high"], "counts": [[4, 0], [1, 3]]}});
        let gaps = json!({"PRIVATE": "", "teachers": 10, "width": 1, "counts": [0, 1, 2, 7, 0, 0, 0, 0, 0, 0, 3]});
        write(&path, "result.json", &result.to_string());
        write(&path, "released/privacy.json", &privacy.to_string());
        write(
            &path,
            "released/statement.md",
            "# Statement\n\nOf **this** & that.\n",
        );
        write(&path, "evaluation.json", &evaluation.to_string());
        write(&path, "config.resolved.toml", made.config);
        write(&path, "private/vote_gaps.json", &gaps.to_string());
        path
    }

    /// Writes runs and reads them all.
    pub(crate) fn runs(&self, made: &[Made]) -> Runs {
        let name = |index: usize| format!("run-{index}");
        let paths: Vec<PathBuf> = (made.iter().enumerate())
            .map(|(index, made)| self.run(&name(index), made))
            .collect();
        let runs = Runs::read(&paths);
        assert!(runs.left_out.is_empty(), "{:?}", runs.left_out);
        runs
    }
}

pub(crate) fn write(directory: &Path, name: &str, text: &str) {
    let path = directory.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}
