//! What a run recorded of the files that it released, against the files.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use privet_report::run::RunResult;
use serde_json::Value;

use super::verify::{Check, parse};
use crate::digest;

/// Refuses a run whose model is not the one that it released: whatever is made of it would carry the
/// run's guarantee.
pub(crate) fn refuse_changed_model(root: &Path, model: &Path) -> Result<()> {
    let result: RunResult = parse(&root.join("result.json"))?;
    let name = model.file_name().unwrap_or_default().to_string_lossy();
    let Some(stated) = result.released.get(name.as_ref()) else {
        return Ok(());
    };
    let bytes = fs::read(model).with_context(|| format!("cannot read {}", model.display()))?;
    ensure!(
        digest::of_bytes(&bytes) == *stated,
        "{} was changed after the run, which guarantees nothing for it: take the file from a backup, \
         or run again",
        model.display()
    );
    Ok(())
}

/// Whether nothing was changed since the run ended: the digests and the headline that it recorded in
/// `result.json`.
pub(super) fn check(privacy: &Value, root: &Path) -> Result<Check> {
    let what = "the released files are those that the run recorded";
    let result: RunResult = parse(&root.join("result.json"))?;
    let headline = result.privacy.filter(|stated| stated.private);
    let same = match (&headline, privacy["private"] == true) {
        (Some(stated), true) => {
            privacy["epsilon"] == stated.epsilon
                && privacy["delta"] == stated.delta
                && privacy["unit"] == stated.unit
                && privacy["neighboring_relation"] == stated.neighboring
        }
        (stated, private) => stated.is_none() && !private,
    };
    if !same {
        let said = "result.json states another guarantee than released/privacy.json";
        return Ok(Check::new(what, Err(said.into())));
    }
    if result.released.is_empty() {
        return Ok(Check::none(
            what,
            "a run of an earlier version recorded none",
        ));
    }
    let unchanged = |(name, stated): (&String, &String)| {
        let path = root.join("released").join(name);
        match fs::read(&path) {
            Ok(bytes) if digest::of_bytes(&bytes) == *stated => Ok(()),
            Ok(_) => Err(format!("{} was changed after the run", path.display())),
            // Labels may have been handed on.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(format!("{}: {error}", path.display())),
        }
    };
    let all: Result<(), String> = result.released.iter().try_for_each(unchanged);
    let count = result.released.len();
    Ok(Check::new(what, all.map(|()| format!("{count} files"))))
}
