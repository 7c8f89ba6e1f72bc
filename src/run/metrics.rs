//! `metrics.jsonl`: one JSON object a line while the run goes on.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::Value;

use super::tensorboard::EventFile;
use crate::run_dir::atomic::{self, Access};

/// The file. It holds only what is public after a mechanism, or measured on public data.
pub(super) struct Metrics {
    path: PathBuf,
    head: Option<Value>,
    file: Option<BufWriter<File>>,
    tensorboard: Option<PathBuf>,
    events: Option<EventFile>,
}

impl Metrics {
    /// A file whose first line is `head`. Nothing is written before the first line: what an
    /// interrupted run had reported stays until its continuation has been paid for.
    pub(super) fn new(path: &Path, head: Option<Value>) -> Self {
        Self {
            path: path.to_path_buf(),
            head,
            file: None,
            tensorboard: None,
            events: None,
        }
    }

    /// Tells TensorBoard the same numbers, in this folder.
    pub(super) fn also_to(&mut self, folder: &Path) {
        self.tensorboard = Some(folder.to_path_buf());
    }

    /// Goes on after a step: lines of later ones are dropped, since they are reported again.
    pub(super) fn go_on_after(&mut self, step: u64) -> Result<()> {
        // What is missing or no text was lost to a crash; nothing depends on it.
        let text = fs::read_to_string(&self.path).unwrap_or_default();
        let step_of = |line: &str| -> Option<u64> {
            let line: Value = serde_json::from_str(line).ok()?;
            line.get("step")?.as_u64()
        };
        let earlier = text
            .lines()
            .filter(|line| step_of(line).is_some_and(|of| of <= step))
            .map(str::to_owned);
        self.start(earlier.collect())
    }

    /// Adds a line. The first one starts the file anew: a run that starts anew repeats what it had
    /// reported.
    pub(super) fn record(&mut self, line: &impl Serialize) -> Result<()> {
        if self.file.is_none() {
            self.start(Vec::new())?;
        }
        if let (Some(folder), None) = (&self.tensorboard, &self.events) {
            self.events = Some(EventFile::start(folder, self.head.is_none())?);
        }
        let line = serde_json::to_value(line).context("writing metrics")?;
        if let Some(events) = &mut self.events {
            events.record(&line)?;
        }
        let file = self.file.as_mut().context("metrics.jsonl is not open")?;
        serde_json::to_writer(&mut *file, &line).context("cannot write metrics.jsonl")?;
        file.write_all(b"\n")
            .and_then(|()| file.flush())
            .context("cannot write metrics.jsonl: is the disk full?")
    }

    /// Makes every line durable.
    pub(super) fn sync(&mut self) -> Result<()> {
        let synced = self.file.as_mut().map(|file| file.get_ref().sync_data());
        synced
            .unwrap_or(Ok(()))
            .context("cannot write metrics.jsonl: is the disk full?")
    }

    fn start(&mut self, earlier: Vec<String>) -> Result<()> {
        let head = self.head.iter().map(Value::to_string);
        let text: String = head.chain(earlier).map(|line| line + "\n").collect();
        atomic::write(&self.path, text.as_bytes(), Access::Shared)?;
        let file = OpenOptions::new().append(true).open(&self.path);
        let file = file.with_context(|| format!("cannot write {}", self.path.display()))?;
        self.file = Some(BufWriter::new(file));
        Ok(())
    }
}
