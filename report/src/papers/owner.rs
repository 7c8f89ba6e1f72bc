//! `[export.owner]`: what only people can say of a model.

use serde::{Deserialize, Serialize};

use crate::ReportError;

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

impl Owner {
    /// Checks what the types leave open.
    ///
    /// # Errors
    /// A date that is none, an empty text, and a Hub identifier that cannot be one.
    pub fn validate(&self) -> Result<(), ReportError> {
        if let Some(date) = &self.publication_date
            && !is_date(date)
        {
            return Err(refused(
                "publication_date",
                date,
                "it must be a day written as \"2026-11-23\"",
            ));
        }
        let identifier = |text: &&String| {
            !text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c))
        };
        if let Some(bad) = self.hub_datasets.iter().find(identifier) {
            return Err(refused(
                "hub_datasets",
                bad,
                "an identifier has letters, digits and `/`, `.`, `_`, `-` alone, such as \"ylecun/mnist\"",
            ));
        }
        let texts = self.texts();
        let lists = [
            ("authors", &self.authors),
            ("hub_datasets", &self.hub_datasets),
        ];
        let listed = lists
            .into_iter()
            .flat_map(|(key, list)| list.iter().map(move |text| (key, text)));
        let said = texts
            .into_iter()
            .filter_map(|(key, text)| Some((key, text.as_ref()?)));
        match said.chain(listed).find(|(_, text)| text.trim().is_empty()) {
            Some((key, text)) => Err(refused(
                key,
                text,
                "leave the key out where there is nothing to say",
            )),
            None => Ok(()),
        }
    }

    /// Every text with its key.
    fn texts(&self) -> [(&'static str, &Option<String>); 25] {
        [
            ("model_name", &self.model_name),
            ("description", &self.description),
            ("organisation", &self.organisation),
            ("contact", &self.contact),
            ("url", &self.url),
            ("license", &self.license),
            ("license_url", &self.license_url),
            ("citation", &self.citation),
            ("intended_use", &self.intended_use),
            ("out_of_scope_use", &self.out_of_scope_use),
            ("limitations", &self.limitations),
            ("bias", &self.bias),
            ("data_subjects", &self.data_subjects),
            ("records_per_person", &self.records_per_person),
            ("data_collection", &self.data_collection),
            ("region", &self.region),
            ("publication_date", &self.publication_date),
            ("deployment", &self.deployment),
            ("other_releases", &self.other_releases),
            ("epsilon_rationale", &self.epsilon_rationale),
            ("hyperparameters", &self.hyperparameters),
            ("trust", &self.trust),
            ("access_control", &self.access_control),
            ("security", &self.security),
            ("review", &self.review),
        ]
    }
}

fn refused(key: &'static str, value: &str, why: &'static str) -> ReportError {
    ReportError::Owner {
        key,
        value: value.to_owned(),
        why,
    }
}

/// Whether a text is a day of the Gregorian calendar, written as year, month and day.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else {
        return false;
    };
    let number = |text: &str, digits: usize| {
        let right = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
        right.then(|| text.parse::<u32>().ok()).flatten()
    };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2))
    else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => return false,
    };
    (1..=last).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_exist() {
        for day in ["2026-11-23", "2024-02-29", "2000-02-29"] {
            assert!(is_date(day), "{day}");
        }
        for day in [
            "2026-11-31",
            "2023-02-29",
            "1900-02-29",
            "1/1/2026",
            "2026-1-1",
            "+026-01-01",
            "2026-00-10",
            "",
        ] {
            assert!(!is_date(day), "{day}");
        }
    }

    #[test]
    fn keys_are_checked() {
        let owner = |text: &str| toml::from_str::<Owner>(text).map(|owner| owner.validate());
        assert!(owner("").unwrap().is_ok());
        assert!(
            owner("sector = \"healthcare\"\ndata_source = \"static\"")
                .unwrap()
                .is_ok()
        );
        assert!(owner("organization = \"x\"").is_err());
        for (text, key) in [
            ("publication_date = \"soon\"", "publication_date = \"soon\""),
            ("trust = \" \"", "trust"),
            ("authors = [\"A\", \"\"]", "authors"),
            ("hub_datasets = [\"my data\"]", "ylecun/mnist"),
        ] {
            let error = owner(text).unwrap().unwrap_err().to_string();
            assert!(
                error.contains("[export.owner]") && error.contains(key),
                "{error}"
            );
        }
    }
}
