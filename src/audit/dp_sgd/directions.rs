//! Canaries whose gradients are known: the rows that stand for them, and their directions.

/// Markers are the finite f32 of the largest exponent, which no preprocessing makes. Their lowest bits
/// number the canary.
const MARKER: u32 = 0x7f00_0000;
const OPPOSITE: u32 = 0x8000_0000;
const EMPTY: u32 = 0x0040_0000;
/// The most canaries that markers can number.
pub(super) const MOST: usize = EMPTY as usize;

/// What is where a canary could be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    /// The canary.
    There,
    /// A record that contributes nothing.
    Empty,
    /// A record with the opposite gradient.
    Opposite,
}

/// The value of every input of the row that stands for a canary.
pub(super) fn marker(canary: usize, presence: Presence) -> f32 {
    let kind = match presence {
        Presence::There => 0,
        Presence::Empty => EMPTY,
        Presence::Opposite => OPPOSITE,
    };
    f32::from_bits(MARKER | kind | (canary % MOST) as u32)
}

/// The canary that a row stands for. Augmentation moves images, but not the value in their middle.
pub(super) fn canary_of(row: &[f32]) -> Option<(usize, Presence)> {
    let bits = row.get(row.len() / 2)?.to_bits();
    if bits & MARKER != MARKER || bits & 0x0080_0000 != 0 {
        return None;
    }
    let presence = match (bits & OPPOSITE != 0, bits & EMPTY != 0) {
        (false, false) => Presence::There,
        (false, true) => Presence::Empty,
        (true, false) => Presence::Opposite,
        (true, true) => return None,
    };
    Some(((bits & (EMPTY - 1)) as usize, presence))
}

/// Orthogonal directions: canary `i` of `m` has the coordinates `i`, `i + m`, ..., as many as all have,
/// each with a sign of its own, so that the gradients of other records, which it meets in them, cancel.
#[derive(Clone, Debug)]
pub(super) struct Directions {
    canaries: usize,
    signs: Vec<f32>,
}

impl Directions {
    /// For a network of so many parameters, at least as many as canaries; `sign` throws coins.
    pub(super) fn new(canaries: usize, parameters: usize, mut sign: impl FnMut() -> bool) -> Self {
        let used = parameters / canaries.max(1) * canaries;
        let signs = (0..used).map(|_| if sign() { 1.0 } else { -1.0 });
        Self {
            canaries: canaries.max(1),
            signs: signs.collect(),
        }
    }

    /// Adds to each canary's score how far `gradient` goes in its direction, times `weight`.
    pub(super) fn score(&self, gradient: &[f32], weight: f64, scores: &mut [f64]) {
        for (gradient, signs) in gradient
            .chunks(self.canaries)
            .zip(self.signs.chunks(self.canaries))
        {
            for ((value, sign), score) in gradient.iter().zip(signs).zip(scores.iter_mut()) {
                *score += weight * f64::from(value * sign);
            }
        }
    }

    /// The coordinates of a canary, with signs.
    pub(super) fn of(&self, canary: usize) -> impl Iterator<Item = (usize, f32)> {
        let coordinates = (canary..self.signs.len()).step_by(self.canaries);
        coordinates.map(|coordinate| (coordinate, self.signs[coordinate]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_name_their_canary_and_no_ordinary_value_is_one() {
        for canary in [0, 1, 77, MOST - 1] {
            for presence in [Presence::There, Presence::Empty, Presence::Opposite] {
                let value = marker(canary, presence);
                assert!(value.is_finite());
                assert_eq!(canary_of(&[0.5, value, value]), Some((canary, presence)));
            }
        }
        for value in [0.0, 1.0, -1.0, 1e30, -1e37, 255.0, f32::MIN_POSITIVE] {
            assert_eq!(canary_of(&[value]), None, "{value}");
        }
        assert_eq!(canary_of(&[]), None);
    }

    #[test]
    fn directions_are_orthogonal_and_scored() {
        let mut flip = false;
        let directions = Directions::new(3, 11, || {
            flip = !flip;
            flip
        });
        for canary in 0..3 {
            let mut gradient = vec![0.0; 11];
            for (coordinate, sign) in directions.of(canary) {
                gradient[coordinate] = 2.0 * sign;
            }
            let mut scores = vec![0.0; 3];
            directions.score(&gradient, 0.5, &mut scores);
            let expected: Vec<f64> = (0..3)
                .map(|i| if i == canary { 3.0 } else { 0.0 })
                .collect();
            assert_eq!(scores, expected);
        }
    }
}
