//! The running mechanism: trials and their counts in, the winner out.

use super::PrivateSelection;
use crate::noise::{NoiseStream, PlanNoise};
use crate::{MechanismError, Sensitive};

/// A started selection.
///
/// Which trials there are and the noise of each is a function of the key and the plan, so a run
/// started again from the same key repeats them.
#[derive(Debug)]
pub struct PrivateSelectionRun {
    plan: PrivateSelection,
    noise: PlanNoise,
    /// Decides after each trial whether there is another.
    coins: NoiseStream,
    trials: u64,
    ended: bool,
    open: Option<Trial>,
    best: Option<Winner>,
}

/// One trial. Its number tells how many there were, so it is as secret as the number of trials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trial {
    /// Its number, from 0.
    pub number: u64,
    /// The candidate that it takes, below the plan's number of candidates.
    pub candidate: u32,
}

/// What is released of a selection beside the model of the winning trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Winner {
    trial: Trial,
    noisy_count: i64,
}

impl Winner {
    /// The candidate that won.
    pub fn candidate(&self) -> u32 {
        self.trial.candidate
    }

    /// Its count with noise.
    pub fn noisy_count(&self) -> i64 {
        self.noisy_count
    }

    /// Which trial it was, to find its model: it bounds the number of trials from below, so it stays
    /// inside.
    pub fn trial(&self) -> Sensitive<u64> {
        Sensitive::new(self.trial.number)
    }
}

impl PrivateSelectionRun {
    pub(super) fn new(plan: PrivateSelection, noise: PlanNoise) -> Self {
        Self {
            coins: noise.stream("whether there is another trial", 0),
            plan,
            noise,
            trials: 0,
            ended: false,
            open: None,
            best: None,
        }
    }

    /// The trial to be done next, again until it has its count; none after the last. There is at
    /// least one.
    pub fn next_trial(&mut self) -> Sensitive<Option<Trial>> {
        if self.open.is_none() && !self.ended {
            let mean = self.plan.parameters.mean_trials;
            // Geometric: each trial is the last with probability one over the mean, exactly.
            self.ended = self.trials > 0 && self.coins.below(mean.into()) == 0;
            if !self.ended {
                let number = self.trials;
                let mut chance = self.noise.stream("candidate", number);
                let candidates = self.plan.parameters.candidates;
                // Below a u32, so it is one.
                let candidate = chance.below(candidates.into()) as u32;
                self.open = Some(Trial { number, candidate });
            }
        }
        Sensitive::new(self.open)
    }

    /// The count of private records that the open trial's model predicts rightly.
    ///
    /// # Errors
    /// There is no open trial.
    pub fn score(&mut self, right: &Sensitive<u64>) -> Result<(), MechanismError> {
        let Some(trial) = self.open.take() else {
            return Err(MechanismError::NoTrial);
        };
        self.trials += 1;
        let mut stream = self.noise.stream("score", trial.number);
        let right = i64::try_from(*right.expose_sensitive()).unwrap_or(i64::MAX);
        let noisy_count = right.saturating_add(self.plan.noise.sample(&mut stream));
        if self.best.is_none_or(|best| noisy_count > best.noisy_count) {
            self.best = Some(Winner { trial, noisy_count });
        }
        Ok(())
    }

    /// The best of all trials.
    ///
    /// # Errors
    /// A trial is still open, or not yet drawn.
    pub fn winner(mut self) -> Result<Winner, MechanismError> {
        let left = self.next_trial().into_exposed_sensitive();
        match (left, self.best) {
            (None, Some(best)) => Ok(best),
            _ => Err(MechanismError::OpenTrial),
        }
    }
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
