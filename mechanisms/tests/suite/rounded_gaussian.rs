//! Rounded Gaussian samples have exactly the probabilities of a rounded normal number.

use privet_mechanisms::{NoiseSource, RoundedGaussian};

use crate::statistics::{fits_binomial, fits_chi_square, ks_bound, normal_cdf};

const SAMPLES: usize = 1_000_000;

fn draw(seed: u64, standard_deviation: f64) -> Vec<i64> {
    let mut stream = NoiseSource::danger_fixed_seed(seed).stream("test", 0);
    let gaussian = RoundedGaussian::new(standard_deviation).unwrap();
    (0..SAMPLES).map(|_| gaussian.sample(&mut stream)).collect()
}

/// `P(from <= n < to)`; by the tail that is smaller, so that tails keep their digits.
fn probability(from: i64, to: i64, standard_deviation: f64) -> f64 {
    let edges = [from, to].map(|n| (n as f64 - 0.5) / standard_deviation);
    let [low, high] = if edges[0] > 0.0 {
        [-edges[1], -edges[0]]
    } else {
        edges
    };
    normal_cdf(high) - normal_cdf(low)
}

/// Pearson's statistic and its degrees of freedom, over bins of `width` integers that expect at
/// least 1000 samples each (the statistic is then chi-square to good accuracy), and two tails.
fn pearson(samples: &[i64], width: i64, standard_deviation: f64) -> (f64, usize) {
    let expects = |from: i64, to: i64| SAMPLES as f64 * probability(from, to, standard_deviation);
    let start = -(width / 2);
    let mut bins = 0;
    while expects(start + (bins + 1) * width, start + (bins + 2) * width) >= 1000.0 {
        bins += 1;
    }
    let edges: Vec<i64> = (-bins..=bins + 1).map(|bin| start + bin * width).collect();
    let mut counts = vec![0_u64; edges.len() + 1];
    for &sample in samples {
        counts[edges.partition_point(|&edge| edge <= sample)] += 1;
    }
    let far = (60.0 * standard_deviation) as i64 + 1;
    let bounds = [&[-far][..], &edges, &[far]].concat();
    let cells = counts.iter().zip(bounds.windows(2));
    let statistic = cells.map(|(&count, bound)| {
        let expected = expects(bound[0], bound[1]);
        (count as f64 - expected).powi(2) / expected
    });
    (statistic.sum(), counts.len() - 1)
}

#[test]
fn every_integer_has_its_probability() {
    for (seed, standard_deviation, width) in
        [(21, 0.3, 1), (22, 1.0, 1), (23, 2.7, 1), (24, 1000.5, 101)]
    {
        let samples = draw(seed, standard_deviation);
        let fits = |deviation: f64| {
            let (statistic, freedom) = pearson(&samples, width, deviation);
            fits_chi_square(statistic, freedom)
        };
        assert!(fits(standard_deviation), "{standard_deviation}");
        for wrong in [0.98, 1.02] {
            assert!(
                !fits(wrong * standard_deviation),
                "{wrong} {standard_deviation}"
            );
        }
    }
}

/// The Dvoretzky-Kiefer-Wolfowitz bound holds for discrete distributions as well.
#[test]
fn the_distribution_function_is_that_of_the_rounded_normal() {
    for (seed, standard_deviation) in [(25, 0.7), (26, 41.0), (27, 3e9)] {
        let mut samples = draw(seed, standard_deviation);
        samples.sort_unstable();
        let mut distance = 0.0_f64;
        for (below, pair) in (1..).zip(samples.windows(2)) {
            if pair[0] != pair[1] {
                let cdf = normal_cdf((pair[0] as f64 + 0.5) / standard_deviation);
                distance = distance.max((f64::from(below) / SAMPLES as f64 - cdf).abs());
            }
        }
        assert!(
            distance <= ks_bound(SAMPLES),
            "{standard_deviation}: {distance}"
        );
    }
}

#[test]
fn samples_are_symmetric_and_have_the_variance_of_the_sum_of_their_bins() {
    for (seed, standard_deviation) in [(28, 0.5), (29, 12.0)] {
        let samples = draw(seed, standard_deviation);
        let positive = samples.iter().filter(|&&n| n > 0).count() as u64;
        let nonzero = samples.iter().filter(|&&n| n != 0).count() as u64;
        assert!(
            fits_binomial(positive, nonzero, 0.5),
            "{positive} of {nonzero}"
        );

        let moment = |power: i32| -> f64 {
            let far = (40.0 * standard_deviation) as i64;
            let terms = (1..far)
                .map(|n| (n as f64).powi(power) * probability(n, n + 1, standard_deviation));
            2.0 * terms.sum::<f64>()
        };
        let (second, fourth) = (moment(2), moment(4));
        let mean_square = samples.iter().map(|&n| (n * n) as f64).sum::<f64>() / SAMPLES as f64;
        let error = ((fourth - second * second) / SAMPLES as f64).sqrt();
        // Six standard errors of a mean of a million: below 1e-8 by the normal approximation.
        assert!(
            (mean_square - second).abs() <= 6.0 * error,
            "{mean_square} for {second}"
        );
        let mean = samples.iter().sum::<i64>() as f64 / SAMPLES as f64;
        assert!(
            mean.abs() <= 6.0 * (second / SAMPLES as f64).sqrt(),
            "{mean}"
        );
    }
}
