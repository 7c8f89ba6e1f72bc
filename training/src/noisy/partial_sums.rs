//! The clipped sum of a logical batch from those of its physical batches.

use privet_gradients::{GradientError, GradientSum, Sum};
use privet_mechanisms::Sensitive;

/// Sums and norms so far.
///
/// Sums on a grid are integers and add exactly. Sums of floats are added in f64 and rounded once at
/// the end, so that it matters no more than a rounding of the last bit how a batch was split.
#[derive(Default)]
pub(super) struct PartialSums {
    first: Option<Sum>,
    wide: Vec<f64>,
    norms: Vec<f64>,
}

impl PartialSums {
    /// Adds a physical batch.
    pub(super) fn add(&mut self, part: GradientSum) -> Result<(), GradientError> {
        self.norms.extend(part.norms.into_exposed_sensitive());
        match (&mut self.first, part.sum.into_exposed_sensitive()) {
            (None, sum) => self.first = Some(sum),
            (Some(Sum::Float(first)), Sum::Float(part)) if first.len() == part.len() => {
                if self.wide.is_empty() {
                    self.wide = first.iter().map(|&value| value.into()).collect();
                }
                for (total, value) in self.wide.iter_mut().zip(part) {
                    *total += f64::from(value);
                }
            }
            (Some(Sum::Grid(total)), Sum::Grid(part)) if total.len() == part.len() => {
                // Far from overflow: each unit adds at most the clipping norm over the spacing.
                for (total, value) in total.iter_mut().zip(part) {
                    *total = total.saturating_add(value);
                }
            }
            _ => {
                let reason = "the engine gave sums of two kinds for one batch";
                return Err(GradientError::Request(reason.into()));
            }
        }
        Ok(())
    }

    /// The sum and the norms of the whole batch; absent if nothing was added.
    pub(super) fn finish(self) -> Option<(Sensitive<Sum>, Sensitive<Vec<f64>>)> {
        let sum = match self.first? {
            Sum::Float(_) if !self.wide.is_empty() => {
                Sum::Float(self.wide.into_iter().map(|value| value as f32).collect())
            }
            sum => sum,
        };
        Some((Sensitive::new(sum), Sensitive::new(self.norms)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(sum: Sum, norms: &[f64]) -> GradientSum {
        GradientSum {
            sum: Sensitive::new(sum),
            norms: Sensitive::new(norms.to_vec()),
            not_finite: Sensitive::new(0),
            loss: Sensitive::new(0.0),
        }
    }

    fn whole(parts: Vec<Sum>) -> Sum {
        let mut sums = PartialSums::default();
        for sum in parts {
            sums.add(part(sum, &[1.0])).unwrap();
        }
        let (sum, _) = sums.finish().unwrap();
        sum.into_exposed_sensitive()
    }

    #[test]
    fn small_parts_are_not_lost_beside_large_ones() {
        let mut parts = vec![Sum::Float(vec![16_777_216.0, 1.0])];
        parts.extend((0..8).map(|_| Sum::Float(vec![1.0, 2.0])));
        assert_eq!(whole(parts), Sum::Float(vec![16_777_224.0, 17.0]));
    }

    #[test]
    fn sums_on_a_grid_add_exactly() {
        let parts = vec![Sum::Grid(vec![1 << 60, -1]), Sum::Grid(vec![1, 5])];
        assert_eq!(whole(parts), Sum::Grid(vec![(1 << 60) + 1, 4]));
    }

    #[test]
    fn norms_come_in_order_and_kinds_do_not_mix() {
        let mut sums = PartialSums::default();
        sums.add(part(Sum::Float(vec![1.0]), &[3.0, 2.0])).unwrap();
        sums.add(part(Sum::Float(vec![2.0]), &[1.0])).unwrap();
        assert!(sums.add(part(Sum::Grid(vec![2]), &[])).is_err());
        assert!(sums.add(part(Sum::Float(vec![2.0, 1.0]), &[])).is_err());
        let (_, norms) = sums.finish().unwrap();
        assert_eq!(norms.into_exposed_sensitive(), [3.0, 2.0, 1.0]);
        assert!(PartialSums::default().finish().is_none());
    }
}
