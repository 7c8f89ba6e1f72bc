//! Ctrl-C and the system's request to end: stop where nothing is lost, and say how to go on.
//!
//! Everything that a run must not lose is on the disk before it matters, so a process may be killed
//! at any time. A request to stop is kinder: work that can be kept is kept first.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::Result;

use crate::output::note;

/// Requests so far.
static REQUESTS: AtomicU32 = AtomicU32::new(0);

/// Whether a loop looks out for requests, and keeps its work when it sees one.
static WATCHED: AtomicBool = AtomicBool::new(false);

/// How the work can be continued.
static ADVICE: Mutex<String> = Mutex::new(String::new());

/// The work was stopped by a request.
#[derive(Debug)]
pub(crate) struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&told())
    }
}

impl std::error::Error for Interrupted {}

/// From now on a request to stop ends the work at the next place where nothing is lost, and the user
/// reads `advice`. A second request ends the process at once.
///
/// # Errors
/// An operating system that refuses a handler.
pub(crate) fn handle(advice: String) -> Result<()> {
    *ADVICE.lock().unwrap_or_else(PoisonError::into_inner) = advice;
    match ctrlc::set_handler(request) {
        Ok(()) | Err(ctrlc::Error::MultipleHandlers) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Asks for a stop, as Ctrl-C does, if nobody has yet.
pub(crate) fn request_first() {
    if REQUESTS.load(Ordering::SeqCst) == 0 {
        request();
    }
}

/// Asks for a stop; the second time, at once.
fn request() {
    let earlier = REQUESTS.fetch_add(1, Ordering::SeqCst);
    if earlier == 0 && WATCHED.load(Ordering::SeqCst) {
        note("stopping; press Ctrl-C again to stop at once");
        return;
    }
    // Nothing that is not on the disk is worth keeping, or the user will not wait for it.
    note(&format!("error: {}", told()));
    std::process::exit(1);
}

fn told() -> String {
    let advice = ADVICE.lock().unwrap_or_else(PoisonError::into_inner);
    match advice.is_empty() {
        true => "interrupted".into(),
        false => format!("interrupted; {advice}"),
    }
}

/// A loop that looks out for requests while this lives.
#[derive(Debug)]
pub(crate) struct Watch(());

impl Watch {
    /// Begins to look out.
    pub(crate) fn begin() -> Self {
        WATCHED.store(true, Ordering::SeqCst);
        Self(())
    }

    /// Whether to stop, now that the work so far can be kept.
    pub(crate) fn stop_requested(&self) -> bool {
        REQUESTS.load(Ordering::SeqCst) > 0
    }

    /// Looks out no more.
    ///
    /// # Errors
    /// [`Interrupted`] after a request.
    pub(crate) fn end(self) -> Result<()> {
        // In this order: a request is seen here, or its handler sees that nobody looks out.
        WATCHED.store(false, Ordering::SeqCst);
        match self.stop_requested() {
            true => Err(Interrupted.into()),
            false => Ok(()),
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        WATCHED.store(false, Ordering::SeqCst);
    }
}
