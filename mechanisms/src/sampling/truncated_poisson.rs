//! A Poisson sample, cut down to a maximum size.

use super::poisson;
use crate::NoiseStream;

/// Of the units `0..units` those whose coin says yes; of more than `most` of them a uniformly
/// random subset of that size. Ascending.
///
/// **Numerics.** The coins are those of [`poisson::choose`], with a probability `q' <= q`; the
/// subset is the beginning of a Fisher-Yates shuffle, exactly uniform. The dominating pair of the
/// accountant (`privet_accountant::sampler::truncated_poisson`) grows with `q`: a smaller `q'` has
/// truncation no more often, and in either branch its sampled Gaussian is dominated by that of `q`.
pub(super) fn choose(
    sampling_probability: f64,
    most: usize,
    units: usize,
    coins: &mut NoiseStream,
) -> Vec<usize> {
    let mut chosen = poisson::choose(sampling_probability, units, coins);
    if chosen.len() > most {
        for kept in 0..most {
            let others = (chosen.len() - kept) as u64;
            chosen.swap(kept, kept + coins.below(others) as usize);
        }
        chosen.truncate(most);
        chosen.sort_unstable();
    }
    chosen
}
