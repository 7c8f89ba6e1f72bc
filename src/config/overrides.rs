//! `--set key=value`: any key of the config, from the command line.

use anyhow::{Result, bail};
use toml::{Table, Value};

/// Writes `value` (TOML, or a bare word for a string) at a dotted `key`, making tables on the way.
pub(crate) fn apply(table: &mut Table, assignment: &str) -> Result<()> {
    let Some((key, text)) = assignment.split_once('=') else {
        bail!(
            "--set {assignment}: there is no `=`: write --set key=value, for example \
             --set privacy.epsilon=2.0"
        );
    };
    let mut parts: Vec<&str> = key.split('.').map(str::trim).collect();
    if parts.iter().any(|part| part.is_empty()) {
        bail!("--set {assignment}: `{key}` is not a key: write for example teachers.count");
    }
    let last = parts.pop().unwrap_or_default();
    let mut place = table;
    for part in parts {
        let entry = place
            .entry(part.to_string())
            .or_insert_with(|| Value::Table(Table::new()));
        place = match entry {
            Value::Table(inner) => inner,
            _ => bail!("--set {assignment}: `{part}` is a value, not a table"),
        };
    }
    place.insert(last.to_string(), value(text.trim()));
    Ok(())
}

fn value(text: &str) -> Value {
    // The value alone is no TOML document; a bare word that is no TOML value is meant as a string.
    let document = format!("value = {text}");
    match document.parse::<Table>() {
        Ok(mut table) if table.len() == 1 => table
            .remove("value")
            .unwrap_or_else(|| Value::String(text.to_string())),
        _ => Value::String(text.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(assignment: &str) -> Table {
        let mut table: Table = "[privacy]\ndelta = 1e-5\n".parse().unwrap();
        apply(&mut table, assignment).unwrap();
        table
    }

    #[test]
    fn values_are_toml_or_bare_words() {
        assert_eq!(
            set("privacy.epsilon=2.5")["privacy"]["epsilon"].as_float(),
            Some(2.5)
        );
        assert_eq!(set("seed=3")["seed"].as_integer(), Some(3));
        assert_eq!(set("method=pate")["method"].as_str(), Some("pate"));
        assert_eq!(set("method=\"pate\"")["method"].as_str(), Some("pate"));
        let inline = set("teachers.network={preset=\"cnn\"}");
        assert_eq!(
            inline["teachers"]["network"]["preset"].as_str(),
            Some("cnn")
        );
    }

    #[test]
    fn malformed_assignments_are_refused() {
        for bad in ["seed", "=3", "a..b=1", "privacy.delta.x=1"] {
            let mut table: Table = "[privacy]\ndelta = 1e-5\n".parse().unwrap();
            assert!(apply(&mut table, bad).is_err(), "{bad}");
        }
    }
}
