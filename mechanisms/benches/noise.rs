//! How long noise takes: time over elements is ns a coordinate, on one thread and on all.

use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{
    BatchSize, BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main,
};
use privet_mechanisms::{
    Arithmetic, ClippedSum, Clipping, Gaussian, IntegerSum, NoiseSource, NoiseStrategy,
    NoisySgdMechanism, NoisySgdParameters, NoisySgdRun, RoundedGaussian, Sampling, Sensitive,
};
use rayon::{ThreadPool, ThreadPoolBuilder};

/// MNIST's CNN, and an MLP with two hidden layers of 1024.
const SIZES: [usize; 2] = [26_010, 1_900_000];

fn run(arithmetic: Arithmetic) -> NoisySgdRun {
    let plan = NoisySgdMechanism::new(NoisySgdParameters {
        sampling: Sampling::Poisson {
            sampling_probability: 0.01,
        },
        declared_units: 60_000,
        steps: u64::MAX,
        clipping: Clipping::Flat { norm: 1.0 }.into(),
        noise: NoiseStrategy::independent(),
        noise_multiplier: 1.0,
        arithmetic,
    });
    let source = NoiseSource::danger_fixed_seed(1);
    let started = plan.and_then(|plan| plan.start(&source, Sensitive::new(0)));
    started.expect("a valid plan")
}

fn release(group: &mut BenchmarkGroup<'_, WallTime>, pool: &ThreadPool, size: usize) {
    let (clipping, no_norms) = (Clipping::Flat { norm: 1.0 }, Sensitive::new(Vec::new()));
    group.throughput(Throughput::Elements(size as u64));
    group.bench_function(format!("release of {size}"), |bencher| {
        let mut run = run(Arithmetic::Float);
        let zeros = || ClippedSum::new(&clipping, Sensitive::new(vec![0.0; size]), &no_norms);
        let step = |sum| {
            let batch = run.next_batch().expect("no last step");
            pool.install(|| run.release(batch, sum))
        };
        bencher.iter_batched(zeros, step, BatchSize::LargeInput);
    });
    group.bench_function(format!("exact release of {size}"), |bencher| {
        let mut run = run(Arithmetic::Exact);
        let grid = run.grid(size).expect("in range").expect("exact");
        let zeros = || {
            let sum = Sensitive::new(vec![0; size]);
            IntegerSum::new(&clipping, sum, grid, &no_norms).expect("fits")
        };
        let step = |sum| {
            let batch = run.next_batch().expect("no last step");
            pool.install(|| run.release_exact(batch, sum))
        };
        bencher.iter_batched(zeros, step, BatchSize::LargeInput);
    });
}

fn vectors(criterion: &mut Criterion) {
    for threads in [1, 0] {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.expect("threads");
        let name = format!("{} threads", pool.current_num_threads());
        let mut group = criterion.benchmark_group(name);
        group
            .sample_size(10)
            .measurement_time(Duration::from_secs(2));
        for size in SIZES {
            release(&mut group, &pool, size);
        }
    }
}

fn samples(criterion: &mut Criterion) {
    let mut stream = NoiseSource::danger_fixed_seed(1).stream("bench", 0);
    let mut group = criterion.benchmark_group("one sample");
    let gaussian = Gaussian::new(1.0).expect("in range");
    group.bench_function("Gaussian", |bencher| {
        bencher.iter(|| gaussian.sample(&mut stream));
    });
    for deviation in [1.0, 1e6] {
        let gaussian = RoundedGaussian::new(deviation).expect("in range");
        group.bench_function(
            format!("rounded Gaussian, deviation {deviation}"),
            |bencher| {
                bencher.iter(|| gaussian.sample(&mut stream));
            },
        );
    }
}

criterion_group!(benches, samples, vectors);
criterion_main!(benches);
