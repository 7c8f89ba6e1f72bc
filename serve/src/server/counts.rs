//! What was done.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use axum::http::StatusCode;
use serde::Serialize;

/// What a service did until it stopped. Counts alone: nothing of any request is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Served {
    /// Connections that were taken.
    pub connections: u64,
    /// Requests that were answered, with whatever status; those that were no HTTP too.
    pub requests: u64,
    /// Rows that were predicted.
    pub rows: u64,
    /// Requests that were refused as the client's fault (status 4xx).
    pub refused: u64,
    /// Requests that were turned away for want of a place or of time (503).
    pub turned_away: u64,
    /// Requests on which the model failed (500).
    pub failed: u64,
    /// Connections that were cut off at the end because they did not end in time.
    /// What they asked was not answered.
    pub cut_off: u64,
}

/// The same while it is counted.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    connections: AtomicU64,
    requests: AtomicU64,
    rows: AtomicU64,
    refused: AtomicU64,
    turned_away: AtomicU64,
    failed: AtomicU64,
}

impl Counts {
    pub(crate) fn connected(&self) {
        self.connections.fetch_add(1, Relaxed);
    }

    pub(crate) fn answered(&self, status: StatusCode) {
        self.requests.fetch_add(1, Relaxed);
        let counter = match status {
            StatusCode::SERVICE_UNAVAILABLE => &self.turned_away,
            status if status.is_client_error() => &self.refused,
            status if status.is_server_error() => &self.failed,
            _ => return,
        };
        counter.fetch_add(1, Relaxed);
    }

    pub(crate) fn predicted(&self, rows: usize) {
        self.rows.fetch_add(rows as u64, Relaxed);
    }

    pub(crate) fn served(&self, cut_off: u64) -> Served {
        Served {
            connections: self.connections.load(Relaxed),
            requests: self.requests.load(Relaxed),
            rows: self.rows.load(Relaxed),
            refused: self.refused.load(Relaxed),
            turned_away: self.turned_away.load(Relaxed),
            failed: self.failed.load(Relaxed),
            cut_off,
        }
    }
}
