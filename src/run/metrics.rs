//! `metrics.jsonl`: one JSON object a line while the run goes on.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

/// The open file. It holds only what is public after a mechanism, or measured on public data.
pub(super) struct Metrics(BufWriter<File>);

impl Metrics {
    /// Starts the file anew: a resumed run repeats what it had reported.
    pub(super) fn create(path: &Path) -> Result<Self> {
        let file =
            File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self(BufWriter::new(file)))
    }

    /// Adds a line.
    pub(super) fn record(&mut self, line: &impl Serialize) -> Result<()> {
        serde_json::to_writer(&mut self.0, line).context("cannot write metrics.jsonl")?;
        self.0
            .write_all(b"\n")
            .and_then(|()| self.0.flush())
            .context("cannot write metrics.jsonl: is the disk full?")
    }
}
