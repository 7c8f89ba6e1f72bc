//! When checkpoints are taken.

use std::time::{Duration, Instant};

/// How many are taken in the course of a run, unless the config says or they come too close.
const CHECKPOINTS: u64 = 20;

/// The least and the longest time between two of them, unless the config says.
const LEAST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

/// The rule: after every so many steps of the config, or by share of the run and time.
///
/// When a checkpoint is taken changes nothing but how much a resumed run repeats.
pub(super) struct Checkpoints {
    every: Option<u64>,
    steps: u64,
    latest: Instant,
}

impl Checkpoints {
    /// For a run of so many steps.
    pub(super) fn new(every: Option<u64>, steps: u64) -> Self {
        Self {
            every,
            steps,
            latest: Instant::now(),
        }
    }

    /// Whether one is to be taken after `step`; if so, it is the latest.
    pub(super) fn due(&mut self, step: u64) -> bool {
        let elapsed = self.latest.elapsed();
        let due = match self.every {
            Some(every) => step.is_multiple_of(every),
            None => {
                let share = step.is_multiple_of(self.steps.div_ceil(CHECKPOINTS));
                (share && elapsed >= LEAST) || elapsed >= LONGEST
            }
        };
        if due {
            self.latest = Instant::now();
        }
        due
    }
}
