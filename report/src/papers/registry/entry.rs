//! The entry, part by part in the order of the registry's template.

use super::{FILL_IN, guarantee, implementation, product};
use crate::papers::card::slug;
use crate::papers::escape::inline;
use crate::papers::yaml::{Map, Yaml};
use crate::papers::{Facts, Owner, words};

pub(super) fn entry(facts: &Facts, owner: &Owner) -> Map {
    let year = owner
        .publication_date
        .as_ref()
        .and_then(|date| date.split('-').next());
    let name = words::model_name(facts, owner);
    let parts = [Some(name.as_str()), owner.organisation.as_deref(), year];
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    let deployment = Map::default()
        .with("basic", product::basic(facts, owner))
        .with("dp_variant", guarantee::variant(facts, owner))
        .with("privacy_loss", guarantee::loss(facts, owner))
        .with("deployment_model", implementation::model(owner))
        .with(
            "implementation",
            implementation::implementation(facts, owner),
        )
        .with("administrative", administrative(owner, &name));
    Map::default()
        .with("url_slug", slug(&parts.join(" "), '-'))
        .with("deployment", deployment)
}

fn administrative(owner: &Owner, name: &str) -> Map {
    let sources = owner.url.as_ref().map(|url| {
        let source = Map::default()
            .with_some("author", owner.organisation.as_deref().map(inline))
            .with("title", inline(name))
            .with("url", url);
        Map::default().with("owner", Map::default().with("misc", source))
    });
    let authors: Vec<Yaml> = owner
        .authors
        .iter()
        .map(|author| inline(author).into())
        .collect();
    let authors = (!authors.is_empty()).then_some(authors);
    Map::default()
        .with_some("evidence_sources", sources)
        .with("status", "Draft")
        .with_or("registry_authors", authors, vec!["".into()], FILL_IN)
        .with("tier", tier(owner))
}

/// How complete the entry is: 2 with the run's own facts, 3 with the owner's reasons.
fn tier(owner: &Owner) -> u64 {
    let reasons = [
        &owner.trust,
        &owner.hyperparameters,
        &owner.epsilon_rationale,
        &owner.other_releases,
    ];
    match reasons.iter().all(|reason| reason.is_some()) && owner.data_source.is_some() {
        true => 3,
        false => 2,
    }
}
