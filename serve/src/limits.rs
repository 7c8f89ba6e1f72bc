//! What one client may take of the service.

use std::thread;
use std::time::Duration;

use crate::ServeError;

/// Bounds on what clients may ask and how long they may take.
///
/// Memory that clients can claim is at most about `connections * (body_bytes + 128 KiB)` for bodies
/// that arrive, and `requests` parsed bodies, each a few times as large as its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Greatest size of a request's body, in bytes; above it the answer is 413.
    pub body_bytes: usize,
    /// Most rows in one request; above it the answer is 413.
    pub rows: usize,
    /// Most connections at once. A further one is let in when one ends, or has had no request for a second:
    /// the one that is idle longest is then closed.
    pub connections: usize,
    /// Most requests for predictions that are computed or wait for it; above it the answer is 503 with
    /// `Retry-After`.
    pub requests: usize,
    /// Threads that compute predictions.
    pub workers: usize,
    /// Longest time for the head of a request to arrive, also the longest that a connection may be idle;
    /// then it is closed.
    pub header_timeout: Duration,
    /// Longest time for the body of a request to arrive; then the answer is 408.
    pub body_timeout: Duration,
    /// Longest time from a whole body to its answer; then the answer is 503. A prediction that
    /// has begun cannot be interrupted and holds its place among `requests` until it ends.
    pub answer_timeout: Duration,
    /// Longest time for a whole answer to be taken, from when the client first lets it wait; then it is
    /// cut off.
    pub write_timeout: Duration,
    /// Longest time for requests in flight to end after the service was told to stop. Above
    /// `answer_timeout`, or requests that were taken in are cut off without an answer.
    pub shutdown_timeout: Duration,
}

/// What is left for writing answers when the service was told to stop.
const SHUTDOWN_MARGIN: Duration = Duration::from_secs(10);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

impl Default for Limits {
    /// For a handful of people and programs: 4 MiB and 1024 rows a request, 128 connections, 64
    /// requests at once, as many workers as the machine has processors.
    fn default() -> Self {
        Self {
            body_bytes: 4 << 20,
            rows: 1024,
            connections: 128,
            requests: 64,
            workers: thread::available_parallelism().map_or(1, usize::from),
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(20),
            answer_timeout: ANSWER_TIMEOUT,
            write_timeout: Duration::from_secs(30),
            shutdown_timeout: ANSWER_TIMEOUT + SHUTDOWN_MARGIN,
        }
    }
}

impl Limits {
    /// The same with this [`answer_timeout`](Self::answer_timeout), and ten seconds more to end in.
    #[must_use]
    pub fn with_answer_timeout(self, timeout: Duration) -> Self {
        Self {
            answer_timeout: timeout,
            shutdown_timeout: timeout.saturating_add(SHUTDOWN_MARGIN),
            ..self
        }
    }

    /// Refuses limits under which nothing can be answered.
    pub(crate) fn check(&self) -> Result<(), ServeError> {
        let counts = [
            ("body_bytes", self.body_bytes),
            ("rows", self.rows),
            ("connections", self.connections),
            ("requests", self.requests),
            ("workers", self.workers),
        ];
        for (key, value) in counts {
            // tokio's semaphores count no further, and threads end long before that.
            let most = if key == "workers" { 4096 } else { 1 << 28 };
            if value == 0 || value > most {
                return Err(ServeError::Limit {
                    key,
                    value: value.to_string(),
                    remedy: match key {
                        "workers" => "give a number from 1 to 4096",
                        _ => "give a number from 1 to 268435456",
                    },
                });
            }
        }
        let times = [
            ("header_timeout", self.header_timeout),
            ("body_timeout", self.body_timeout),
            ("answer_timeout", self.answer_timeout),
            ("write_timeout", self.write_timeout),
        ];
        match times.iter().find(|(_, time)| time.is_zero()) {
            Some((key, _)) => Err(ServeError::Limit {
                key,
                value: "0 s".to_owned(),
                remedy: "give a time above 0, such as 10 s",
            }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_in_has_time_to_be_answered_after_the_stop() {
        for limits in [
            Limits::default(),
            Limits::default().with_answer_timeout(Duration::from_secs(600)),
            Limits::default().with_answer_timeout(Duration::MAX - SHUTDOWN_MARGIN),
        ] {
            assert!(limits.shutdown_timeout >= limits.answer_timeout + SHUTDOWN_MARGIN);
        }
    }

    #[test]
    fn limits_that_refuse_everything_are_refused() {
        assert!(Limits::default().check().is_ok());
        let message = |limits: Limits| limits.check().unwrap_err().to_string();
        let no_rows = message(Limits {
            rows: 0,
            ..Limits::default()
        });
        assert!(no_rows.contains("the limit rows is 0"), "{no_rows}");
        let endless = message(Limits {
            requests: usize::MAX,
            ..Limits::default()
        });
        assert!(endless.contains("requests"), "{endless}");
        let no_time = message(Limits {
            body_timeout: Duration::ZERO,
            ..Limits::default()
        });
        assert!(no_time.contains("body_timeout is 0 s"), "{no_time}");
    }
}
