//! Releases, counted by what they answered.

use std::collections::BTreeMap;
use std::ops::Range;

use rayon::prelude::*;

use super::{Neighbour, Releases};
use crate::AuditError;

/// Releases that are made by one thread at a time.
const CHUNK: u64 = 1 << 12;

/// How often each outcome came from x and from x'. An outcome is the number of answers of each kind.
#[derive(Default)]
pub(super) struct Tally(pub(super) BTreeMap<Box<[u32]>, [u64; 2]>);

impl Tally {
    /// Makes the releases of these numbers on both neighbours, on all threads. `done` is told how
    /// many more were made.
    pub(super) fn of(
        releases: &dyn Releases,
        indices: Range<u64>,
        done: &(dyn Fn(u64) + Sync),
    ) -> Result<Self, AuditError> {
        let chunks = indices.end.saturating_sub(indices.start).div_ceil(CHUNK);
        let chunk = |chunk: u64| -> Result<Self, AuditError> {
            let start = indices.start + chunk * CHUNK;
            let end = indices.end.min(start + CHUNK);
            let mut tally = Self::default();
            let mut counts = vec![0; releases.kinds()];
            for on in Neighbour::BOTH {
                for index in start..end {
                    counts.fill(0);
                    releases.release(on, index, &mut counts)?;
                    match tally.0.get_mut(&counts[..]) {
                        Some(outcome) => outcome[on.position()] += 1,
                        None => {
                            let outcome = tally.0.entry(counts.clone().into()).or_default();
                            outcome[on.position()] += 1;
                        }
                    }
                }
            }
            done(2 * (end - start));
            Ok(tally)
        };
        (0..chunks)
            .into_par_iter()
            .map(chunk)
            .try_reduce(Self::default, |a, b| Ok(a.merged(b)))
    }

    fn merged(self, other: Self) -> Self {
        let (Self(mut more), Self(less)) = match self.0.len() >= other.0.len() {
            true => (self, other),
            false => (other, self),
        };
        for (outcome, [x, neighbour]) in less {
            let counts = more.entry(outcome).or_default();
            counts[0] += x;
            counts[1] += neighbour;
        }
        Self(more)
    }

    /// How many releases there are of each neighbour.
    pub(super) fn releases(&self) -> [u64; 2] {
        self.count(|_| true)
    }

    /// How many of them have an outcome that is `wanted`.
    pub(super) fn count(&self, wanted: impl Fn(&[u32]) -> bool) -> [u64; 2] {
        let found = self.0.iter().filter(|(outcome, _)| wanted(outcome));
        found.fold([0, 0], |[x, neighbour], (_, counts)| {
            [x + counts[0], neighbour + counts[1]]
        })
    }
}
