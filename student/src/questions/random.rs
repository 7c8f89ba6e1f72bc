//! Questions by chance.

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// Some of the open positions, uniformly without replacement, in random order.
pub(super) fn choose(open: &[usize], count: usize, generator: &mut ChaCha8Rng) -> Vec<usize> {
    let mut chosen = open.to_vec();
    let (chosen, _) = chosen.partial_shuffle(generator, count.min(open.len()));
    chosen.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use privet_training::seed::seeded_generator;

    #[test]
    fn every_position_is_as_likely_and_none_comes_twice() {
        let mut generator = seeded_generator(1, "random", 0);
        let mut counts = [0_usize; 5];
        for _ in 0..2000 {
            let chosen = choose(&[10, 11, 12, 13, 14], 2, &mut generator);
            assert!(chosen.len() == 2 && chosen[0] != chosen[1]);
            chosen
                .iter()
                .for_each(|&position| counts[position - 10] += 1);
        }
        // 5 standard deviations around 800, for a fixed seed.
        assert!(
            counts.iter().all(|count| count.abs_diff(800) < 110),
            "{counts:?}"
        );
        assert_eq!(choose(&[3, 4], 9, &mut generator).len(), 2);
        assert!(choose(&[], 9, &mut generator).is_empty());
    }
}
