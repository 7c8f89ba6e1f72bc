//! Runs of every kind, as they are in memory when a run ends.

use privet_report::papers::{Facts, FileNote, ModelHeader, Owner};
use privet_report::run::Evaluation;
use serde_json::{Value, json};

/// The contents of a run's files.
#[derive(Clone)]
pub(super) struct Made {
    pub(super) result: Value,
    pub(super) privacy: Value,
    pub(super) evaluation: Value,
    pub(super) config: String,
    pub(super) model: Option<ModelHeader>,
}

impl Made {
    pub(super) fn facts(&self) -> Facts {
        let evaluation: Evaluation = serde_json::from_value(self.evaluation.clone()).unwrap();
        let (config, model) = (self.config.parse().unwrap(), self.model.clone());
        Facts::new(&self.result, &self.privacy, &evaluation, &config, model).unwrap()
    }
}

/// Every kind of run, with its name.
pub(super) fn all() -> Vec<(&'static str, Made)> {
    vec![
        ("pate", pate()),
        ("dp-sgd", dp_sgd()),
        ("users", users()),
        ("sanitised", sanitised()),
        ("selection", selection()),
        ("student", student()),
        ("fixed noise", fixed_noise()),
        ("baseline", baseline()),
    ]
}

/// GNMax on a public benchmark.
pub(super) fn pate() -> Made {
    let event = json!({"kind": "self_composed", "count": 200, "event":
        {"kind": "noisy_max", "changed_votes": 1, "noise": "gaussian", "scale": 74.5}});
    let config = "method = \"pate\"\nseed = 31337\n[data]\nname = \"census\"\n[privacy]\ndelta = 1e-5\n\
                  [teachers]\ncount = 250\nworkers = 2\n[aggregator]\nmechanism = \"gnmax\"\nqueries = 200\n\
                  [student]\nepochs = 60\nnetwork = { preset = \"linear\" }\n";
    let mechanism = [
        "votes: 250 teachers, one ballot each",
        "labels: Gaussian noise of standard deviation 74.5",
    ];
    let mut made = made("pate", &event, &mechanism, config);
    made.result["utility"]["labels_released"] = json!(200);
    made.result["utility"]["queries"] = json!(200);
    made.result["utility"]["label_accuracy"] = json!(0.835);
    made.result["utility"]["baseline_accuracy"] = json!(0.8525);
    made.result["privacy"]["raw_data_dependent_epsilon"] = json!(0.123_456_7);
    made.privacy["origin"] =
        json!({"shared_ledger": false, "votes_from_elsewhere": false, "question_rounds": 1});
    made
}

/// Noisy SGD in floating point on records that are not public.
pub(super) fn dp_sgd() -> Made {
    let event = json!({"kind": "self_composed", "count": 400, "event": {"kind": "poisson_sampled",
        "sampling_probability": 0.05, "event": {"kind": "gaussian", "noise_multiplier": 3.875}}});
    let config = "method = \"dp-sgd\"\nseed = 31337\n[data]\nname = \"clinic\"\ndeclared_size = 26000\n\
                  [data.files]\nprivate = { inputs = \"/secret/records.csv\" }\n[ledger]\npath = \"/secret/ledger\"\n\
                  population = \"secret people\"\n[privacy]\ndelta = 1e-5\n[dp_sgd]\nsteps = 400\n\
                  clipping_norm = 1.0\nphysical_batch = 64\n";
    let mechanism = [
        "clipping: to L2 length 1",
        "noise on each of 400 steps: Gaussian",
    ];
    let mut made = made("dp-sgd", &event, &mechanism, config);
    made.result["dataset"] = json!("clinic");
    made.evaluation["public_benchmark"] = json!(false);
    made.privacy["origin"] = json!({"declared_size": 26000, "shared_ledger": true});
    made
}

/// Exact noisy SGD that protects users, with a description that holds what Markdown and YAML know.
pub(super) fn users() -> Made {
    let mut made = dp_sgd();
    made.config = made
        .config
        .replace("steps = 400", "steps = 400\narithmetic = \"exact\"");
    made.result["privacy"]["unit"] = json!("user");
    made.privacy["unit"] = json!("user");
    made.privacy["mechanism"] =
        json!(["unit: a user is all records with one value in the column `id|<b>`"]);
    made.result["dataset"] = json!("own *data* \"x\": # <b>\n---");
    made.evaluation["confusion"]["classes"] = json!(["no|<b>", "`yes`"]);
    made
}

/// A number beside the labels that depends on the votes.
pub(super) fn sanitised() -> Made {
    let mut made = pate();
    let number = json!({"epsilon": 0.75, "delta": 1e-6, "failure_probability": 1e-3, "order": 8.0,
        "smoothness": 0.025, "noise_multiplier": 5.0});
    made.result["privacy"]["sanitized"] = number.clone();
    made.privacy["sanitized"] = number;
    made
}

/// The best of a few settings by a noisy score.
pub(super) fn selection() -> Made {
    let mut made = dp_sgd();
    let event = json!({"kind": "repeat_and_select", "event": made.privacy["events"], "mean": 8.0, "shape": "inf"});
    made.privacy["events"] = json!({"kind": "composed", "events": [event]});
    made
}

/// A student of labels that somebody else released, whose author guesses how.
pub(super) fn student() -> Made {
    let mut made = pate();
    made.config = made
        .config
        .replace(
            "[teachers]",
            "declared_size_guess = 1\n[teachers]\nchanged_votes = 1",
        )
        .replace(
            "[data]",
            "[ledger]\npath = \"/secret/x\"\n[data]\ndeclared_size = 77777",
        );
    made.result["utility"]["queries"] = Value::Null;
    made.privacy["origin"] = json!({"declared_size": 5000, "shared_ledger": true, "votes_from_elsewhere": true, "question_rounds": 3});
    made
}

/// Noise that can be predicted.
pub(super) fn fixed_noise() -> Made {
    let mut made = pate();
    made.config += "[unused]\n";
    made.config = made.config.replace(
        "delta = 1e-5",
        "delta = 1e-5\ndanger_fixed_noise_seed = 31337",
    );
    made.result["privacy"]["private"] = json!(false);
    made.privacy["private"] = json!(false);
    made
}

/// No privacy at all.
pub(super) fn baseline() -> Made {
    let config =
        "method = \"baseline\"\nseed = 31337\n[data]\nname = \"census\"\n[baseline]\nepochs = 2\n";
    let mut made = made("baseline", &json!({"kind": "non_private"}), &[], config);
    made.result["privacy"] = Value::Null;
    made.privacy["private"] = json!(false);
    for key in ["epsilon", "delta", "neighboring_relation"] {
        made.privacy[key] = Value::Null;
    }
    made
}

fn made(method: &str, event: &Value, mechanism: &[&str], config: &str) -> Made {
    Made {
        result: json!({
            "method": method, "dataset": "census", "seed": 31337,
            "privacy": {"epsilon": 0.999_95, "delta": 1e-5, "neighboring": "add-or-remove-one", "unit": "record",
                "accountant": "pld", "conversion": null, "noise": "os-entropy", "private": true},
            "utility": {"test_accuracy": 0.825, "test_size": 400, "majority_accuracy": 0.75,
                "baseline_accuracy": null, "labels_released": null, "queries": null, "label_accuracy": null},
            "cost": {"wall_seconds": {"total": 8642.25, "teachers": 8642.5, "aggregation": 8642.75,
                "student": null, "training": null, "baseline": null},
                "peak_memory_bytes": 86_421_357, "bytes_released": 86_424},
        }),
        privacy: json!({
            "private": true, "method": method, "epsilon": 0.999_95, "delta": 1e-5,
            "neighboring_relation": "add-or-remove-one", "unit": "record", "noise": "os-entropy",
            "mechanism": mechanism, "assumptions": ["the records are as they are"], "warnings": [],
            "events": event, "by_accountant": [{"accountant": "pld", "delta": 1e-5, "epsilon": 0.999_95},
                {"accountant": "rdp", "conversion": "mironov-2017", "delta": 1e-5, "epsilon": 1.322_16}],
            "public_data": {"source": "https://example.org/a_b", "declared_by": "the office"},
        }),
        evaluation: json!({"public_benchmark": true, "attribution": "A. & B. (licence: CC BY 4.0)", "confusion":
            {"classes": ["<=50K", ">50K"], "counts": [[290, 10], [60, 40]]}}),
        config: config.into(),
        model: ModelHeader::of_safetensors(&model()),
    }
}

/// A file of a model whose layers all have a counterpart in PyTorch.
fn model() -> Vec<u8> {
    let entry = json!({"input": {"kind": "flat", "features": 3}, "layers": [{"kind": "linear", "outputs": 4},
        {"kind": "tanh"}, {"kind": "linear", "outputs": 2}], "preprocessing": {"kind": "table"}});
    let header = json!({"__metadata__": {"privet": entry.to_string()},
        "layers.0.weight": {"shape": [4, 3]}, "layers.0.bias": {"shape": [4]},
        "layers.2.weight": {"shape": [2, 4]}, "layers.2.bias": {"shape": [2]}});
    let header = header.to_string().into_bytes();
    [&(header.len() as u64).to_le_bytes()[..], &header].concat()
}

/// One file of each format.
pub(super) fn files() -> Vec<FileNote> {
    let formats = ["safetensors", "onnx", "burnpack"];
    let note = |format: &str| FileNote {
        name: format!("model.{format}"),
        format: format.into(),
        bytes: 1234,
    };
    formats.map(note).to_vec()
}

/// An owner who says everything.
pub(super) fn talkative() -> Owner {
    toml::from_str(
        "model_name = \"M\"\ndescription = \"D.\"\norganisation = \"O\"\norganisation_kind = \"nonprofit\"\n\
         contact = \"c@example.org\"\nauthors = [\"A\", \"B\"]\nurl = \"https://example.org\"\nlicense = \"MIT\"\n\
         citation = \"Cite.\"\nhub_datasets = [\"a/b\"]\nintended_use = \"Use.\"\nout_of_scope_use = \"No use.\"\n\
         limitations = \"L.\"\nbias = \"Bias.\"\ndata_subjects = \"People.\"\nrecords_per_person = \"One.\"\n\
         one_record_per_person = true\n\
         data_collection = \"Asked.\"\ndata_source = \"static\"\nregion = \"R\"\nsector = \"healthcare\"\n\
         publication_date = \"2026-11-23\"\ndeployment = \"None.\"\nother_releases = \"None.\"\n\
         epsilon_rationale = \"Why.\"\nhyperparameters = \"Public data.\"\ntrust = \"Us.\"\n\
         access_control = \"Two.\"\nsecurity = \"Safe.\"\nreview = \"Reviewed.\"\n",
    )
    .unwrap()
}
