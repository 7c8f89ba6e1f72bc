//! The law of the argmax of small histograms, for every noise, against integrals and sums.

use privet_mechanisms::{
    ChangedVotes, ConfidentGnMax, ConfidentScales, GnMax, LnMax, NoiseSource, NoisyMax, Sensitive,
    VoteHistogram, VoteNoise, VoteQueries,
};

use crate::statistics::{fits_binomial, fits_chi_square, laplace_cdf, normal_cdf};

const QUERIES: u64 = 200_000;

fn queries(classes: usize) -> VoteQueries {
    VoteQueries {
        classes,
        queries: QUERIES,
        changed_votes: ChangedVotes::ONE,
    }
}

fn wins(plan: &dyn NoisyMax, seed: u64, counts: &[u32]) -> Vec<u64> {
    let votes = Sensitive::new(VoteHistogram::new(counts.to_vec()).unwrap());
    let mut aggregator = plan.start(&NoiseSource::danger_fixed_seed(seed)).unwrap();
    let mut wins = vec![0; counts.len()];
    for query in 0..QUERIES {
        if let Some(label) = aggregator.release(query, &votes).unwrap().label() {
            wins[label.class()] += 1;
        }
    }
    wins
}

/// `integral of f(x - n_j) prod_{i != j} F(x - n_i)`, by the trapezoid rule.
fn continuous_law(counts: &[u32], scale: f64, cdf: fn(f64) -> f64) -> Vec<f64> {
    let step = scale / 200.0;
    let edges: Vec<f64> = (-8_000..12_000).map(|i| f64::from(i) * step).collect();
    let at = |x: f64, i: usize| cdf((x - f64::from(counts[i])) / scale);
    let of_class = |j: usize| {
        let cells = edges.windows(2).map(|edge| {
            let middle = 0.5 * (edge[0] + edge[1]);
            let others = (0..counts.len()).filter(|&i| i != j);
            (at(edge[1], j) - at(edge[0], j)) * others.map(|i| at(middle, i)).product::<f64>()
        });
        cells.sum::<f64>()
    };
    (0..counts.len()).map(of_class).collect()
}

/// The sum over the largest value x and the set of classes that share it, each of which wins with
/// the same probability.
fn discrete_law(counts: &[u32], weight: &dyn Fn(f64) -> f64) -> Vec<f64> {
    let total: f64 = (-400..=400).map(|n| weight(f64::from(n))).sum();
    let mass = |x: i32, i: usize| weight(f64::from(x) - f64::from(counts[i])) / total;
    let mut law = vec![0.0; counts.len()];
    let mut below = vec![0.0; counts.len()];
    for x in -350..400 {
        for shared in 1_u32..1 << counts.len() {
            let factor = |i: usize| {
                if shared >> i & 1 == 1 {
                    mass(x, i)
                } else {
                    below[i]
                }
            };
            let probability: f64 = (0..counts.len()).map(factor).product();
            for (i, share) in law.iter_mut().enumerate() {
                *share += f64::from(shared >> i & 1) * probability / f64::from(shared.count_ones());
            }
        }
        for (i, below) in below.iter_mut().enumerate() {
            *below += mass(x, i);
        }
    }
    law
}

fn fits(wins: &[u64], law: &[f64]) -> bool {
    let cells = wins.iter().zip(law).map(|(&count, p)| {
        let expected = QUERIES as f64 * p;
        (count as f64 - expected).powi(2) / expected
    });
    fits_chi_square(cells.sum(), wins.len() - 1)
}

const COUNTS: [u32; 4] = [11, 9, 9, 5];

fn plan(noise: VoteNoise, scale: f64) -> Box<dyn NoisyMax> {
    match noise {
        VoteNoise::Gaussian | VoteNoise::DiscreteGaussian => {
            Box::new(GnMax::with_noise(noise, scale, queries(4)).unwrap())
        }
        _ => Box::new(LnMax::with_noise(noise, scale, queries(4)).unwrap()),
    }
}

fn law(noise: VoteNoise, scale: f64) -> Vec<f64> {
    match noise {
        VoteNoise::Gaussian => continuous_law(&COUNTS, scale, normal_cdf),
        VoteNoise::Laplace => continuous_law(&COUNTS, scale, laplace_cdf),
        VoteNoise::DiscreteGaussian => {
            discrete_law(&COUNTS, &|x| (-0.5 * x * x / (scale * scale)).exp())
        }
        VoteNoise::DiscreteLaplace => discrete_law(&COUNTS, &|x| (-x.abs() / scale).exp()),
    }
}

#[test]
fn every_noise_gives_the_argmax_its_law() {
    use VoteNoise::{DiscreteGaussian, DiscreteLaplace, Gaussian, Laplace};
    for (seed, noise, scale) in [
        (81, Gaussian, 3.7),
        (82, Laplace, 2.3),
        (83, DiscreteGaussian, 3.7),
        (84, DiscreteLaplace, 2.3),
        // Where most draws are 0, ties decide, and continuous noise would have another law.
        (85, DiscreteGaussian, 0.7),
        (86, DiscreteLaplace, 0.9),
    ] {
        let wins = wins(&*plan(noise, scale), seed, &COUNTS);
        let sum: f64 = law(noise, scale).iter().sum();
        assert!((sum - 1.0).abs() < 1e-6, "{noise:?} {sum}");
        assert!(fits(&wins, &law(noise, scale)), "{noise:?} {wins:?}");
        assert!(!fits(&wins, &law(noise, 1.05 * scale)), "{noise:?}");
        assert!(!fits(&wins, &law(noise, 0.95 * scale)), "{noise:?}");
    }
    // The test tells continuous and discrete noise apart.
    let discrete = wins(&*plan(DiscreteGaussian, 0.7), 85, &COUNTS);
    assert!(!fits(&discrete, &law(Gaussian, 0.7)));
}

/// A threshold that is no integer is reached by integer noise with the probability of the next one.
#[test]
fn checks_with_discrete_noise_have_their_probability() {
    let scales = ConfidentScales {
        threshold: 12.5,
        threshold_scale: 0.8,
        vote_scale: 1.0,
    };
    let noise = VoteNoise::DiscreteGaussian;
    let plan = ConfidentGnMax::with_noise(noise, scales, QUERIES, queries(4)).unwrap();
    let answered: u64 = wins(&plan, 87, &COUNTS).iter().sum();
    let weight = |n: i32| (-f64::from(n * n) / 1.28).exp();
    let total: f64 = (-60..=60).map(weight).sum();
    let from = |least: i32| (least..=60).map(weight).sum::<f64>() / total;
    assert!(fits_binomial(answered, QUERIES, from(2)), "{answered}");
    assert!(!fits_binomial(answered, QUERIES, from(1)));
    assert!(!fits_binomial(answered, QUERIES, normal_cdf(-1.5 / 0.8)));
}
