//! How far an image reaches beyond its edges.

/// Side of the padded image: the least multiple of `2^scales` that leaves at least one coefficient
/// of the output to be cut off at each end (Kymatio's padding).
pub(super) fn padded_side(side: usize, scales: u32) -> usize {
    ((side >> scales) + 2) << scales
}

/// For each pixel of a padded line the pixel of the image that it mirrors.
///
/// The image is reflected at the centre of its first and last pixel, as often as it takes; where the
/// padding is odd, the extra pixel stands at the end.
pub(super) fn mirrored(side: usize, padded: usize) -> Vec<usize> {
    let before = padded.saturating_sub(side) / 2;
    let period = (2 * side.saturating_sub(1)).max(1);
    // So many periods in front that the subtraction cannot go below 0.
    let start = period * before.div_ceil(period) - before;
    (0..padded)
        .map(|place| {
            let at = (start + place) % period;
            at.min(period - at).min(side.saturating_sub(1))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_are_those_of_kymatio() {
        assert_eq!(padded_side(28, 2), 36);
        assert_eq!(padded_side(30, 2), 36);
        assert_eq!(padded_side(32, 2), 40);
        assert_eq!(padded_side(8, 3), 24);
    }

    #[test]
    fn lines_are_reflected_without_their_ends_doubled() {
        assert_eq!(mirrored(4, 7), [1, 0, 1, 2, 3, 2, 1]);
        // Padding wider than the image goes back and forth.
        assert_eq!(mirrored(2, 6), [0, 1, 0, 1, 0, 1]);
        assert_eq!(mirrored(3, 11), [0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2]);
    }
}
