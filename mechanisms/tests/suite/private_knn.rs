//! Private kNN: by how much a record moves the votes, the law of answers, and what is refused.

use privet_mechanisms::{
    Answer, DpEvent, KnnCheck, MechanismError, NoiseSource, PrivateKnn, PrivateKnnParameters,
    Sensitive, VoteHistogram,
};

use crate::statistics::{fits_binomial, fits_chi_square, normal_cdf};

const PARAMETERS: PrivateKnnParameters = PrivateKnnParameters {
    classes: 2,
    queries: 20_000,
    neighbours: 3,
    sampling_probability: 0.5,
    vote_scale: 2.0,
    check: None,
    max_answers: 20_000,
};

/// A private record: where it is on a line with the query at 0, and its label.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Record {
    distance: f64,
    label: usize,
}

/// How the nearest k of a sample vote. Equal distances are ordered by the label, the record's own.
fn vote(records: &[Record], sample: &[usize], k: usize, classes: usize) -> VoteHistogram {
    let mut nearest: Vec<Record> = sample.iter().map(|&index| records[index]).collect();
    nearest.sort_by(|a, b| {
        a.distance
            .total_cmp(&b.distance)
            .then(a.label.cmp(&b.label))
    });
    let ballots = nearest.iter().take(k).map(|record| record.label);
    VoteHistogram::from_ballots(ballots, classes).unwrap()
}

/// Every data set of up to 4 records, with ties of distance and without, and every record added
/// anywhere: the histogram of a sample moves by at most sqrt(2), its maximum by at most 1, for
/// every k; and a replaced record changes at most one ballot.
#[test]
fn a_record_moves_the_votes_of_a_sample_by_at_most_one_ballot() {
    let choices: Vec<Record> = [1.0, 2.0, 3.0]
        .into_iter()
        .flat_map(|distance| (0..3).map(move |label| Record { distance, label }))
        .collect();
    let all = |records: &[Record], k| {
        let sample: Vec<usize> = (0..records.len()).collect();
        vote(records, &sample, k, 3)
    };
    let apart = |a: &VoteHistogram, b: &VoteHistogram| {
        let pairs = a.counts().iter().zip(b.counts());
        let squares: u32 = pairs.map(|(a, b)| a.abs_diff(*b).pow(2)).sum();
        (squares, a.max_count().abs_diff(b.max_count()))
    };
    let (mut largest, mut largest_of_max, mut replaced_by) = (0, 0, 0);
    for size in 0..=3_u32 {
        for code in 0..choices.len().pow(size) {
            let digit = |place: u32| choices[code / choices.len().pow(place) % choices.len()];
            let records: Vec<Record> = (0..size).map(digit).collect();
            for k in 1..=4 {
                let without = all(&records, k);
                let mut others = vec![];
                for &added in &choices {
                    for position in [0, records.len() / 2, records.len()] {
                        let mut with = records.clone();
                        with.insert(position, added);
                        let with = all(&with, k);
                        let (squares, max) = apart(&with, &without);
                        largest = largest.max(squares);
                        largest_of_max = largest_of_max.max(max);
                        others.push(with);
                    }
                }
                for a in &others {
                    for b in &others {
                        replaced_by = replaced_by.max(apart(a, b).0);
                    }
                }
            }
        }
    }
    assert_eq!((largest, largest_of_max, replaced_by), (2, 1, 2));
}

#[test]
fn the_event_is_that_of_poisson_samples() {
    let check = KnnCheck {
        threshold: 2.5,
        threshold_scale: 3.0,
    };
    let plan = PrivateKnn::new(PrivateKnnParameters {
        check: Some(check),
        max_answers: 500,
        ..PARAMETERS
    });
    let DpEvent::Composed { events, .. } = plan.unwrap().event() else {
        panic!("checks and answers")
    };
    let sampled = |noise_multiplier, count| {
        let gaussian = DpEvent::gaussian(noise_multiplier).unwrap();
        let event = DpEvent::poisson_sampled(0.5, gaussian).unwrap();
        DpEvent::self_composed(event, count).unwrap()
    };
    assert_eq!(events[0], sampled(3.0, 20_000));
    // At most 2 / sqrt(2), and by less than 1e-15.
    let DpEvent::SelfComposed { event, count, .. } = &events[1] else {
        panic!()
    };
    let DpEvent::PoissonSampled { event, .. } = &**event else {
        panic!()
    };
    let DpEvent::Gaussian {
        noise_multiplier, ..
    } = **event
    else {
        panic!()
    };
    let z = noise_multiplier.get();
    assert!(
        z * z < 2.0 && z > 2_f64.sqrt() * (1.0 - 1e-15) && count.get() == 500,
        "{z}"
    );
    assert_eq!(
        (events.len(), PrivateKnn::new(PARAMETERS).unwrap().event()),
        (2, DpEvent::composed(vec![sampled(z, 20_000)]))
    );
}

/// The answers' law, by the sum over all samples; check and answer see different samples.
#[test]
fn answers_have_the_law_of_fresh_samples_and_noise() {
    let records: Vec<Record> = [(1.0, 0), (2.0, 1), (2.0, 0), (4.0, 1), (5.0, 1)]
        .map(|(distance, label)| Record { distance, label })
        .to_vec();
    let check = KnnCheck {
        threshold: 1.5,
        threshold_scale: 0.5,
    };
    let plan = PrivateKnn::new(PrivateKnnParameters {
        vote_scale: 0.7,
        sampling_probability: 0.4,
        check: Some(check),
        ..PARAMETERS
    });
    let source = NoiseSource::danger_fixed_seed(1);
    let mut run = plan
        .unwrap()
        .start(&source, Sensitive::new(records.len()))
        .unwrap();
    let mut found = [0_u64; 3];
    let mut samples = [0_u64; 5];
    let mut drawn = 0_u64;
    for query in 0..PARAMETERS.queries {
        let answer = run.release(query, |sample| {
            drawn += 1;
            sample.as_ref().map(|sample| {
                sample.iter().for_each(|&index| samples[index] += 1);
                vote(&records, sample, 3, 2)
            })
        });
        match answer.unwrap() {
            Answer::Label(label) => found[label.class()] += 1,
            Answer::Abstained => found[2] += 1,
            other => panic!("{other:?}"),
        }
    }
    for count in samples {
        assert!(fits_binomial(count, drawn, 0.4), "{samples:?} of {drawn}");
    }
    let (mut passes, mut class_one) = (0.0, 0.0);
    for code in 0_u32..32 {
        let sample: Vec<usize> = (0..5).filter(|&index| code >> index & 1 == 1).collect();
        let p = 0.4_f64.powi(sample.len() as i32) * 0.6_f64.powi(5 - sample.len() as i32);
        let votes = vote(&records, &sample, 3, 2);
        passes += p * normal_cdf((f64::from(votes.max_count()) - 1.5) / 0.5);
        let gap = f64::from(votes.counts()[1]) - f64::from(votes.counts()[0]);
        class_one += p * normal_cdf(gap / (0.7 * std::f64::consts::SQRT_2));
    }
    let law = [passes * (1.0 - class_one), passes * class_one, 1.0 - passes];
    let n = PARAMETERS.queries as f64;
    let cells = found
        .iter()
        .zip(law)
        .map(|(&count, p)| (count as f64 - n * p).powi(2) / (n * p));
    assert!(fits_chi_square(cells.sum(), 2), "{found:?} {law:?}");
    // With one sample for both, an answer would follow larger votes: the laws differ.
    assert!(!fits_binomial(
        found[1],
        found[0] + found[1],
        class_one + 0.05
    ));
}

#[test]
fn votes_that_are_not_those_of_the_neighbours_are_refused_and_use_nothing_up() {
    let plan = PrivateKnn::new(PrivateKnnParameters {
        sampling_probability: 1.0,
        ..PARAMETERS
    });
    let source = NoiseSource::danger_fixed_seed(2);
    let mut run = plan.unwrap().start(&source, Sensitive::new(5)).unwrap();
    let mut offer = |counts: &[u32], query| {
        let votes = VoteHistogram::new(counts.to_vec()).unwrap();
        run.release(query, |_| Sensitive::new(votes.clone()))
    };
    assert_eq!(offer(&[3, 1], 0), Err(MechanismError::BallotsOfNeighbours));
    assert_eq!(offer(&[1, 1], 0), Err(MechanismError::BallotsOfNeighbours));
    assert!(matches!(
        offer(&[1, 1, 1], 0),
        Err(MechanismError::Classes { .. })
    ));
    assert!(matches!(
        offer(&[2, 1], 1),
        Err(MechanismError::QueryOrder { .. })
    ));
    offer(&[2, 1], 0).unwrap();
    assert_eq!(
        (run.next_query(), run.answered(), run.is_exhausted()),
        (1, 1, false)
    );
}

#[test]
fn a_run_stops_at_its_answers_and_replays() {
    let parameters = PrivateKnnParameters {
        queries: 30,
        max_answers: 20,
        check: Some(KnnCheck {
            threshold: 2.0,
            threshold_scale: 1.0,
        }),
        ..PARAMETERS
    };
    let answers = |seed| {
        let plan = PrivateKnn::new(parameters).unwrap();
        let source = NoiseSource::danger_fixed_seed(seed);
        let mut run = plan.start(&source, Sensitive::new(100)).unwrap();
        let mut answer = |query| {
            let votes = |sample: &Sensitive<Vec<usize>>| {
                let ballots = |sample: &Vec<usize>| {
                    let ballots = sample.iter().take(3).map(|index| index % 2);
                    VoteHistogram::from_ballots(ballots, 2).unwrap()
                };
                sample.as_ref().map(ballots)
            };
            run.release(query, votes).unwrap()
        };
        (0..30).map(&mut answer).collect::<Vec<_>>()
    };
    let first = answers(3);
    assert_eq!(first, answers(3));
    assert_ne!(first, answers(4));
    let labels = first
        .iter()
        .filter(|answer| answer.label().is_some())
        .count();
    let last = first
        .iter()
        .rposition(|answer| answer.label().is_some())
        .unwrap();
    assert!(labels <= 20 && first.contains(&Answer::Abstained));
    if labels == 20 {
        assert!(
            first[last + 1..]
                .iter()
                .all(|&answer| answer == Answer::Exhausted)
        );
    }
}

#[test]
fn parameters_that_are_none_are_refused() {
    let changes: [fn(&mut PrivateKnnParameters); 10] = [
        |p| p.classes = 1,
        |p| p.queries = 0,
        |p| p.neighbours = 0,
        |p| p.sampling_probability = 0.0,
        |p| p.sampling_probability = f64::NAN,
        |p| p.sampling_probability = 1.1,
        |p| p.vote_scale = 0.0,
        |p| p.max_answers = 0,
        |p| p.max_answers = 20_001,
        |p| {
            p.check = Some(KnnCheck {
                threshold: f64::NAN,
                threshold_scale: 1.0,
            });
        },
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let mut parameters = PARAMETERS;
        change(&mut parameters);
        let refused = PrivateKnn::new(parameters);
        let out_of_range = matches!(refused, Err(MechanismError::OutOfRange { .. }));
        assert!(out_of_range, "{index}");
    }
}
