//! Telling somebody: a command or a file that hears when a budget is exhausted, a run has died after
//! spending, or a ledger does not verify.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::Serialize;
use thiserror::Error;

/// How long a command may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeKind {
    /// A run was refused, since too little is left.
    BudgetExhausted,
    /// A run's process ended after it had spent, before the run was complete.
    RunDied,
    /// Entries are not as they were written.
    VerificationFailed,
}

/// What is told: one JSON object.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Notice {
    /// What happened.
    pub event: NoticeKind,
    /// When, in seconds since 1970.
    pub time: u64,
    /// Which ledger.
    pub ledger: String,
    /// Whose budget, if one's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub population: Option<String>,
    /// Which run, if one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// Where that run keeps its files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory: Option<String>,
    /// In words.
    pub message: String,
}

impl Notice {
    /// A notice of now, about nobody in particular.
    #[must_use]
    pub fn new(event: NoticeKind, ledger: &std::path::Path, message: impl Into<String>) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        Self {
            event,
            time: now.map_or(0, |duration| duration.as_secs()),
            ledger: ledger.display().to_string(),
            population: None,
            run: None,
            directory: None,
            message: message.into(),
        }
    }
}

/// Who is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notifier {
    /// A program with its arguments, started without a shell; it reads the notice on its standard
    /// input.
    pub command: Option<Vec<String>>,
    /// A file; each notice is added as a line.
    pub file: Option<PathBuf>,
}

/// Somebody was not told. The ledger is as it should be all the same.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("nobody was told of it by {by}: {reason}")]
pub struct NotifyError {
    /// The command or the file.
    pub by: String,
    /// Why not.
    pub reason: String,
}

impl Notifier {
    /// Tells everybody; returns who could not be told.
    #[must_use]
    pub fn send(&self, notice: &Notice) -> Vec<NotifyError> {
        let mut line = serde_json::to_vec(notice).unwrap_or_default();
        line.push(b'\n');
        let mut failures = Vec::new();
        if let Some(file) = &self.file {
            let options = OpenOptions::new().append(true).create(true).clone();
            // In one piece, so that lines of several processes do not mix.
            let written = match file.metadata() {
                // A pipe that nobody reads would be waited for.
                Ok(found) if !found.is_file() => Err(std::io::Error::other("it is no file")),
                _ => options
                    .open(file)
                    .and_then(|mut file| file.write_all(&line)),
            };
            failures.extend(written.err().map(|error| NotifyError {
                by: file.display().to_string(),
                reason: error.to_string(),
            }));
        }
        if let Some([program, arguments @ ..]) = self.command.as_deref() {
            failures.extend(
                run(program, arguments, &line)
                    .err()
                    .map(|reason| NotifyError {
                        by: program.clone(),
                        reason,
                    }),
            );
        }
        failures
    }
}

fn run(program: &str, arguments: &[String], line: &[u8]) -> Result<(), String> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("it cannot be started: {error}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A notice is shorter than what a pipe holds, so this does not wait. A command may end without
        // reading; its own status says whether that is well.
        let _ = stdin.write_all(line);
    }
    let status = wait(&mut child)?;
    match status.success() {
        true => Ok(()),
        false => Err(format!("it ended with {status}")),
    }
}

fn wait(child: &mut Child) -> Result<ExitStatus, String> {
    let begun = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Err(error) => return Err(error.to_string()),
            Ok(None) if begun.elapsed() > PATIENCE => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("it took more than {} seconds", PATIENCE.as_secs()));
            }
            Ok(None) => sleep(Duration::from_millis(5)),
        }
    }
}
