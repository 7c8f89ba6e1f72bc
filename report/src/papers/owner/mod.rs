//! `[export.owner]`: what only people can say of a model.

mod check;

use serde::{Deserialize, Serialize};

/// `[export.owner]`: what the papers that travel with a model say on the word of its owner. All of it is
/// published. A key that is left out is said to be not stated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Owner {
    /// What to call the model; data set and method when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_name: Option<String>,
    /// What the model is, in a sentence or two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Who publishes the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// What kind of organisation that is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation_kind: Option<OrganisationKind>,
    /// Whom to write to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// Who fills in these papers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<String>,
    /// Where the model is described: a page or a paper.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Licence of the model, not that of the data: an identifier such as `apache-2.0`, or a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// Where the licence is, if it has no well-known identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license_url: Option<String>,
    /// How to cite the model, as BibTeX or a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub citation: Option<String>,
    /// Identifiers that the data set has on the Hugging Face Hub.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hub_datasets: Vec<String>,
    /// What the model is for, and for whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intended_use: Option<String>,
    /// What it must not be used for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_of_scope_use: Option<String>,
    /// Where it is known to fail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limitations: Option<String>,
    /// How the model treats groups of people, and how that was examined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bias: Option<String>,
    /// Whom the records are about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_subjects: Option<String>,
    /// How many records a person may have, and so whom the unit of privacy protects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records_per_person: Option<String>,
    /// `true` where no person has more than one record, so that protecting records protects people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub one_record_per_person: Option<bool>,
    /// How the records were collected, and why no fewer would do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_collection: Option<String>,
    /// Whether the records grow over time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_source: Option<DataSource>,
    /// The region that the records are from, or whose law applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The field that the model belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector: Option<Sector>,
    /// When the model is published: `"2026-11-23"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publication_date: Option<String>,
    /// Where the model is in use, and since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployment: Option<String>,
    /// What else was or will be published from the same records, with and without privacy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_releases: Option<String>,
    /// Why this epsilon and delta are small enough for the harm that is to be prevented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epsilon_rationale: Option<String>,
    /// How hyperparameters and preprocessing were chosen, and who paid if private records were looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hyperparameters: Option<String>,
    /// Who is trusted with the records, who is not, and why that holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trust: Option<String>,
    /// Who may read the records and the private files of a run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_control: Option<String>,
    /// How the records are kept safe, stored and while they are computed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security: Option<String>,
    /// Who examined the implementation and the guarantee, and what they found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<String>,
}

/// Kinds of organisations, as the registry of deployments knows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OrganisationKind {
    /// A public authority.
    Government,
    /// A company.
    Industry,
    /// Neither of the two.
    Nonprofit,
}

/// Fields of work, as the registry of deployments knows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sector {
    /// Technology.
    Technology,
    /// Health.
    Healthcare,
    /// Education.
    Education,
    /// Government.
    Government,
    /// Energy.
    Energy,
    /// Finance.
    Finance,
}

/// Whether records are added while the model is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataSource {
    /// No new records come in.
    Static,
    /// New records come in over time.
    Dynamic,
}
