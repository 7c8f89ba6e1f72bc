//! `model_card.md`: what the model is, for whoever uses it, by the conventions of the Hugging Face Hub.
//!
//! YAML between two lines of dashes, for machines; then the sections of the Hub's template for model
//! cards, and the guarantee.

mod evaluation;
mod front_matter;
mod guarantee;
mod pytorch;
mod start;
mod training;

pub(super) use evaluation::{accuracy_interval, extremes};
pub(super) use front_matter::slug;

use super::escape::{code, code_block, inline, link, paragraphs};
use super::words::{self, said, said_in_line};
use super::{Facts, Owner};
use crate::numbers::bytes;

/// A file that is published with the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileNote {
    /// Its name, without folders.
    pub name: String,
    /// What it is: `safetensors`, `onnx`, `burnpack`, or another word.
    pub format: String,
    /// Its size.
    pub bytes: u64,
}

/// The card of a model and the files that it comes with.
#[must_use]
pub fn model_card(facts: &Facts, owner: &Owner, files: &[FileNote]) -> String {
    let parts = [
        front_matter::front_matter(facts, owner, files),
        opening(facts, owner),
        details(facts, owner, files),
        uses(owner),
        risks(facts, owner),
        start::section(facts, files),
        training::section(facts, owner),
        evaluation::section(facts),
        guarantee::section(facts),
        training::technical(facts),
        citation(facts, owner),
        contact(owner),
    ];
    parts.concat()
}

fn opening(facts: &Facts, owner: &Owner) -> String {
    let description = owner.description.as_ref();
    let description = description.map(|text| paragraphs(text) + "\n\n");
    format!(
        "# Model Card for {}\n\n{}{}\n\n{}",
        inline(&words::model_name(facts, owner)),
        words::banner(facts),
        inline(&words::summary(facts)),
        description.unwrap_or_default()
    )
}

fn details(facts: &Facts, owner: &Owner, files: &[FileNote]) -> String {
    let mut text = String::from("## Model Details\n\n### Model Description\n\n");
    for (what, value) in [
        (
            "Developed by",
            said_in_line(owner.organisation.as_ref(), "organisation"),
        ),
        ("Model type", inline(&training::kind(facts))),
        ("License", said_in_line(owner.license.as_ref(), "license")),
        (
            "Published",
            said_in_line(owner.publication_date.as_ref(), "publication_date"),
        ),
        (
            "Deployment",
            said_in_line(owner.deployment.as_ref(), "deployment"),
        ),
        ("Made with", format!("privet {}", words::VERSION)),
    ] {
        text.push_str(&format!("- **{what}:** {value}\n"));
    }
    let source = owner.url.as_ref();
    let source = source.map_or_else(|| words::missing("url"), |url| link(url));
    text.push_str(&format!("\n### Model Sources\n\n- **Page:** {source}\n\n"));
    if !files.is_empty() {
        text.push_str("### Files\n\n| file | format | size |\n|---|---|---|\n");
        for file in files {
            let (name, format) = (code(&file.name), inline(&file.format));
            text.push_str(&format!("| {name} | {format} | {} |\n", bytes(file.bytes)));
        }
        text.push('\n');
    }
    text
}

fn uses(owner: &Owner) -> String {
    format!(
        "## Uses\n\n### Direct Use\n\n{}\n\n### Out-of-Scope Use\n\n{}\n\n",
        said(owner.intended_use.as_ref(), "intended_use"),
        said(owner.out_of_scope_use.as_ref(), "out_of_scope_use")
    )
}

fn risks(facts: &Facts, owner: &Owner) -> String {
    let group = match facts.confusion() {
        Some(_) => {
            "How often each class is recognised is under Evaluation; how the model treats groups of people \
             is not measured by the program."
        }
        None => "How the model treats groups of people is not measured by the program.",
    };
    let noise = match facts.is_private() {
        true => {
            " Noise and clipping cost accuracy, and rare groups more of it than others; another run with \
             the same settings gives another model."
        }
        false => "",
    };
    let bounds = match facts.is_private() {
        true => format!(
            "Differential privacy bounds what the files tell about a single {}; it does not make their conclusions \
             right, nor prevent conclusions about people that hold without their records.",
            inline(&facts.privacy.unit)
        ),
        false => "Nothing bounds what the files tell about a record.".into(),
    };
    format!(
        "## Bias, Risks, and Limitations\n\n{}\n\n{}\n\n{group}{noise}\n\n### Recommendations\n\n\
         Measure the model on records of those whom it will meet before relying on it. {bounds}\n\n",
        said(owner.limitations.as_ref(), "limitations"),
        said(owner.bias.as_ref(), "bias"),
    )
}

fn citation(facts: &Facts, owner: &Owner) -> String {
    let own = match &owner.citation {
        Some(text) if text.trim_start().starts_with('@') => code_block("bibtex", text),
        text => said(text.as_ref(), "citation") + "\n",
    };
    let mut text = format!("## Citation\n\n{own}\n");
    let papers = training::papers(facts);
    if !papers.is_empty() {
        text.push_str(&format!(
            "The method is that of\n\n{}\n",
            words::list(&papers)
        ));
    }
    let credit = &facts.evaluation.attribution;
    if !credit.is_empty() {
        text.push_str(&format!("## Attribution\n\n{}\n\n", inline(credit)));
    }
    text
}

fn contact(owner: &Owner) -> String {
    let authors = match owner.authors.is_empty() {
        true => words::missing("authors"),
        false => inline(&owner.authors.join(", ")),
    };
    format!(
        "## Model Card Authors\n\n{authors}\n\n## Model Card Contact\n\n{}\n",
        said_in_line(owner.contact.as_ref(), "contact")
    )
}
