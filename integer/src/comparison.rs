//! How near the whole numbers come to the network.

use serde::{Deserialize, Serialize};

use crate::error::IntegerError;
use crate::model::IntegerModel;

/// What was seen on public inputs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// Number of inputs.
    pub examples: usize,
    /// Inputs for which both have the same class.
    pub same_class: usize,
    /// Largest absolute difference between a score times its scale and the network's.
    pub largest_difference: f64,
}

impl Comparison {
    /// Share of the inputs for which both have the same class; 1 where there is none.
    #[must_use]
    pub fn agreement(&self) -> f64 {
        match self.examples {
            0 => 1.0,
            examples => self.same_class as f64 / examples as f64,
        }
    }
}

impl IntegerModel {
    /// Compares the scores of encoded public inputs, one after another, with those of the network,
    /// `[inputs, classes]`. What it finds is about these inputs: they must be public.
    ///
    /// # Errors
    /// Inputs that are not whole or not on the grid, or another number of scores than of inputs.
    pub fn compare(&self, inputs: &[f32], scores: &[f32]) -> Result<Comparison, IntegerError> {
        let (width, classes) = (self.input().len(), self.classes());
        let examples = inputs.len() / width;
        if examples * width != inputs.len() || examples * classes != scores.len() {
            return Err(IntegerError::Input(format!(
                "{} values and {} scores are no examples of {width} values and {classes} scores",
                inputs.len(),
                scores.len()
            )));
        }
        let scale = self.outputs().last().map_or(1.0, |output| output.scale);
        let mut found = Comparison {
            examples,
            same_class: 0,
            largest_difference: 0.0,
        };
        for (input, scores) in inputs.chunks_exact(width).zip(scores.chunks_exact(classes)) {
            let exact = self.evaluate(&self.numbers(input)?)?;
            found.same_class += usize::from(class_of(&exact) == class_of(scores));
            for (exact, &score) in exact.iter().zip(scores) {
                let difference = (*exact as f64 * scale - f64::from(score)).abs();
                if difference > found.largest_difference || difference.is_nan() {
                    found.largest_difference = difference;
                }
            }
        }
        Ok(found)
    }
}

/// Class of the largest score, the first where several are; 0 where there is none.
#[must_use]
pub fn class_of<T: PartialOrd>(scores: &[T]) -> usize {
    let mut best = 0;
    for (class, score) in scores.iter().enumerate() {
        if *score > scores[best] {
            best = class;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_is_that_of_the_largest_score_and_the_first_of_equals() {
        assert_eq!(class_of(&[-3, 5, 5, 2]), 1);
        assert_eq!(class_of(&[1.5, f32::NAN, 0.5]), 0);
        assert_eq!(class_of::<i128>(&[]), 0);
    }
}
