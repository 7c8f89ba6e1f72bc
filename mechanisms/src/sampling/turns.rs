//! Units that take turns by their position.

use super::poisson;
use crate::NoiseStream;
use crate::correlated::Participation;

/// What [`all`] makes of turns that are epochs.
pub(super) fn fixed_order(steps_per_epoch: u32) -> Participation {
    Participation::FixedOrder {
        steps_per_epoch: steps_per_epoch.into(),
    }
}

/// What [`some`] makes of turns.
pub(super) fn cyclic_poisson(groups: u32, sampling_probability: f64) -> Participation {
    Participation::CyclicPoisson {
        groups: groups.into(),
        sampling_probability,
    }
}

/// The units among `0..units` whose turn `step` is, ascending: those congruent to it modulo
/// `groups`.
pub(super) fn all(step: u64, groups: u32, units: usize) -> Vec<usize> {
    // A plan has at least one group.
    let groups = groups.max(1);
    let first = (step % u64::from(groups)) as usize;
    (first..units).step_by(groups as usize).collect()
}

/// Of the units whose turn `step` is those whose coin says yes; see [`poisson::choose`].
pub(super) fn some(
    step: u64,
    groups: u32,
    sampling_probability: f64,
    units: usize,
    coins: &mut NoiseStream,
) -> Vec<usize> {
    let group = all(step, groups, units);
    let chosen = poisson::choose(sampling_probability, group.len(), coins);
    chosen
        .into_iter()
        .filter_map(|place| group.get(place).copied())
        .collect()
}
