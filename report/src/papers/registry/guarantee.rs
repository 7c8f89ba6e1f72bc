//! Which differential privacy, for whom, and how much.

use crate::papers::escape::inline;
use crate::papers::yaml::{Map, Yaml};
use crate::papers::{Facts, Owner, words};

/// `dp_variant`.
pub(super) fn variant(facts: &Facts, owner: &Owner) -> Map {
    let pure = facts.guarantee().is_some_and(|stated| stated.delta == 0.0);
    let subjects = owner.data_subjects.as_ref();
    let subjects = subjects.map(|subjects| format!(" The records are about: {subjects}"));
    let domain = format!(
        "All sets of labelled records in the format of the data set {}.{}",
        facts.dataset(),
        subjects.unwrap_or_default()
    );
    let public = &facts.privacy.public_data;
    let shown = facts.unprotected();
    let shown = match shown.is_empty() {
        true => {
            "Nothing that was computed from the private records is published without noise.".into()
        }
        false => format!(
            "Without noise are shown, as the data set was declared a public benchmark: {}.",
            shown.join("; ")
        ),
    };
    let unprotected = format!(
        "{shown} Taken as public: records from {} (declared public by {}), names of classes, preprocessing, \
         hyperparameters and the declared number of {}s.",
        public.source, public.declared_by, facts.privacy.unit
    );
    Map::default()
        .with(
            "variant_name",
            if pure { "Pure DP" } else { "Approximate DP" },
        )
        .with("data_domain", inline(&domain))
        .with("unprotected_quantities", inline(&unprotected))
}

/// `privacy_loss`.
pub(super) fn loss(facts: &Facts, owner: &Owner) -> Map {
    let stated = facts.guarantee();
    let epsilon = stated.map(|stated| Yaml::AtMost(stated.epsilon));
    let delta = stated
        .map(|stated| stated.delta)
        .filter(|&delta| delta > 0.0);
    let parameters = Map::default()
        .with_some("epsilon", epsilon)
        .with_some("delta", delta.map(Yaml::Number));
    let mut unit = format!("Adjacent data sets differ in {}.", words::neighbours(facts));
    if let Some(grouped) = facts.unit_in_words() {
        unit.push_str(&format!(" Unit: {grouped}."));
    }
    if let Some(said) = &owner.records_per_person {
        unit.push_str(&format!(
            " Records of a person, by the owner's word: {said}"
        ));
    }
    let mut details = format!(
        "Upper bounds that do not depend on the data, rounded up, by the accountant {}.",
        words::accountant(facts)
    );
    if facts.privacy.by_accountant.len() > 1 {
        let all = words::by_accountant(facts);
        details.push_str(&format!(
            " The same mechanisms by every accountant: epsilon = {all}."
        ));
    }
    Map::default()
        .with("privacy_unit", inline(&facts.privacy.unit))
        .with("privacy_unit_details", inline(&unit))
        .with_some("number_of_privacy_units", facts.origin().declared_size)
        .with("privacy_parameters", parameters)
        .with("privacy_parameters_details", inline(&details))
}
