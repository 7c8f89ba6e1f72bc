//! Rows in a random order, again and again.

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// Places `0..count`, each once before any comes again.
pub(super) struct Cycle {
    order: Vec<usize>,
    next: usize,
    generator: ChaCha8Rng,
}

impl Cycle {
    pub(super) fn new(count: usize, generator: ChaCha8Rng) -> Self {
        Self {
            order: (0..count).collect(),
            next: count,
            generator,
        }
    }

    /// The next places; none where there is none.
    pub(super) fn take(&mut self, count: usize) -> Vec<usize> {
        let mut taken = Vec::with_capacity(count);
        while taken.len() < count && !self.order.is_empty() {
            if self.next == self.order.len() {
                self.order.shuffle(&mut self.generator);
                self.next = 0;
            }
            let end = (self.next + count - taken.len()).min(self.order.len());
            taken.extend_from_slice(&self.order[self.next..end]);
            self.next = end;
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use privet_training::seed::seeded_generator;

    #[test]
    fn each_place_comes_once_a_round() {
        let mut cycle = Cycle::new(5, seeded_generator(1, "cycle", 0));
        let taken: Vec<usize> = (0..5).flat_map(|_| cycle.take(3)).collect();
        let mut orders = Vec::new();
        for round in taken.chunks(5) {
            let mut sorted = round.to_vec();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3, 4]);
            orders.push(round.to_vec());
        }
        assert!(orders[0] != orders[1] || orders[1] != orders[2]);
        assert_eq!(cycle.take(12).len(), 12);
        assert!(
            Cycle::new(0, seeded_generator(1, "cycle", 0))
                .take(3)
                .is_empty()
        );
    }
}
