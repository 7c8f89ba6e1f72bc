//! What is published, and by whom.

use super::FILL_IN;
use crate::papers::escape::{inline, paragraphs};
use crate::papers::owner::{OrganisationKind, Sector};
use crate::papers::yaml::{Map, Yaml};
use crate::papers::{Facts, Owner, words};

/// `basic`.
pub(super) fn basic(facts: &Facts, owner: &Owner) -> Map {
    let said = |text: &Option<String>| text.as_deref().map(paragraphs);
    let kind = owner.organisation_kind.map(|kind| match kind {
        OrganisationKind::Government => "Government",
        OrganisationKind::Industry => "Industry",
        OrganisationKind::Nonprofit => "Nonprofit",
    });
    let kinds = "required: Government, Industry or Nonprofit";
    let curator = Map::default()
        .with_or("data_curator_name", said(&owner.organisation), "", FILL_IN)
        .with_or("data_curator_type", kind, Yaml::Null, kinds);
    let sector = owner.sector.map(|sector| match sector {
        Sector::Technology => "Technology",
        Sector::Healthcare => "Healthcare",
        Sector::Education => "Education",
        Sector::Government => "Government",
        Sector::Energy => "Energy",
        Sector::Finance => "Finance",
    });
    let product = match words::makes_model(facts) {
        true => "Machine learning model",
        false => "Dataset",
    };
    let description = said(&owner.description).unwrap_or_else(|| inline(&words::summary(facts)));
    let (date, day) = (
        owner.publication_date.as_ref(),
        "required: a day such as '2026-11-23'",
    );
    Map::default()
        .with("name", inline(&words::model_name(facts, owner)))
        .with("data_curators", vec![curator.into()])
        .with("description", description)
        .with_or("intended_use", said(&owner.intended_use), "", FILL_IN)
        .with("data_product_type", product)
        .with_or("data_product_region", said(&owner.region), "", FILL_IN)
        .with_some("data_product_sector", sector)
        .with_or("publication_date", date, Yaml::Null, day)
}
