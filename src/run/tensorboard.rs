//! `--tensorboard`: the numbers of `metrics.jsonl` as a TensorBoard event file.
//!
//! The file is a row of records, each framed as TensorFlow's TFRecord (length, checksum of the length,
//! bytes, checksum of the bytes; checksums are CRC-32C, rotated and shifted), each record an `Event`
//! of protocol buffers with a step and scalars.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use serde_json::Value;

/// An event file that grows.
pub(super) struct EventFile {
    file: File,
    prefix: &'static str,
}

impl EventFile {
    /// Starts a file in this folder. TensorBoard reads all files of a folder as one run; where steps
    /// are told twice, the later file stands.
    pub(super) fn start(folder: &Path, private: bool) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let now = now();
        let name = format!(
            "events.out.tfevents.{:010}.{:09}.privet",
            now as u64,
            (now.fract() * 1e9) as u64
        );
        let path = folder.join(name);
        let file = File::create_new(&path);
        let file = file.with_context(|| format!("cannot write {}", path.display()))?;
        let prefix = if private { "" } else { "NOT PRIVATE/" };
        let mut events = Self { file, prefix };
        let mut version = wall_time(now);
        bytes_field(&mut version, 3, b"brain.Event:2");
        events.write(&version)?;
        Ok(events)
    }

    /// Tells every number of a line of metrics, at its step or epoch.
    pub(super) fn record(&mut self, line: &Value) -> Result<()> {
        let scalars = scalars(line);
        if scalars.is_empty() {
            return Ok(());
        }
        let step = ["step", "epoch"].iter().find_map(|key| line[*key].as_u64());
        let mut event = wall_time(now());
        varint(&mut event, 2 << 3);
        varint(&mut event, step.unwrap_or_default());
        let mut summary = Vec::new();
        for (tag, value) in scalars {
            let mut scalar = Vec::new();
            bytes_field(&mut scalar, 1, format!("{}{tag}", self.prefix).as_bytes());
            // Field 2, four bytes.
            varint(&mut scalar, (2 << 3) | 5);
            scalar.extend((value as f32).to_le_bytes());
            bytes_field(&mut summary, 1, &scalar);
        }
        bytes_field(&mut event, 5, &summary);
        self.write(&event)
    }

    fn write(&mut self, record: &[u8]) -> Result<()> {
        let written = self.file.write_all(&framed(record));
        written.context("cannot write the TensorBoard events: is the disk full?")
    }
}

/// Numbers with their names, the phase first.
fn scalars(line: &Value) -> Vec<(String, f64)> {
    let phase = line["phase"].as_str().unwrap_or("run");
    let fields = line.as_object().into_iter().flatten();
    let numbers = fields.filter_map(|(key, value)| Some((key, value.as_f64()?)));
    numbers
        .filter(|(key, _)| !matches!(key.as_str(), "step" | "epoch"))
        .map(|(key, value)| (format!("{phase}/{key}"), value))
        .collect()
}

/// Seconds since 1970.
fn now() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map(|time| time.as_secs_f64()).unwrap_or_default()
}

/// Field 1 of an event, eight bytes.
fn wall_time(seconds: f64) -> Vec<u8> {
    let mut event = vec![(1 << 3) | 1];
    event.extend(seconds.to_le_bytes());
    event
}

fn bytes_field(message: &mut Vec<u8>, number: u64, bytes: &[u8]) {
    varint(message, (number << 3) | 2);
    varint(message, bytes.len() as u64);
    message.extend(bytes);
}

fn varint(message: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        message.push(value as u8 | 0x80);
        value >>= 7;
    }
    message.push(value as u8);
}

fn framed(record: &[u8]) -> Vec<u8> {
    let length = (record.len() as u64).to_le_bytes();
    let mut bytes = length.to_vec();
    bytes.extend(masked(&length).to_le_bytes());
    bytes.extend(record);
    bytes.extend(masked(record).to_le_bytes());
    bytes
}

fn masked(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes)
        .rotate_right(15)
        .wrapping_add(0xa282_ead8)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn records_are_framed_as_the_format_says() {
        // The checksum's own test vector (RFC 3720, appendix B.4: 32 bytes of zeros).
        assert_eq!(crc32c::crc32c(&[0; 32]), 0x8a91_36aa);
        let bytes = framed(b"abc");
        assert_eq!(bytes.len(), 8 + 4 + 3 + 4);
        assert_eq!(&bytes[..8], &[3, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(&bytes[12..15], b"abc");
    }

    #[test]
    fn numbers_are_told_with_their_phase() {
        let line = json!({"phase": "noisy SGD", "step": 300, "test_accuracy": 0.5, "note": "x"});
        assert_eq!(
            scalars(&line),
            [("noisy SGD/test_accuracy".to_owned(), 0.5)]
        );
        let mut bytes = Vec::new();
        varint(&mut bytes, 300);
        assert_eq!(bytes, [0xac, 0x02]);
    }
}
