//! Files of a model in several formats.

use anyhow::{Context, Result};
use privet_export::{Format, ModelDescription, to_bytes};
use privet_training::network::Network;

/// What a model's file is called.
pub(crate) fn file_name(format: Format) -> String {
    format!("model.{}", format.extension())
}

/// Hands the bytes of each file to `publish`, all of them made before the first is written.
pub(crate) fn write(
    formats: &[Format],
    network: &Network,
    description: &ModelDescription,
    publish: impl Fn(&str, &[u8]) -> Result<()>,
) -> Result<()> {
    let made = formats.iter().map(|format| {
        let bytes = to_bytes(*format, network, description);
        Ok((*format, bytes.context("the model cannot be exported")?))
    });
    for (format, bytes) in made.collect::<Result<Vec<_>>>()? {
        publish(&file_name(format), &bytes)?;
    }
    Ok(())
}
