//! The standard exponential distribution, without floating point.

use super::NoiseStream;
use super::lazy_real::LARGEST_INTEGER_PART;
use super::uniform::Uniform;

/// The integer part and the fraction of an exponential number with mean 1.
///
/// (Von Neumann, "Various techniques used in connection with random digits", 1951; Karney 2016,
/// section 2.) A run x > u2 > u3 > ... that starts with a uniform x has length n with probability
/// `x^(n-1) / (n-1)! - x^n / n!`, so an odd length with `1 - x + x^2 / 2 - ... = exp(-x)`: such an
/// x is the fraction. The length is even with probability `1/e`, and then the integer part is 1
/// larger.
#[inline]
pub(super) fn exponential(stream: &mut NoiseStream) -> (u64, Uniform) {
    let mut integer_part = 0;
    loop {
        let mut first = Uniform::new(stream);
        if run_is_odd(&mut first, stream) || integer_part == LARGEST_INTEGER_PART {
            return (integer_part, first);
        }
        integer_part += 1;
    }
}

#[inline]
fn run_is_odd(first: &mut Uniform, stream: &mut NoiseStream) -> bool {
    let mut last: Option<Uniform> = None;
    let mut odd = true;
    loop {
        let mut next = Uniform::new(stream);
        if !next.is_below(last.as_mut().unwrap_or(first), stream) {
            return odd;
        }
        (last, odd) = (Some(next), !odd);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integer_parts_and_fractions_are_exponential() {
        const TRIALS: u32 = 400_000;
        let mut stream = NoiseStream::from_seed(&[21; 32]);
        // By integer part and eighth of the fraction.
        let mut counts = [[0_u32; 8]; 80];
        for _ in 0..TRIALS {
            let (integer, mut fraction) = exponential(&mut stream);
            let eighth = fraction.digit(0, &mut stream) >> 29;
            counts[integer as usize][eighth as usize] += 1;
        }
        // Hoeffding: outside with probability below 1e-9 for each of 640.
        let t = (2e9_f64.ln() / (2.0 * f64::from(TRIALS))).sqrt();
        for (k, row) in counts.iter().enumerate() {
            for (eighth, &count) in row.iter().enumerate() {
                let from = k as f64 + eighth as f64 / 8.0;
                let p = (-from).exp() - (-from - 0.125).exp();
                let frequency = f64::from(count) / f64::from(TRIALS);
                assert!((frequency - p).abs() <= t, "{from}: {frequency} for {p}");
            }
        }
    }
}
