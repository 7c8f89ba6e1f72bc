//! The first values from a fixed seed. A change here means that a run which was interrupted before
//! an upgrade does not replay after it: say so in the release notes.

use privet_mechanisms::{
    ChangedVotes, ClippedSum, Gaussian, GnMax, Laplace, LnMax, NoiseSource, NoisyMax,
    NoisySgdMechanism, NoisySgdParameters, RoundedGaussian, Sensitive, VoteHistogram, VoteQueries,
};
use rand::Rng;

#[test]
fn bits() {
    let mut stream = NoiseSource::danger_fixed_seed(42).stream("test", 3);
    assert_eq!(
        [stream.next_u64(), stream.next_u64()],
        [14968447859196608531, 13086551470069847250]
    );
}

#[test]
fn gaussian_and_laplace() {
    let source = NoiseSource::danger_fixed_seed(42);
    let (mut a, mut b) = (source.stream("gaussian", 0), source.stream("laplace", 0));
    let (gaussian, laplace) = (Gaussian::new(2.0).unwrap(), Laplace::new(2.0).unwrap());
    let gaussian = [(); 4].map(|()| gaussian.sample(&mut a));
    let laplace = [(); 4].map(|()| laplace.sample(&mut b));
    assert_eq!(
        gaussian,
        [
            -1.5260712125432865,
            0.4600214800314532,
            -4.867291976944167,
            3.474903138643213
        ]
    );
    assert_eq!(
        laplace,
        [
            -0.4798482433694628,
            0.514357172612721,
            0.5471931353959861,
            5.4129627175117285
        ]
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
    assert_eq!(
        labels(&GnMax::new(4.0, queries).unwrap()),
        [8, 2, 7, 7, 8, 9, 8, 8, 7, 9, 8, 9]
    );
    assert_eq!(
        labels(&LnMax::new(4.0, queries).unwrap()),
        [8, 8, 6, 0, 9, 7, 8, 7, 4, 7, 7, 8]
    );
}

#[test]
fn batch_and_noisy_gradient() {
    let plan = NoisySgdMechanism::new(NoisySgdParameters {
        sampling_probability: 0.01,
        steps: 5,
        clipping_norm: 1.0,
        noise_multiplier: 1.0,
        expected_batch_size: 4.0,
    })
    .unwrap();
    let source = NoiseSource::danger_fixed_seed(42);
    let mut run = plan.start(&source, Sensitive::new(1000)).unwrap();
    let batch = run.next_batch().unwrap();
    assert_eq!(
        batch.indices().expose_sensitive(),
        &[
            218, 248, 253, 353, 364, 515, 546, 592, 600, 750, 795, 867, 884, 952
        ]
    );
    let sum = ClippedSum::new(Sensitive::new(vec![0.0; 3]), 1.0);
    assert_eq!(
        run.release(batch, sum).unwrap(),
        [-0.3807014, 0.22082809, -0.10744434]
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
