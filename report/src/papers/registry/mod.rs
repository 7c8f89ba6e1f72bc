//! `registry_entry.yaml`: an entry for the public registry of deployments of differential privacy.
//!
//! Files and rules are those of the repository `opendp/deployments-registry-data`
//! (`schemas/deployments-schema.yaml` as of commit 057e5d8), whose fields go back to Ghazi, Nanayakkara and
//! Vadhan (arXiv:2509.13509). Keys that it requires and nobody filled are empty where its schema allows
//! that, else null, which its check refuses: an entry cannot be sent in by mistake before a person has
//! completed it. Other keys that nobody can fill are left out.

mod entry;
mod guarantee;
mod implementation;
mod product;

use super::{Facts, Owner, words};

/// The entry of a run; comments alone for one that is not private, which is no deployment.
#[must_use]
pub fn registry_entry(facts: &Facts, owner: &Owner) -> String {
    if let Some(why) = words::not_private(facts) {
        return format!("# NOT PRIVATE. There is nothing to register.\n# {why}\n");
    }
    let missing = missing(owner);
    let mut text = String::from(INTRODUCTION);
    if !missing.is_empty() {
        text.push_str("#\n# A person has to fill in, here or in [export.owner]:\n");
        for (key, place) in missing {
            text.push_str(&format!("#   {key}: {place}\n"));
        }
    }
    text.push('\n');
    text.push_str(&entry::entry(facts, owner).text());
    text
}

// The registry shows every text as Markdown, so every text of people is escaped for it.

/// What stands beside a required key that nobody filled.
const FILL_IN: &str = "required: fill in";

const INTRODUCTION: &str = "\
# An entry for the registry of differential privacy deployments, made by privet from what a run did.
# Format: opendp/deployments-registry-data, schemas/deployments-schema.yaml as of commit 057e5d8.
# Read it before you send it in: texts about the deployment are the owner's, the rest is the run's.
";

/// Keys of `[export.owner]` that are not said, and where in the entry they belong.
fn missing(owner: &Owner) -> Vec<(&'static str, &'static str)> {
    let said = |text: &Option<String>| text.is_some();
    [
        (
            said(&owner.organisation),
            "organisation",
            "basic.data_curators (required)",
        ),
        (
            owner.organisation_kind.is_some(),
            "organisation_kind",
            "basic.data_curators (required)",
        ),
        (
            said(&owner.intended_use),
            "intended_use",
            "basic.intended_use (required)",
        ),
        (
            said(&owner.region),
            "region",
            "basic.data_product_region (required)",
        ),
        (
            said(&owner.publication_date),
            "publication_date",
            "basic.publication_date (required)",
        ),
        (
            !owner.authors.is_empty(),
            "authors",
            "administrative.registry_authors (required)",
        ),
        (
            owner.sector.is_some(),
            "sector",
            "basic.data_product_sector",
        ),
        (
            said(&owner.trust),
            "trust",
            "deployment_model.trust_assumptions",
        ),
        (
            said(&owner.other_releases),
            "other_releases",
            "deployment_model.release_type_details",
        ),
        (
            owner.data_source.is_some(),
            "data_source",
            "deployment_model.data_source_type",
        ),
        (
            said(&owner.hyperparameters),
            "hyperparameters",
            "implementation.preprocessing_and_hyperparameter_tuning",
        ),
        (
            said(&owner.epsilon_rationale),
            "epsilon_rationale",
            "implementation.justification",
        ),
        (said(&owner.url), "url", "administrative.evidence_sources"),
    ]
    .into_iter()
    .filter(|(said, ..)| !said)
    .map(|(_, key, place)| (key, place))
    .collect()
}
