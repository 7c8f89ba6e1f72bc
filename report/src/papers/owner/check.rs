//! What the types of `[export.owner]` leave open.

use toml::{Table, Value};

use super::Owner;
use crate::ReportError;

impl Owner {
    /// Checks what the types leave open.
    ///
    /// # Errors
    /// An empty text, a date that is none, an address that is none, and a Hub identifier that cannot be one.
    pub fn validate(&self) -> Result<(), ReportError> {
        // A list of keys by hand would forget the next one.
        let said = Table::try_from(self).unwrap_or_default();
        for (key, value) in &said {
            let texts = match value {
                Value::Array(list) => list.as_slice(),
                one => std::slice::from_ref(one),
            };
            for text in texts.iter().filter_map(Value::as_str) {
                if let Some(why) = objection(key, text) {
                    return Err(ReportError::Owner {
                        key: key.clone(),
                        value: text.to_owned(),
                        why,
                    });
                }
            }
        }
        Ok(())
    }
}

/// Why a text cannot stand at a key.
fn objection(key: &str, text: &str) -> Option<&'static str> {
    if text.trim().is_empty() {
        return Some("leave the key out where there is nothing to say");
    }
    let (right, otherwise) = match key {
        "publication_date" => (is_date(text), "it must be a day written as \"2026-11-23\""),
        "url" | "license_url" => (
            is_address(text),
            "it must be an address that begins with https:// or http://, without blanks",
        ),
        "hub_datasets" => (
            text.chars()
                .all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c)),
            "an identifier has letters, digits and `/`, `.`, `_`, `-` alone, such as \"ylecun/mnist\"",
        ),
        _ => return None,
    };
    (!right).then_some(otherwise)
}

fn is_address(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && rest
                .chars()
                .all(|c| c.is_ascii_graphic() && !"<>\"`\\".contains(c))
    })
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
            ("url = \"javascript:alert(1)\"", "url"),
            ("license_url = \"https://a b\"", "https://"),
        ] {
            let error = owner(text).unwrap().unwrap_err().to_string();
            assert!(
                error.contains("[export.owner]") && error.contains(key),
                "{error}"
            );
        }
    }
}
