//! Downloading a published file: the only code of this program that touches the network.
//!
//! A file is fetched into a part file beside its destination, resumed where a connection broke,
//! compared with its published checksum, and only then renamed to its name. Several mirrors are
//! tried in order.

mod install;
mod mirrors;
mod transfer;

#[cfg(test)]
mod test_server;
#[cfg(test)]
mod tests;

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

pub(crate) use install::{install, sibling};
pub(crate) use mirrors::mirrors;

/// Told how far a download is: bytes so far, and all bytes where the server says.
pub(crate) type Progress<'a> = dyn FnMut(u64, Option<u64>) + 'a;

/// Checks a complete file before it gets its name.
pub(crate) type Verify<'a> = dyn Fn(&Path) -> Result<(), String> + 'a;

/// How to download.
#[derive(Debug, Clone)]
pub(crate) struct Fetcher {
    /// How often one mirror is tried, resuming each time.
    pub(crate) attempts: usize,
    /// How long to wait between two attempts.
    pub(crate) pause: Duration,
    /// How long to wait for a connection, for an answer, and for each next piece of it.
    pub(crate) patience: Duration,
}

impl Default for Fetcher {
    fn default() -> Self {
        Self {
            attempts: 4,
            pause: Duration::from_secs(1),
            patience: Duration::from_secs(20),
        }
    }
}

/// No mirror gave the file.
#[derive(Debug)]
pub(crate) struct FetchError {
    /// What each mirror answered, in the order they were tried.
    pub(crate) failures: Vec<String>,
}

impl std::fmt::Display for FetchError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "no mirror gave the file:\n  {}",
            self.failures.join("\n  ")
        )
    }
}

impl std::error::Error for FetchError {}

impl Fetcher {
    /// Downloads a file from the first of `urls` that gives it whole and right, to `destination`.
    ///
    /// # Errors
    /// When none does, or the file cannot be written. Part files stay for the next time where a
    /// connection broke.
    pub(crate) fn fetch(
        &self,
        urls: &[String],
        destination: &Path,
        verify: &Verify<'_>,
        progress: &mut Progress<'_>,
    ) -> Result<(), FetchError> {
        let agent = transfer::agent(self);
        let mut failures = Vec::new();
        for url in urls {
            let part = part_path(destination, url);
            let result = self.ask_mirror(&agent, url, &part, verify, progress);
            match result
                .and_then(|()| install(&part, destination).map_err(|error| error.to_string()))
            {
                Ok(()) => {
                    for other in urls {
                        let _: io::Result<()> = fs::remove_file(part_path(destination, other));
                    }
                    return Ok(());
                }
                Err(problem) => failures.push(format!("{url}: {problem}")),
            }
        }
        Err(FetchError { failures })
    }

    /// Fills `part` from one mirror, resuming after a broken connection, and verifies it.
    ///
    /// A part that was resumed and turns out wrong is fetched once more from its beginning: the
    /// mirror may have changed the file in between.
    fn ask_mirror(
        &self,
        agent: &ureq::Agent,
        url: &str,
        part: &Path,
        verify: &Verify<'_>,
        progress: &mut Progress<'_>,
    ) -> Result<(), String> {
        let mut resumed = false;
        for attempt in 1..=self.attempts.max(1) {
            match transfer::transfer(agent, url, part, progress) {
                Ok(outcome) => {
                    resumed |= outcome.resumed;
                    let Err(problem) = verify(part) else {
                        return Ok(());
                    };
                    let _: io::Result<()> = fs::remove_file(part);
                    if !resumed {
                        return Err(problem);
                    }
                    resumed = false;
                    if attempt == self.attempts {
                        return Err(problem);
                    }
                }
                Err(problem) if problem.worth_retrying && attempt < self.attempts => {
                    std::thread::sleep(self.pause)
                }
                Err(problem) => return Err(problem.message),
            }
        }
        Err("gave up".to_owned())
    }
}

/// Where the bytes of `url` are gathered: beside the destination, a name for each mirror, since
/// mirrors may pack the same content differently.
fn part_path(destination: &Path, url: &str) -> PathBuf {
    let digest = privet_training::data::sha256_hex(url.as_bytes());
    sibling(destination, &format!(".{}.part", &digest[..8]))
}
