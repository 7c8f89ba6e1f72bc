//! What the student believes about a query. Public.

use sha2::{Digest, Sha256};

use crate::MechanismError;
use crate::error::in_range;
use crate::noise::FixedPoint;

/// How many binary digits a probability has after the point.
const BITS: u32 = 32;

/// By how much the probabilities may miss a sum of 1: what an f32 softmax over a thousand classes
/// does, and more.
const SUM_TOLERANCE: f64 = 1e-3;

/// A student's probabilities for the classes of one query, rounded to multiples of 2^-32.
///
/// It must come from public inputs and released labels only. Rounding it is harmless, as it is
/// public; rounded, it can be compared with votes exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prediction {
    /// In units of 2^-32.
    probabilities: Vec<u64>,
}

impl Prediction {
    /// Probabilities by class.
    ///
    /// # Errors
    /// Fewer than two classes, a number that is no probability, or a sum that is not 1 within
    /// 1e-3.
    pub fn new(probabilities: &[f64]) -> Result<Self, MechanismError> {
        let classes = probabilities.len();
        if classes < 2 {
            let found = "a prediction without at least two probabilities".to_owned();
            return Err(MechanismError::Classes { found, classes });
        }
        for &p in probabilities {
            let valid = (0.0..=1.0).contains(&p);
            in_range("a predicted probability", p, valid, "between 0 and 1")?;
        }
        let sum: f64 = probabilities.iter().sum();
        let whole = (sum - 1.0).abs() <= SUM_TOLERANCE;
        in_range("the sum of a prediction", sum, whole, "1 (take a softmax)")?;
        let round = |p: &f64| (p * 2_f64.powi(BITS.cast_signed())).round() as u64;
        Ok(Self {
            probabilities: probabilities.iter().map(round).collect(),
        })
    }

    /// The number of classes.
    pub fn classes(&self) -> usize {
        self.probabilities.len()
    }

    /// Names the noise of a check against this prediction: another one is another question.
    pub(super) fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for p in &self.probabilities {
            hash.update(p.to_le_bytes());
        }
        let bytes = hash.finalize();
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The first class of the largest probability, if that exceeds `confidence`.
    pub(super) fn confident_class(&self, confidence: FixedPoint) -> Option<usize> {
        let of_largest = |best: (usize, u64), next: (usize, u64)| match next.1 > best.1 {
            true => next,
            false => best,
        };
        let probabilities = self.probabilities.iter().copied().enumerate();
        let (class, largest) = probabilities.reduce(of_largest)?;
        (FixedPoint::new(largest.into(), BITS) > confidence).then_some(class)
    }

    /// `max_j (n_j - teachers * p_j)`, exactly.
    pub(super) fn disagreement(&self, counts: &[u32], teachers: u32) -> FixedPoint {
        let of_class = |(&count, &p): (&u32, &u64)| {
            (i128::from(count) << BITS) - i128::from(teachers) * i128::from(p)
        };
        let all = counts.iter().zip(&self.probabilities).map(of_class);
        FixedPoint::new(all.max().unwrap_or(0), BITS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disagreement_is_exact() {
        let prediction = Prediction::new(&[0.5, 0.25, 0.25]).unwrap();
        let score = |counts: [u32; 3]| prediction.disagreement(&counts, 10);
        assert_eq!(score([5, 3, 2]), FixedPoint::new(1, 1));
        assert_eq!(score([10, 0, 0]), FixedPoint::from(5));
        assert_eq!(score([0, 0, 0]), FixedPoint::new(-5, 1));
    }

    #[test]
    fn confidence_is_exceeded_not_reached() {
        let number = |value| FixedPoint::from_f64("", value).unwrap();
        let prediction = Prediction::new(&[0.25, 0.75]).unwrap();
        assert_eq!(prediction.confident_class(number(0.75)), None);
        assert_eq!(prediction.confident_class(number(0.74)), Some(1));
        let tie = Prediction::new(&[0.5, 0.5]).unwrap();
        assert_eq!(tie.confident_class(number(0.0)), Some(0));
    }

    #[test]
    fn what_is_no_prediction_is_refused() {
        let wrong: [&[f64]; 6] = [
            &[1.0],
            &[],
            &[0.5, f64::NAN],
            &[1.5, -0.5],
            &[0.5, 0.4],
            &[0.5, 0.52],
        ];
        for probabilities in wrong {
            assert!(Prediction::new(probabilities).is_err(), "{probabilities:?}");
        }
    }
}
