//! The first values from a fixed seed. A change here means that a run which was interrupted before
//! an upgrade does not replay after it: say so in the release notes.

use privet_mechanisms::{
    AdaptiveClipping, Arithmetic, ChangedVotes, ClippingPlan, DiscreteGaussian, DiscreteLaplace,
    DrawnBatch, ExactGaussian, ExactLaplace, Gaussian, GnMax, LnMax, NoiseSource, NoiseStream,
    NoisyMax, NoisySgdMechanism, NoisySgdParameters, NoisySgdRun, RoundedGaussian, Sampling,
    Sensitive, VoteHistogram, VoteNoise, VoteQueries,
};
use rand::Rng;

use crate::plans::{integer_sum_of, poisson, sum_of};

#[test]
fn bits() {
    let mut stream = NoiseSource::danger_fixed_seed(42).stream("test", 3);
    assert_eq!(
        [stream.next_u64(), stream.next_u64()],
        [14968447859196608531, 13086551470069847250]
    );
}

#[test]
fn gaussian() {
    let mut stream = NoiseSource::danger_fixed_seed(42).stream("gaussian", 0);
    let gaussian = Gaussian::new(2.0).unwrap();
    assert_eq!(
        [(); 4].map(|()| gaussian.sample(&mut stream)),
        [
            -1.5260712125432865,
            0.4600214800314532,
            -4.867291976944167,
            3.474903138643213
        ]
    );
}

#[test]
fn exact_noises() {
    let source = NoiseSource::danger_fixed_seed(42);
    let draw = |purpose: &str, sample: &dyn Fn(&mut NoiseStream) -> i64| {
        let mut stream = source.stream(purpose, 0);
        [(); 6].map(|()| sample(&mut stream))
    };
    let gaussian = ExactGaussian::new(100.5).unwrap();
    let laplace = ExactLaplace::new(100.5).unwrap();
    assert_eq!(
        draw("gaussian", &|s| gaussian.sample(s).floor(s)),
        [-103, 133, 26, -45, -193, -86]
    );
    assert_eq!(
        draw("laplace", &|s| laplace.sample(s).floor(s)),
        [12, 22, -34, 260, -48, 42]
    );
    let gaussian = DiscreteGaussian::new(100.5).unwrap();
    let laplace = DiscreteLaplace::new(100.5).unwrap();
    assert_eq!(
        draw("discrete gaussian", &|s| gaussian.sample(s)),
        [-28, 0, 39, 135, -82, -121]
    );
    assert_eq!(
        draw("discrete laplace", &|s| laplace.sample(s)),
        [-171, -14, 14, -8, -2, 79]
    );
}

#[test]
fn labels() {
    let queries = VoteQueries {
        classes: 10,
        queries: 12,
        changed_votes: ChangedVotes::ONE,
    };
    let labels = |plan: &dyn NoisyMax| -> Vec<usize> {
        let mut aggregator = plan.start(&NoiseSource::danger_fixed_seed(42)).unwrap();
        let votes = Sensitive::new(VoteHistogram::new((0..10).collect()).unwrap());
        let mut class = |query| {
            aggregator
                .release(query, &votes)
                .unwrap()
                .label()
                .unwrap()
                .class()
        };
        (0..12).map(&mut class).collect()
    };
    let gn_max = |noise| labels(&GnMax::with_noise(noise, 4.0, queries).unwrap());
    let ln_max = |noise| labels(&LnMax::with_noise(noise, 4.0, queries).unwrap());
    assert_eq!(
        gn_max(VoteNoise::Gaussian),
        [6, 9, 6, 4, 5, 9, 9, 5, 8, 8, 3, 6]
    );
    assert_eq!(
        ln_max(VoteNoise::Laplace),
        [4, 7, 7, 9, 3, 6, 8, 5, 1, 8, 9, 4]
    );
    assert_eq!(
        gn_max(VoteNoise::DiscreteGaussian),
        [8, 7, 8, 4, 8, 9, 8, 7, 6, 9, 5, 9]
    );
    assert_eq!(
        ln_max(VoteNoise::DiscreteLaplace),
        [9, 8, 5, 9, 7, 8, 8, 7, 7, 2, 2, 9]
    );
}

fn start(parameters: NoisySgdParameters, units: usize) -> NoisySgdRun {
    let plan = NoisySgdMechanism::new(parameters).unwrap();
    let source = NoiseSource::danger_fixed_seed(42);
    plan.start(&source, Sensitive::new(units)).unwrap()
}

#[test]
fn batch_and_noisy_gradient() {
    let mut run = start(
        NoisySgdParameters {
            declared_units: 400,
            steps: 5,
            ..poisson(0.01)
        },
        1000,
    );
    let batch = run.next_batch().unwrap();
    assert_eq!(
        batch.indices().expose_sensitive(),
        &[
            102, 151, 175, 256, 469, 472, 553, 555, 568, 607, 670, 682, 693, 782, 825
        ]
    );
    let sum = sum_of(&run, &batch, vec![0.0; 3]);
    assert_eq!(
        run.release(batch, sum).unwrap(),
        [0.5399567, -0.017724546, 0.058927458]
    );
}

#[test]
fn exact_gradient() {
    let arithmetic = Arithmetic::Exact;
    let mut run = start(
        NoisySgdParameters {
            arithmetic,
            ..poisson(0.5)
        },
        12,
    );
    let batch = run.next_batch().unwrap();
    let sum = integer_sum_of(&run, &batch, vec![0; 3]);
    assert_eq!(
        run.release_exact(batch, sum).unwrap(),
        [0.2774353, 0.2646454, -0.18443298]
    );
}

#[test]
fn rounded_gaussian() {
    let mut stream = NoiseSource::danger_fixed_seed(42).stream("rounded", 0);
    let gaussian = RoundedGaussian::new(1000.5).unwrap();
    assert_eq!(
        [(); 6].map(|()| gaussian.sample(&mut stream)),
        [-265, 411, -175, -81, 201, -541]
    );
}

#[test]
fn batches_of_other_samplers() {
    let batches = |sampling| {
        let mut run = start(
            NoisySgdParameters {
                sampling,
                steps: 4,
                ..poisson(0.5)
            },
            12,
        );
        let indices = |batch: DrawnBatch| batch.indices().expose_sensitive().to_vec();
        std::iter::from_fn(|| run.next_batch())
            .map(indices)
            .collect::<Vec<_>>()
    };
    let truncated = Sampling::TruncatedPoisson {
        sampling_probability: 0.5,
        maximum_batch_size: 5,
        maximum_units: 12,
    };
    assert_eq!(
        batches(truncated),
        [
            vec![1, 6, 7],
            vec![0, 5, 8],
            vec![2, 4, 5, 7, 11],
            vec![3, 4, 5, 6, 11]
        ]
    );
    let allocation = Sampling::RandomAllocation {
        steps_per_epoch: 3,
        selected: 2,
    };
    assert_eq!(
        batches(allocation),
        [
            vec![0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
            vec![3, 4, 7, 9, 10, 11],
            vec![0, 1, 2, 5, 6, 8],
            vec![0, 1, 2, 3, 8, 9, 11]
        ]
    );
}

#[test]
fn adaptive_norm() {
    let clipping = ClippingPlan::Adaptive(AdaptiveClipping {
        initial_norm: 0.1,
        target_quantile: 0.5,
        learning_rate: 0.2,
        count_noise: 2.0,
    });
    let mut run = start(
        NoisySgdParameters {
            clipping,
            ..poisson(0.5)
        },
        12,
    );
    let batch = run.next_batch().unwrap();
    let sum = sum_of(&run, &batch, vec![0.0; 2]);
    assert_eq!(
        run.release(batch, sum).unwrap(),
        [-0.01815953, -0.015500512]
    );
    assert_eq!(run.state().clipping_norm, Some(0.08327552455929957));
}
