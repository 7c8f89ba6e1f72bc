//! Each unit in a fixed number of the steps of an epoch.

use crate::NoiseStream;
use crate::noise::PlanNoise;

/// Who takes part when, one epoch after another.
///
/// A unit that still takes part in `left` of the `rest` steps to come takes part in a uniformly
/// random subset of them of that size. Only the first step of that subset is drawn at a time: it
/// is the smallest of independent uniform numbers below `rest`, `rest - 1`, ...,
/// `rest - left + 1`, for that is at least `m` with probability
/// `C(rest - m, left) / C(rest, left)`; and given the first step, the others are a uniform subset
/// of the steps after it. (It is Floyd's way to draw a subset, of which the smallest element needs
/// no set.)
///
/// **Numerics.** Uniform numbers below a bound are exact, so every subset has exactly the same
/// probability.
///
/// **Replay.** An epoch's draws are functions of the key, the epoch and the step; whoever starts in
/// its middle walks through its earlier steps first.
///
/// **Memory.** 8 bytes a unit.
#[derive(Debug)]
pub(super) struct Allocation {
    steps: u32,
    selected: u32,
    /// The step after the last one that was walked through.
    next: u64,
    units: Vec<Turn>,
}

#[derive(Debug, Clone, Copy)]
struct Turn {
    /// In the epoch's step of this number; none if it is the number of steps.
    step: u32,
    /// How often after that.
    left: u32,
}

impl Allocation {
    /// Of `units` units; nothing is drawn yet.
    pub(super) fn new(steps: u32, selected: u32, units: usize) -> Self {
        let none = Turn {
            step: steps,
            left: 0,
        };
        Self {
            steps,
            selected,
            next: 0,
            units: vec![none; units],
        }
    }

    /// The units of `step`, counted from the beginning of the run, ascending. Steps are asked for
    /// in ascending order.
    pub(super) fn choose(&mut self, step: u64, noise: &PlanNoise) -> Vec<usize> {
        let epoch_starts = step - step % u64::from(self.steps);
        let mut chosen = Vec::new();
        for step in self.next.max(epoch_starts)..=step {
            chosen = self.walk(step, noise);
        }
        self.next = step + 1;
        chosen
    }

    fn walk(&mut self, step: u64, noise: &PlanNoise) -> Vec<usize> {
        let (steps, selected) = (self.steps, self.selected);
        let epoch = u64::from(steps);
        let now = (step % epoch) as u32;
        let first_in = |from: u32, left: u32, coins: &mut NoiseStream| {
            let rest = steps - from;
            let earliest = (0..left).map(|taken| coins.below(u64::from(rest - taken)) as u32);
            from + earliest.min().unwrap_or(rest)
        };
        if now == 0 {
            let mut coins = noise.stream("epoch", step / epoch);
            for turn in &mut self.units {
                turn.step = first_in(0, selected, &mut coins);
                turn.left = selected - 1;
            }
        }
        let mut coins = noise.stream("batch", step);
        let mut chosen = Vec::new();
        for (unit, turn) in self.units.iter_mut().enumerate() {
            if turn.step == now {
                chosen.push(unit);
                turn.step = first_in(now + 1, turn.left, &mut coins);
                turn.left = turn.left.saturating_sub(1);
            }
        }
        chosen
    }
}
