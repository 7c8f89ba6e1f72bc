//! Entries that hang together: each carries a keyed digest of itself and of the one before.

use std::fmt;
use std::path::Path;

use thiserror::Error;

use crate::key::Key;
use crate::names::hex;
use crate::record::{Action, Record};
use crate::{LedgerError, State};

/// An entry as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// Numbered from 1 without a gap.
    pub(crate) number: u64,
    /// A [`Record`] in JSON.
    pub(crate) content: String,
    /// HMAC-SHA-256 of the digest before, the number and the content.
    pub(crate) digest: [u8; 32],
}

/// The digest of the last entry, which stands for all of them.
///
/// Somebody who has noted it finds out later whether any entry up to then was changed or removed, the
/// last ones included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head([u8; 32]);

impl Head {
    /// Reads 64 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().as_bytes();
        if text.len() != 64 {
            return None;
        }
        let mut digest = [0; 32];
        for (byte, pair) in digest.iter_mut().zip(text.chunks(2)) {
            let pair = std::str::from_utf8(pair).ok()?;
            let plain = pair.chars().all(|c| c.is_ascii_hexdigit());
            *byte = u8::from_str_radix(pair, 16).ok().filter(|_| plain)?;
        }
        Some(Self(digest))
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

/// The first entry that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("entry {entry}: {what}")]
pub struct Damage {
    /// Its number.
    pub entry: u64,
    /// What is wrong with it.
    pub what: String,
}

/// All entries, and those that are about to be added.
pub(crate) struct Book<'store> {
    path: &'store Path,
    key: &'store Key,
    /// What they say.
    pub(crate) state: State,
    heads: Vec<Head>,
    fresh: Vec<Row>,
}

impl<'store> Book<'store> {
    /// A book without entries.
    pub(crate) fn new(path: &'store Path, key: &'store Key) -> Self {
        Self {
            path,
            key,
            state: State::default(),
            heads: vec![Head(key.mac(&[b"privet ledger v1"]))],
            fresh: Vec::new(),
        }
    }

    /// How many entries there are.
    pub(crate) fn entries(&self) -> u64 {
        self.heads.len() as u64 - 1
    }

    /// The last digest.
    pub(crate) fn head(&self) -> Head {
        self.heads.last().copied().unwrap_or(Head([0; 32]))
    }

    /// After how many entries this was the head.
    pub(crate) fn position(&self, head: Head) -> Option<u64> {
        let found = self.heads.iter().position(|other| *other == head);
        found.map(|position| position as u64)
    }

    /// Takes in the next stored entry, which must follow from those before; `look` sees what it is
    /// about to do.
    pub(crate) fn read(
        &mut self,
        row: &Row,
        look: impl FnOnce(&Self, &Action) -> Result<(), Damage>,
    ) -> Result<(), Damage> {
        let expected = self.entries() + 1;
        let damage = |what: String| Damage {
            entry: expected,
            what,
        };
        if row.number != expected {
            let what = format!("it is missing: the next one is entry {}", row.number);
            return Err(damage(what));
        }
        if self.digest(row.number, &row.content) != row.digest {
            return Err(damage(
                "it was changed, or stands where another entry stood, or was written under another \
                 key"
                .into(),
            ));
        }
        let record: Record = serde_json::from_str(&row.content).map_err(|error| {
            damage(format!(
                "this version of the program cannot read it: {error}"
            ))
        })?;
        look(self, &record.action)?;
        self.state.apply(row.number, record).map_err(damage)?;
        self.heads.push(Head(row.digest));
        Ok(())
    }

    /// Adds an entry, and returns its number. One that contradicts those before it is not added.
    pub(crate) fn add(&mut self, action: Action) -> Result<u64, LedgerError> {
        let number = self.entries() + 1;
        let record = Record {
            time: now(),
            action,
        };
        let content = serde_json::to_string(&record).map_err(|error| {
            self.damaged(Damage {
                entry: number,
                what: error.to_string(),
            })
        })?;
        let row = Row {
            digest: self.digest(number, &content),
            number,
            content,
        };
        // By the way of what will be read, so that it can be.
        let read = self.read(&row, |_, _| Ok(()));
        read.map_err(|damage| self.damaged(damage))?;
        self.fresh.push(row);
        Ok(number)
    }

    /// The error that a damage is.
    pub(crate) fn damaged(&self, damage: Damage) -> LedgerError {
        LedgerError::Damaged {
            path: self.path.to_path_buf(),
            damage,
        }
    }

    /// The added entries.
    pub(crate) fn fresh(&self) -> &[Row] {
        &self.fresh
    }

    fn digest(&self, number: u64, content: &str) -> [u8; 32] {
        self.key.mac(&[
            b"privet ledger entry v1",
            &self.head().0,
            &number.to_le_bytes(),
            content.as_bytes(),
        ])
    }
}

/// Seconds since 1970.
fn now() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |duration| duration.as_secs())
}
