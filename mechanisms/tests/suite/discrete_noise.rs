//! Discrete Gaussian and Laplace samples have exactly their probabilities.

use privet_mechanisms::{
    DiscreteGaussian, DiscreteLaplace, ExactGaussian, ExactLaplace, MechanismError, NoiseSource,
    NoiseStream,
};

use crate::statistics::fits_chi_square;

const SAMPLES: usize = 400_000;

/// Whether the samples have probabilities proportional to `weight`: chi-square over cells of
/// `width` integers that expect at least 500 samples, and the two tails.
fn fits(samples: &[i64], width: i64, far: i64, weight: &dyn Fn(f64) -> f64) -> bool {
    let total: f64 = (-far..=far).map(|n| weight(n as f64)).sum();
    let expects = |from: i64, to: i64| {
        let sum: f64 = (from..to).map(|n| weight(n as f64)).sum();
        SAMPLES as f64 * sum / total
    };
    let start = -(width / 2);
    let mut bins = 0;
    while expects(start + (bins + 1) * width, start + (bins + 2) * width) >= 500.0 {
        bins += 1;
    }
    let edges: Vec<i64> = (-bins..=bins + 1).map(|bin| start + bin * width).collect();
    let mut counts = vec![0_u64; edges.len() + 1];
    for &sample in samples {
        counts[edges.partition_point(|&edge| edge <= sample)] += 1;
    }
    let bounds = [&[-far][..], &edges, &[far]].concat();
    let cells = counts.iter().zip(bounds.windows(2));
    let statistic = cells.map(|(&count, bound)| {
        let expected = expects(bound[0], bound[1]).max(1e-300);
        (count as f64 - expected).powi(2) / expected
    });
    fits_chi_square(statistic.sum(), counts.len() - 1)
}

fn draw(seed: u64, sample: impl Fn(&mut NoiseStream) -> i64) -> Vec<i64> {
    let mut stream = NoiseSource::danger_fixed_seed(seed).stream("test", 0);
    (0..SAMPLES).map(|_| sample(&mut stream)).collect()
}

/// Scale and width of cells: around 1 every integer counts, also scales that are no short
/// fractions, and below 1.
const SCALES: [(f64, i64); 5] = [(0.45, 1), (1.0, 1), (2.7, 1), (20.3, 3), (300.1, 41)];

#[test]
fn discrete_gaussian_samples_have_their_probabilities() {
    for (seed, (scale, width)) in (51..).zip(SCALES) {
        let noise = DiscreteGaussian::new(scale).unwrap();
        assert_eq!(noise.scale(), scale);
        let samples = draw(seed, |stream| noise.sample(stream));
        let far = (12.0 * scale) as i64 + 3;
        let has = |scale: f64| {
            let weight = |n: f64| (-0.5 * n * n / (scale * scale)).exp();
            fits(&samples, width, far, &weight)
        };
        assert!(has(scale), "{scale}");
        assert!(!has(0.97 * scale) && !has(1.03 * scale), "{scale}");
    }
}

#[test]
fn discrete_laplace_samples_have_their_probabilities() {
    for (seed, (scale, width)) in (61..).zip(SCALES) {
        let noise = DiscreteLaplace::new(scale).unwrap();
        assert_eq!(noise.scale(), scale);
        let samples = draw(seed, |stream| noise.sample(stream));
        let far = (45.0 * scale) as i64 + 3;
        let has = |scale: f64| {
            let weight = |n: f64| (-n.abs() / scale).exp();
            fits(&samples, width, far, &weight)
        };
        assert!(has(scale), "{scale}");
        assert!(!has(0.97 * scale) && !has(1.03 * scale), "{scale}");
    }
}

/// The discrete Gaussian is not the rounded one: at scale 0.45 a chi-square sees the difference.
#[test]
fn the_discrete_gaussian_is_not_a_rounded_one() {
    let noise = privet_mechanisms::RoundedGaussian::new(0.45).unwrap();
    let samples = draw(71, |stream| noise.sample(stream));
    let weight = |n: f64| (-0.5 * n * n / (0.45 * 0.45)).exp();
    assert!(!fits(&samples, 1, 8, &weight));
}

#[test]
fn scales_out_of_range_are_refused() {
    let too_small = 2_f64.powi(-20).next_down();
    let too_large = 2_f64.powi(40).next_up();
    for bad in [f64::NAN, 0.0, -1.0, too_small, too_large, f64::INFINITY] {
        let refused = [
            ExactGaussian::new(bad).map(drop),
            ExactLaplace::new(bad).map(drop),
            DiscreteGaussian::new(bad).map(drop),
            DiscreteLaplace::new(bad).map(drop),
        ];
        for result in refused {
            let out_of_range = matches!(result, Err(MechanismError::OutOfRange { .. }));
            assert!(out_of_range, "{bad}: {result:?}");
        }
    }
}

/// The largest and the smallest scale do not overflow (debug builds would say so).
#[test]
fn extreme_scales_are_sampled() {
    let mut stream = NoiseSource::danger_fixed_seed(72).stream("test", 0);
    for scale in [
        2_f64.powi(40),
        2_f64.powi(-20),
        1e-6,
        2_f64.powi(40).next_down(),
    ] {
        let gaussian = DiscreteGaussian::new(scale).unwrap();
        let laplace = DiscreteLaplace::new(scale).unwrap();
        let large = (0..1000).filter(|_| {
            let within = |n: i64| (n.abs() as f64) < 40.0 * scale + 1.0;
            assert!(within(gaussian.sample(&mut stream)) && within(laplace.sample(&mut stream)));
            (gaussian.sample(&mut stream).abs() as f64) > 0.5 * scale
        });
        // Of a normal law 61.7 %; of the smallest, none.
        let large = large.count();
        assert!(if scale > 1.0 {
            (500..740).contains(&large)
        } else {
            large == 0
        });
    }
}
