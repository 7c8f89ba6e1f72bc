//! One point as a process of its own: what it does wrong ends with it, its memory is its own, and a
//! user can give the same command.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::folder::Folder;
use super::point::Point;

/// Where a stopped sweep leaves word for the processes of its points: their standard input, which
/// they read to its end. It ends as well when the sweep is killed.
#[derive(Debug, Default)]
pub(super) struct Lines(Mutex<HashMap<u32, ChildStdin>>);

impl Lines {
    /// Asks all processes to stop where nothing is lost.
    pub(super) fn hang_up(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u32, ChildStdin>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What every point's process is told beside its config.
#[derive(Debug)]
pub(super) struct Orders<'a> {
    pub(super) folder: &'a Folder,
    pub(super) data_dir: &'a Path,
}

impl Orders<'_> {
    /// Runs the point to its end, or goes on with it. `tell` hears its events; once `stopping` says so,
    /// an end is no failure.
    ///
    /// # Errors
    /// What the process said before it failed.
    pub(super) fn run(
        &self,
        point: &Point,
        lines: &Lines,
        tell: &dyn Fn(&Value),
        stopping: &dyn Fn() -> bool,
    ) -> Result<()> {
        let out = self.folder.point(point);
        let mut command = Command::new(program()?);
        command.arg("run").arg(&point.base).arg("--json");
        for assignment in point.assignments() {
            command.args(["--set", &assignment]);
        }
        command.arg("--out").arg(&out);
        command.arg("--data-dir").arg(self.data_dir);
        command.arg("--share-votes").arg(self.folder.votes());
        command.arg("--stop-at-end-of-input");
        if out.exists() {
            command.arg("--resume");
        }
        command.stdin(Stdio::piped());
        command.stdout(Stdio::null());
        command.stderr(Stdio::piped());
        // A terminal's Ctrl-C is for the sweep, which passes it on.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command
            .spawn()
            .context("cannot start a process for a point")?;
        let id = child.id();
        lines
            .lock()
            .extend(child.stdin.take().map(|line| (id, line)));
        let mut said = Vec::new();
        if let Some(stderr) = child.stderr.take() {
            let mut lines = BufReader::new(stderr).split(b'\n');
            // What cannot be read is lost; the process is waited for all the same.
            while let Some(Ok(line)) = lines.next() {
                match serde_json::from_slice::<Value>(&line) {
                    Ok(event) if event.is_object() => tell(&event),
                    _ => said.push(String::from_utf8_lossy(&line).into_owned()),
                }
            }
        }
        let status = child.wait().context("waiting for a point")?;
        lines.lock().remove(&id);
        let said = said.join("\n");
        if status.success() {
            return self.folder.forget_failure(point);
        }
        if stopping() {
            // What a stopped process says is no failure of its point.
            return Ok(());
        }
        let said = match said.trim() {
            "" => format!("the process ended with {status} and said nothing"),
            said => said.trim_start_matches("error: ").to_owned(),
        };
        self.folder.note_failure(point, &said)?;
        bail!(said)
    }
}

/// This program's file; on Linux also where it has been replaced meanwhile.
fn program() -> Result<PathBuf> {
    let own = Path::new("/proc/self/exe");
    match std::env::current_exe() {
        Ok(path) if path.exists() => Ok(path),
        _ if own.exists() => Ok(own.to_path_buf()),
        found => found.context("cannot find this program's own file"),
    }
}

/// Ends this process as Ctrl-C does when standard input ends.
pub(crate) fn stop_at_end_of_input() {
    std::thread::spawn(|| {
        let mut input = std::io::stdin().lock();
        // Whatever is said, nothing is heard but the end.
        let _ = std::io::copy(&mut input, &mut std::io::sink());
        crate::interrupt::request_first();
    });
}

/// A text file, or `None` where there is none.
pub(super) fn read_if_there(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}
