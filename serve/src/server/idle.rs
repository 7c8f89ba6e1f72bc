//! Connections between two requests: where there is no room, the one that is idle longest gives way.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio::time::Instant;

/// A connection keeps its place for so long without a request: the first one needs time to arrive.
const GRACE: Duration = Duration::from_secs(1);

/// Connections that have no request, in the order in which they began to have none.
#[derive(Default)]
pub(super) struct Idle(Mutex<Line>);

#[derive(Default)]
struct Line {
    tickets: u64,
    waiting: BTreeMap<u64, (Instant, AbortHandle)>,
}

impl Idle {
    /// Closes the connection that is idle longest, if it has been so for [`GRACE`].
    pub(super) fn close_longest(&self) {
        let mut line = locked(&self.0);
        let longest = line.waiting.first_entry();
        let closed = longest
            .filter(|longest| longest.get().0.elapsed() >= GRACE)
            .map(|longest| longest.remove().1);
        drop(line);
        if let Some(task) = closed {
            task.abort();
        }
    }
}

/// Whether one connection has a request. Its service says when one begins and ends, its stream when all of an
/// answer is written: nobody's answer is cut off for being slow to take it.
pub(super) struct Activity {
    idle: Arc<Idle>,
    task: OnceLock<AbortHandle>,
    state: Mutex<State>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// In line, with this ticket.
    Idle(u64),
    /// There is a request without an answer.
    Asked,
    /// There is an answer that is not written yet.
    Answered,
}

impl Activity {
    pub(super) fn new(idle: &Arc<Idle>) -> Self {
        Self {
            idle: idle.clone(),
            task: OnceLock::new(),
            state: Mutex::new(State::Answered),
        }
    }

    /// The connection is served by this task, and idle until its first request.
    pub(super) fn begins(&self, task: AbortHandle) {
        if self.task.set(task).is_ok() {
            self.written();
        }
    }

    pub(super) fn asked(&self) {
        self.change(State::Asked);
    }

    pub(super) fn answered(&self) {
        self.change(State::Answered);
    }

    /// Nothing is left to be written.
    pub(super) fn written(&self) {
        let mut state = locked(&self.state);
        let Some(task) = self.task.get() else {
            return;
        };
        if *state == State::Answered {
            let mut line = locked(&self.idle.0);
            let ticket = line.tickets;
            line.tickets += 1;
            line.waiting.insert(ticket, (Instant::now(), task.clone()));
            *state = State::Idle(ticket);
        }
    }

    fn change(&self, to: State) {
        let mut state = locked(&self.state);
        if let State::Idle(ticket) = *state {
            locked(&self.idle.0).waiting.remove(&ticket);
        }
        *state = to;
    }
}

impl Drop for Activity {
    fn drop(&mut self) {
        self.change(State::Asked);
    }
}

/// A panic elsewhere leaves nothing here half done.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
