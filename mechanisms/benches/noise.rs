//! How long noise takes for a vector: ns a coordinate is the time over the number of elements.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use privet_mechanisms::{NoiseSource, RoundedGaussian};

fn rounded(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("one thread");
    group.throughput(Throughput::Elements(1));
    let mut stream = NoiseSource::danger_fixed_seed(1).stream("bench", 0);
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

criterion_group!(benches, rounded);
criterion_main!(benches);
