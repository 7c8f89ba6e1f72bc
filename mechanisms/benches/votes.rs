//! How long PATE's releases take: 10,000 queries of 10 classes with each noise, in one element.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use privet_mechanisms::{
    ChangedVotes, ConfidentGnMax, ConfidentScales, GnMax, LnMax, NoiseSource, NoisyMax, Sensitive,
    VoteHistogram, VoteNoise, VoteQueries,
};

const QUERIES: VoteQueries = VoteQueries {
    classes: 10,
    queries: 10_000,
    changed_votes: ChangedVotes::ONE,
};

fn releases(criterion: &mut Criterion, name: &str, plan: &dyn NoisyMax) {
    let counts = vec![60, 40, 35, 30, 25, 20, 15, 12, 8, 5];
    let votes = Sensitive::new(VoteHistogram::new(counts).expect("ten counts"));
    criterion.bench_function(name, |bencher| {
        // A source of its own: a plan is started once.
        let start = || {
            plan.start(&NoiseSource::danger_fixed_seed(1))
                .expect("once")
        };
        let run = |mut aggregator: privet_mechanisms::Aggregator| {
            for query in 0..QUERIES.queries {
                aggregator.release(query, &votes).expect("in order");
            }
        };
        bencher.iter_batched(start, run, BatchSize::PerIteration);
    });
}

fn votes(criterion: &mut Criterion) {
    let scales = ConfidentScales {
        threshold: 60.0,
        threshold_scale: 150.0,
        vote_scale: 40.0,
    };
    for noise in [VoteNoise::Gaussian, VoteNoise::DiscreteGaussian] {
        let plan = GnMax::with_noise(noise, 40.0, QUERIES).expect("a plan");
        releases(criterion, &format!("GnMax, {noise:?}"), &plan);
        let confident = ConfidentGnMax::with_noise(noise, scales, 10_000, QUERIES);
        let plan = confident.expect("a plan");
        releases(criterion, &format!("ConfidentGnMax, {noise:?}"), &plan);
    }
    for noise in [VoteNoise::Laplace, VoteNoise::DiscreteLaplace] {
        let plan = LnMax::with_noise(noise, 20.0, QUERIES).expect("a plan");
        releases(criterion, &format!("LnMax, {noise:?}"), &plan);
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = votes
}
criterion_main!(benches);
