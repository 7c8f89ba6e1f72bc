//! Decisions about lazily drawn numbers, against arithmetic of any width.

use num_bigint::BigInt;
use proptest::prelude::*;

use super::*;
use crate::{ExactGaussian, ExactLaplace};

/// How many digits the exact values below have; no decision in these tests needs as many.
const DIGITS: u32 = 12;

/// The least value that a number can have, and the width of what its unknown digits leave open, in
/// units of 2^(-72 - 32 DIGITS); those below the known digits count as open.
fn interval(number: &LazyReal) -> (BigInt, BigInt) {
    let mut digits = number.fraction.known_digits();
    let open = (DIGITS - digits.len() as u32) * 32;
    digits.resize(DIGITS as usize, 0);
    let start = BigInt::from(number.integer_part);
    let fraction = digits
        .iter()
        .fold(start, |sum, &digit| (sum << 32) + BigInt::from(digit));
    let scale = BigInt::from(number.scale.significand) << number.scale.shift;
    let (magnitude, width) = (&scale * fraction, scale << open);
    let base = BigInt::from(number.base) << (32 * DIGITS);
    let low = match number.negative {
        false => base + magnitude,
        true => base - magnitude - &width,
    };
    (low, width)
}

/// All that the digits drawn so far leave open says that `a` is below `b`.
fn surely_below(a: &LazyReal, b: &LazyReal) -> bool {
    let ((low, width), (other, _)) = (interval(a), interval(b));
    low + width <= other
}

fn real(scale: Scale, base: i128, negative: bool, integer_part: u64, digits: &[u32]) -> LazyReal {
    LazyReal {
        base,
        scale,
        negative,
        integer_part,
        fraction: Uniform::with_digits(digits),
    }
}

fn scales() -> impl Strategy<Value = Scale> {
    let significand = prop_oneof![
        Just(1_u64 << 52),
        Just((1 << 53) - 1),
        (1_u64 << 52)..(1 << 53)
    ];
    let shift = prop_oneof![Just(0_u32), Just(31), Just(32), Just(60), 0_u32..=60];
    (significand, shift).prop_map(|(significand, shift)| Scale { significand, shift })
}

fn digits() -> impl Strategy<Value = Vec<u32>> {
    let digit = prop_oneof![Just(0), Just(u32::MAX), any::<u32>()];
    prop::collection::vec(digit, 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// Two numbers whose known digits all but agree, in every combination of signs.
    #[test]
    fn the_order_is_that_of_the_real_numbers(
        scale in scales(),
        signs in any::<[bool; 2]>(),
        parts in prop::array::uniform2(prop_oneof![0_u64..4, Just(LARGEST_INTEGER_PART)]),
        a_digits in digits(),
        b_digits in digits(),
        nudge in -3_i128..=3,
        same in any::<bool>(),
        seed in any::<u8>(),
    ) {
        let mut stream = NoiseStream::from_seed(&[seed; 32]);
        let b_digits = if same { &a_digits } else { &b_digits };
        let mut a = real(scale, 0, signs[0], parts[0], &a_digits);
        let mut b = real(scale, 0, signs[1], parts[1], b_digits);
        // Move b so that both begin at the same place, up to a few units.
        let gap: BigInt = (interval(&a).0 - interval(&b).0) >> (32 * DIGITS);
        b.base = i128::try_from(gap).unwrap() + nudge;
        let below = a.is_below(&mut b, &mut stream);
        prop_assert!(a.fraction.known_digits().len() <= DIGITS as usize);
        let (first, second) = if below { (&a, &b) } else { (&b, &a) };
        prop_assert!(surely_below(first, second), "{first:?} {second:?}");
        // The answer stays, and the other question has the other answer.
        prop_assert_eq!(a.is_below(&mut b, &mut stream), below);
        prop_assert_eq!(b.is_below(&mut a, &mut stream), !below);
    }

    #[test]
    fn thresholds_and_floors_are_those_of_the_real_number(
        scale in scales(),
        base in prop_oneof![-(1_i128 << 116)..(1 << 116), Just(0), Just(-1)],
        negative in any::<bool>(),
        integer_part in prop_oneof![0_u64..4, Just(LARGEST_INTEGER_PART)],
        digits in digits(),
        nudge in -3_i128..=3,
        seed in any::<u8>(),
    ) {
        let mut stream = NoiseStream::from_seed(&[seed; 32]);
        let mut number = real(scale, base, negative, integer_part, &digits);
        // A threshold next to it.
        let near: BigInt = interval(&number).0 >> (32 * DIGITS);
        let threshold = FixedPoint::new(i128::try_from(near).unwrap() + nudge, 72);
        let reached = number.reaches(threshold, &mut stream);
        let exact = BigInt::from(threshold.units()) << (32 * DIGITS);
        let (low, width) = interval(&number);
        let right = if reached { low >= exact } else { low + width <= exact };
        prop_assert!(right, "{reached}");

        let floor = number.floor(&mut stream);
        let one = BigInt::from(1) << (FRACTION_BITS + 32 * DIGITS);
        let (low, width) = interval(&number);
        prop_assert!(low >= &one * floor && low + width <= &one * (floor + 1), "{floor}");
    }
}

/// The decision must look at deep digits where the first ones agree: numbers that differ in digit
/// 7 alone.
#[test]
fn deep_digits_decide() {
    let mut stream = NoiseStream::from_seed(&[9; 32]);
    for standard_deviation in [1e-6, 0.3, 1.0, 40.0, 1e9] {
        let scale = Scale::new("", standard_deviation).unwrap();
        for negative in [false, true] {
            let digits = [5, 0, u32::MAX, 7, 7, 7, 7, 100];
            let mut more = digits;
            more[7] = 101;
            let mut a = real(scale, 3, negative, 2, &digits);
            let mut b = real(scale, 3, negative, 2, &more);
            assert_eq!(a.is_below(&mut b, &mut stream), !negative);
            assert_eq!(b.is_below(&mut a, &mut stream), negative);
        }
    }
}

/// Numbers of which nothing but the first digit is known and that agree in it are in either order
/// with probability 1/2.
#[test]
fn undecided_numbers_are_in_either_order() {
    const TRIALS: u32 = 20_000;
    let mut stream = NoiseStream::from_seed(&[10; 32]);
    for standard_deviation in [1e-6, 1.0, 1e9] {
        let scale = Scale::new("", standard_deviation).unwrap();
        let below = (0..TRIALS)
            .filter(|_| {
                let mut pair = [0, 1].map(|_| real(scale, 0, false, 1, &[77]));
                let [a, b] = &mut pair;
                a.is_below(b, &mut stream)
            })
            .count();
        // Hoeffding: outside with probability below 1e-6.
        assert!((below as f64 - 1e4).abs() < 382.0, "{below}");
    }
}

/// The floor of a normal (Laplace) number is what rounding the real number down gives, also for
/// bases that are no integers: chi-square against the distribution functions.
#[test]
fn floors_have_the_probabilities_of_the_continuous_distribution() {
    const TRIALS: usize = 200_000;
    let normal = |x: f64| 0.5 * libm::erfc(-x / std::f64::consts::SQRT_2);
    let laplace = |x: f64| match x < 0.0 {
        true => 0.5 * x.exp(),
        false => 1.0 - 0.5 * (-x).exp(),
    };
    let mut stream = NoiseStream::from_seed(&[11; 32]);
    let base = FixedPoint::from_f64("", 0.3125).unwrap();
    for scale in [0.4, 1.7, 6.1] {
        let (gaussian, exponential) = (
            ExactGaussian::new(scale).unwrap(),
            ExactLaplace::new(scale).unwrap(),
        );
        let mut check = |sample: &dyn Fn(&mut NoiseStream) -> LazyReal,
                         cdf: &dyn Fn(f64) -> f64| {
            let floors: Vec<i64> = (0..TRIALS)
                .map(|_| sample(&mut stream).plus(base).floor(&mut stream))
                .collect();
            let statistic = |scale: f64| {
                let (mut sum, mut cells) = (0.0, 0);
                for n in -30_i64..30 {
                    let [low, high] = [n, n + 1].map(|n| cdf((n as f64 - 0.3125) / scale));
                    let expected = TRIALS as f64 * (high - low);
                    if expected >= 200.0 {
                        let count = floors.iter().filter(|&&floor| floor == n).count() as f64;
                        sum += (count - expected).powi(2) / expected;
                        cells += 1;
                    }
                }
                (sum, f64::from(cells))
            };
            // Laurent and Massart (2000): above with probability below 1e-7. One degree of freedom
            // a cell, as the cells left out are not counted.
            let fits = |(sum, cells): (f64, f64)| {
                let x = 1e7_f64.ln();
                sum <= cells + 2.0 * (cells * x).sqrt() + 2.0 * x
            };
            assert!(fits(statistic(scale)), "{scale}: {:?}", statistic(scale));
            assert!(!fits(statistic(1.03 * scale)) && !fits(statistic(0.97 * scale)));
        };
        check(&|stream| gaussian.sample(stream), &normal);
        check(&|stream| exponential.sample(stream), &laplace);
    }
}
