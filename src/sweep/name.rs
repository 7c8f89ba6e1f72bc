//! Names of points that are names of directories.

use sha2::{Digest, Sha256};
use toml::Value;

use crate::digest::hex;

/// Longest name that is kept whole.
const LONGEST: usize = 120;

/// A title and settings as the name of a directory. Where something had to be left out, digits tell
/// it from other names.
pub(super) fn of<'a>(title: &str, settings: impl Iterator<Item = &'a (String, Value)>) -> String {
    let mut whole = title.to_owned();
    for (key, value) in settings {
        let value = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        whole.push_str(&format!(",{key}={value}"));
    }
    let usual = |letter: char| letter.is_ascii_alphanumeric() || "._=,+-".contains(letter);
    let name: String = whole
        .chars()
        .map(|letter| if usual(letter) { letter } else { '_' })
        .take(LONGEST)
        .collect();
    // A directory that begins with a dot is hidden, and some are not directories of their own.
    match name == whole && !name.starts_with(['.', '-']) && !name.is_empty() {
        true => name,
        false => {
            let digits = hex(&Sha256::digest(&whole));
            let name = match name.trim_start_matches(['.', '-']) {
                "" => "point",
                name => name,
            };
            format!("{name}-{}", &digits[..8])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(title: &str, value: Value) -> String {
        of(title, [("key".to_owned(), value)].iter())
    }

    #[test]
    fn usual_names_are_kept_and_others_told_apart() {
        assert_eq!(name("a", Value::Float(0.5)), "a,key=0.5");
        assert_eq!(name("a", Value::String("gnmax".into())), "a,key=gnmax");
        let slash = name("a", Value::String("x/y".into()));
        let colon = name("a", Value::String("x:y".into()));
        assert!(slash.starts_with("a,key=x_y-"), "{slash}");
        assert_ne!(slash, colon);
        let long = |end: &str| name("a", Value::String("x".repeat(200) + end));
        assert_ne!(long("1"), long("2"));
        assert!(long("1").len() <= LONGEST + 9);
        assert!(of("..", [].iter()).starts_with("point-"));
    }
}
