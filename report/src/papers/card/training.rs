//! What the model is, and how it was trained.

use crate::papers::escape::{code, inline};
use crate::papers::words::{self, said};
use crate::papers::{Facts, Owner};

/// `## Training Details`.
pub(super) fn section(facts: &Facts, owner: &Owner) -> String {
    let mut text = format!(
        "## Training Details\n\n### Training Data\n\nThe data set {}",
        inline(facts.dataset())
    );
    if let Some(size) = words::declared_size(facts) {
        text.push_str(&format!(", of {} (not as counted)", inline(&size)));
    }
    text.push_str(&format!(
        ".\n\n- **Whom the records are about:** {}\n- **How they were collected:** {}\n- **Taken as public:** {}; \
         declared public by {}\n",
        words::said_in_line(owner.data_subjects.as_ref(), "data_subjects"),
        words::said_in_line(owner.data_collection.as_ref(), "data_collection"),
        inline(&facts.privacy.public_data.source),
        inline(&facts.privacy.public_data.declared_by),
    ));
    if let Some(said) = &owner.records_per_person {
        text.push_str(&format!(
            "- **Records of a person (by the owner's word):** {}\n",
            inline(said)
        ));
    }
    text.push_str(&labels(facts));
    text.push_str(
        "\n### Training Procedure\n\n#### Preprocessing\n\nBy public constants alone, which are in the model \
         file's metadata (`preprocessing`); a raw record becomes an input in the same way when the model is used.\n\n",
    );
    if !facts.privacy.mechanism.is_empty() {
        let title = match facts.is_private() {
            true => "Privacy Mechanism",
            false => "What Was Done to the Records",
        };
        text.push_str(&format!("#### {title}\n\n"));
        text.push_str(&words::list(&facts.privacy.mechanism));
        text.push('\n');
    }
    text.push_str("#### Training Hyperparameters\n\n| key | value |\n|---|---|\n");
    for (key, value) in facts.hyperparameters() {
        text.push_str(&format!("| {} | {} |\n", code(&key), code(&value)));
    }
    text.push_str(&format!(
        "\nHow they were chosen: {}\n\n#### Speeds, Sizes, Times\n\nNot stated: what training takes depends on the \
         private records.\n\n",
        said(owner.hyperparameters.as_ref(), "hyperparameters")
    ));
    text
}

/// What a student learned from; empty of other methods.
fn labels(facts: &Facts) -> String {
    let utility = &facts.result.utility;
    let distilled = utility.distilled.map_or_else(String::new, |distilled| {
        format!(
            "- **What the student learned from:** {} public examples that {} labelled\n",
            distilled.examples,
            distilled.by.as_str()
        )
    });
    let Some(released) = utility.labels_released else {
        return distilled;
    };
    let asked = utility
        .queries
        .map_or_else(String::new, |queries| format!(" of {queries} asked for"));
    let right = utility
        .label_accuracy
        .filter(|_| facts.is_public_benchmark());
    let from = match facts.labels_are_from_elsewhere() {
        true => ", which came from elsewhere with their guarantee",
        false => "",
    };
    let right = right.map(|share| {
        format!(
            "; {} of them equal the public truth",
            crate::numbers::percent(share)
        )
    });
    let own = utility.labels_reinforced.filter(|&count| count > 0);
    let own = own.map(|count| format!("; {count} more that the student gave itself"));
    let heading = match distilled.is_empty() {
        true => "What the student learned from",
        false => "What was released",
    };
    format!(
        "{distilled}- **{heading}:** {released} released labels{asked} of public examples{from}{}{}\n",
        right.unwrap_or_default(),
        own.unwrap_or_default()
    )
}

/// `## Technical Specifications`.
pub(super) fn technical(facts: &Facts) -> String {
    let Some(model) = facts.model() else {
        return String::new();
    };
    let sides: Vec<String> = model.input.iter().map(u64::to_string).collect();
    let mut text = format!(
        "## Technical Specifications\n\n### Model Architecture and Objective\n\nCross-entropy of the softmax of \
         the last layer. One encoded input has the shape {} ({}); the network has {} parameters and these layers:\n\n",
        sides.join(" x "),
        inline(&model.kind),
        model.parameters()
    );
    for (index, layer) in model.layers.iter().enumerate() {
        text.push_str(&format!("{index}. {}\n", code(&layer.to_string())));
    }
    text + "\n"
}

/// What kind of model it is, as plain text.
pub(super) fn kind(facts: &Facts) -> String {
    match facts.model() {
        Some(model) => format!("neural network with {} parameters", model.parameters()),
        None if words::makes_model(facts) => "neural network".into(),
        None => "none: labels of public examples".into(),
    }
}

/// The Hub's name for what the model does; none where its inputs are neither pictures nor rows of a table.
pub(super) fn task(facts: &Facts) -> Option<&'static str> {
    let model = facts.model()?;
    match (model.preprocessing.as_str(), model.kind.as_str()) {
        ("table", _) => Some("tabular-classification"),
        ("pixels", "image") => Some("image-classification"),
        _ => None,
    }
}

/// Where the method was published.
pub(super) fn papers(facts: &Facts) -> Vec<String> {
    let papers: &[&str] = match (facts.method(), facts.setting("aggregator", "mechanism")) {
        ("pate", Some("private-knn" | "multi-label")) => &[PATE, PRIVATE_KNN],
        ("pate", Some("nearest-questions")) => &[PATE, GAUSSIAN],
        ("pate", Some("lnmax")) => &[PATE],
        ("pate", _) => &[PATE, SCALABLE_PATE],
        ("dp-sgd", _) => &[DP_SGD],
        _ => &[],
    };
    papers.iter().map(|&paper| paper.to_owned()).collect()
}

const PATE: &str = "Papernot, Abadi, Erlingsson, Goodfellow and Talwar, \"Semi-supervised Knowledge Transfer for \
     Deep Learning from Private Training Data\" (ICLR 2017), arXiv:1610.05755";

const SCALABLE_PATE: &str = "Papernot, Song, Mironov, Raghunathan, Talwar and Erlingsson, \"Scalable Private \
     Learning with PATE\" (ICLR 2018), arXiv:1802.08908";

const PRIVATE_KNN: &str = "Zhu, Yu, Chandraker and Wang, \"Private-kNN: Practical Differential Privacy for Computer Vision\" (CVPR 2020)";

const GAUSSIAN: &str = "Dwork, Kenthapadi, McSherry, Mironov and Naor, \"Our Data, Ourselves: Privacy via \
     Distributed Noise Generation\" (EUROCRYPT 2006)";

const DP_SGD: &str = "Abadi, Chu, Goodfellow, McMahan, Mironov, Talwar and Zhang, \"Deep Learning with Differential \
     Privacy\" (CCS 2016), arXiv:1607.00133";
