//! The same key repeats a run exactly; anything else changes it.

use privet_mechanisms::{
    Answer, ChangedVotes, ClippedSum, ConfidentGnMax, ConfidentScales, NoiseKey, NoiseSource,
    NoisyMax, NoisySgdMechanism, NoisySgdParameters, Sensitive, VoteHistogram, VoteQueries,
};

const QUERIES: VoteQueries = VoteQueries {
    classes: 10,
    queries: 60,
    changed_votes: ChangedVotes::ONE,
};

/// Answers to queries on which the noise alone decides.
fn answers(source: &NoiseSource, threshold: f64) -> Vec<Answer> {
    let scales = ConfidentScales {
        threshold,
        threshold_scale: 40.0,
        vote_scale: 20.0,
    };
    let plan = ConfidentGnMax::new(scales, 40, QUERIES).unwrap();
    let mut aggregator = plan.start(source).unwrap();
    let votes = Sensitive::new(VoteHistogram::new(vec![20; 10]).unwrap());
    (0..60)
        .map(|query| aggregator.release(query, &votes).unwrap())
        .collect()
}

#[test]
fn a_resumed_aggregation_repeats_its_answers() {
    let key = NoiseKey::generate().unwrap();
    let stored = NoiseKey::from_bytes(key.expose_bytes()).unwrap();
    let first = answers(&NoiseSource::from_key(&key), 20.0);
    assert_eq!(first, answers(&NoiseSource::from_key(&stored), 20.0));
    assert!(first.contains(&Answer::Abstained));

    // Each of these agrees by chance with probability below 1e-6.
    let other_key = NoiseSource::from_key(&NoiseKey::generate().unwrap());
    assert_ne!(first, answers(&other_key, 20.0));
    assert_ne!(
        first,
        answers(&NoiseSource::from_key(&key).bound_to(b"other data"), 20.0)
    );
    assert_ne!(
        first,
        answers(&NoiseSource::from_key(&key), 20.001),
        "another plan"
    );
}

type Step = (Vec<usize>, Vec<f32>);

fn steps(source: &NoiseSource, from: u64, noise_multiplier: f64) -> Vec<Step> {
    let plan = NoisySgdMechanism::new(NoisySgdParameters {
        sampling_probability: 0.1,
        steps: 10,
        clipping_norm: 1.0,
        noise_multiplier,
        expected_batch_size: 10.0,
    })
    .unwrap();
    let mut run = plan.start_at(from, source, Sensitive::new(100)).unwrap();
    let mut steps = Vec::new();
    while let Some(batch) = run.next_batch() {
        let indices = batch.indices().expose_sensitive().to_vec();
        let sum = ClippedSum::new(Sensitive::new(vec![0.0; 5]), 1.0);
        steps.push((indices, run.release(batch, sum).unwrap()));
    }
    steps
}

#[test]
fn a_resumed_training_repeats_its_batches_and_its_noise() {
    let key = NoiseKey::generate().unwrap();
    let source = || NoiseSource::from_key(&key);
    let all = steps(&source(), 0, 1.0);
    assert_eq!(all, steps(&source(), 0, 1.0));
    assert_eq!(all[7..], steps(&source(), 7, 1.0));
    assert!(steps(&source(), 10, 1.0).is_empty());
}

#[test]
fn another_plan_has_other_batches_and_other_noise() {
    let key = NoiseKey::generate().unwrap();
    let source = || NoiseSource::from_key(&key);
    let one = steps(&source(), 0, 1.0);
    let changed = [
        steps(&source(), 0, 2.0),
        steps(&source().bound_to(b"other data"), 0, 1.0),
        steps(
            &NoiseSource::from_key(&NoiseKey::generate().unwrap()),
            0,
            1.0,
        ),
    ];
    for other in changed {
        for (a, b) in one.iter().zip(&other) {
            assert_ne!(a.0, b.0);
            // Not the same noise on another scale either.
            assert!(a.1.iter().zip(&b.1).all(|(x, y)| x != y && 2.0 * x != *y));
        }
    }
}
