//! How sure a share of right answers is.

/// The 97.5 % quantile of the normal distribution.
const QUANTILE: f64 = 1.959_963_984_540_054;

/// The 95 % interval of a probability of which `right` out of `all` independent trials were right: the
/// score interval of Wilson, "Probable inference, the law of succession, and statistical inference"
/// (1927). None without trials.
///
/// It speaks of the choice of the test examples alone, not of the noise of another run.
pub(crate) fn score_interval(right: u64, all: u64) -> Option<(f64, f64)> {
    if all == 0 || right > all {
        return None;
    }
    let (count, share) = (all as f64, right as f64 / all as f64);
    let square = QUANTILE * QUANTILE;
    let middle = share + square / (2.0 * count);
    let half = QUANTILE * (share * (1.0 - share) / count + square / (4.0 * count * count)).sqrt();
    let scale = 1.0 + square / count;
    Some((
        ((middle - half) / scale).max(0.0),
        ((middle + half) / scale).min(1.0),
    ))
}

#[cfg(test)]
mod tests {
    use super::score_interval;

    #[test]
    fn intervals_are_those_of_wilson() {
        // scipy.stats.binomtest(right, all).proportion_ci(0.95, "wilson")
        for (right, all, low, high) in [
            (2649, 3228, 0.807_018_1, 0.833_483_6),
            (0, 10, 0.0, 0.277_532_8),
            (10, 10, 0.722_467_2, 1.0),
        ] {
            let found = score_interval(right, all).unwrap();
            assert!(
                (found.0 - low).abs() < 1e-7 && (found.1 - high).abs() < 1e-7,
                "{found:?}"
            );
        }
        assert_eq!(score_interval(0, 0), None);
        assert_eq!(score_interval(2, 1), None);
    }
}
