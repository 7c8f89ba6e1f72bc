//! The rounding of the rounded Gaussian.

use super::*;
use crate::noise::lazy_real::LARGEST_INTEGER_PART;

#[test]
fn the_deviation_is_rounded_up_and_by_little() {
    let awkward = [
        SMALLEST,
        0.3,
        1.0,
        1.0 + f64::EPSILON,
        2.0 - f64::EPSILON,
        2.7,
        1000.5,
        LARGEST.next_down(),
        LARGEST,
    ];
    for asked in awkward {
        let gaussian = RoundedGaussian::new(asked).unwrap();
        let has = gaussian.standard_deviation();
        assert!(
            has >= asked && has <= asked * (1.0 + 2_f64.powi(-31)),
            "{asked} {has}"
        );
        assert!(
            (1 << 31..1 << 32).contains(&gaussian.significand),
            "{asked}"
        );
        assert!((55..=105).contains(&gaussian.shift), "{asked}");
    }
    for exact in [0.5, 1.0, 3.0, 4096.25] {
        assert_eq!(
            RoundedGaussian::new(exact).unwrap().standard_deviation(),
            exact
        );
    }
}

#[test]
fn deviations_out_of_range_are_refused() {
    for bad in [
        f64::NAN,
        0.0,
        -1.0,
        SMALLEST.next_down(),
        LARGEST.next_up(),
        f64::INFINITY,
    ] {
        let refused = RoundedGaussian::new(bad).unwrap_err().to_string();
        assert!(refused.contains("rounded Gaussian"), "{refused}");
    }
}

/// Feeds digits that agree with those of a point between two integers as long as wanted, and then
/// are one less or one more.
#[test]
fn rounding_changes_exactly_between_two_integers() {
    let mut checked = 0;
    for deviation in [0.3, 1.0, 2.7, 1000.5, 1.234e8] {
        let gaussian = RoundedGaussian::new(deviation).unwrap();
        let significand = u128::from(gaussian.significand);
        for k in [0_u64, 1, 3, 40] {
            // The largest n with (n + 1/2) / s < k + 1; the fraction of the point over 1 / s.
            let end = (u128::from(k) + 1) * significand;
            let half_unit = 1_u128 << (gaussian.shift - 65);
            let n = (end.div_ceil(half_unit) - 1).saturating_sub(1) / 2;
            let Some(fraction) = ((2 * n + 1) * half_unit)
                .checked_sub(u128::from(k) * significand)
                .filter(|&fraction| fraction < significand)
            else {
                continue;
            };
            let mut rest = fraction;
            let point: Vec<u32> = (0..8)
                .map(|_| {
                    let digit = ((rest << 32) / significand) as u32;
                    rest = (rest << 32) % significand;
                    digit
                })
                .collect();
            let round = |digits: &[u32]| {
                let mut digits = digits.iter().copied();
                gaussian.round(k, || digits.next().unwrap_or(0))
            };
            checked += 1;
            for (index, &digit) in point.iter().enumerate() {
                let mut below = point.clone();
                below.truncate(index + 1);
                let mut above = below.clone();
                if let Some(less) = digit.checked_sub(1) {
                    below[index] = less;
                    below.extend([u32::MAX; 12]);
                    assert_eq!(round(&below), n as i64, "{deviation} {k} {index}");
                }
                if let Some(more) = digit.checked_add(1) {
                    above[index] = more;
                    assert_eq!(round(&above), n as i64 + 1, "{deviation} {k} {index}");
                }
            }
        }
    }
    assert!(checked >= 16, "{checked}");
}

#[test]
fn the_largest_deviation_scales_the_digits() {
    let gaussian = RoundedGaussian::new(LARGEST).unwrap();
    for fraction in [
        0,
        1,
        1 << 23,
        (1 << 23) - 1,
        0x1234_5678_9abc_def0,
        u64::MAX,
    ] {
        let mut digits = [(fraction >> 32) as u32, fraction as u32, 7].into_iter();
        let rounded = gaussian.round(5, || digits.next().unwrap_or(0));
        let expected = (5 << 40) + ((u128::from(fraction) + (1 << 23)) >> 24) as i64;
        assert_eq!(rounded, expected, "{fraction}");
    }
    let top = gaussian.round(LARGEST_INTEGER_PART, || u32::MAX);
    assert_eq!(top, (1 << 50) + (1 << 40));
}
