//! Aggregators answer with the probabilities that the formulas give.

use privet_mechanisms::{
    Answer, ChangedVotes, ConfidentGnMax, ConfidentScales, DpEvent, GnMax, LnMax, NoiseSource,
    NoisyMax, Sensitive, VoteHistogram, VoteQueries,
};

use privet_accountant::VoteNoise;

use crate::statistics::{fits_binomial, fits_chi_square, normal_cdf};

const QUERIES: u64 = 400_000;

fn queries(classes: usize) -> VoteQueries {
    VoteQueries {
        classes,
        queries: QUERIES,
        changed_votes: ChangedVotes::ONE,
    }
}

/// How often each class, and abstention (last), is the answer to the same votes.
fn frequencies(plan: &dyn NoisyMax, seed: u64, counts: &[u32]) -> Vec<u64> {
    let votes = Sensitive::new(VoteHistogram::new(counts.to_vec()).unwrap());
    let mut aggregator = plan.start(&NoiseSource::danger_fixed_seed(seed)).unwrap();
    let mut frequencies = vec![0; counts.len() + 1];
    for query in 0..QUERIES {
        match aggregator.release(query, &votes).unwrap() {
            Answer::Label(label) => frequencies[label.class()] += 1,
            Answer::Abstained => frequencies[counts.len()] += 1,
            Answer::Exhausted | Answer::Reinforced(_) => {
                unreachable!("every query may be answered, and there is no student")
            }
        }
    }
    frequencies
}

#[test]
fn gn_max_errs_with_the_probability_of_the_normal_distribution() {
    let wrong = frequencies(&GnMax::new(20.0, queries(2)).unwrap(), 1, &[30, 40])[0];
    let error = |scale: f64| normal_cdf(-10.0 / (scale * std::f64::consts::SQRT_2));
    assert!(fits_binomial(wrong, QUERIES, error(20.0)));
    assert!(!fits_binomial(wrong, QUERIES, error(20.0 * 1.05)));
    assert!(!fits_binomial(wrong, QUERIES, error(20.0 * 0.95)));
}

/// The difference of two Laplace variables exceeds `g >= 0` with probability
/// `exp(-g/b) (2 + g/b) / 4`.
#[test]
fn ln_max_errs_with_the_probability_of_the_laplace_distribution() {
    let wrong = frequencies(&LnMax::new(10.0, queries(2)).unwrap(), 2, &[40, 30])[1];
    let error = |scale: f64| {
        let gap = 10.0 / scale;
        0.25 * (-gap).exp() * (2.0 + gap)
    };
    assert!(fits_binomial(wrong, QUERIES, error(10.0)));
    assert!(!fits_binomial(wrong, QUERIES, error(10.0 * 1.05)));
    assert!(!fits_binomial(wrong, QUERIES, error(10.0 * 0.95)));
}

#[test]
fn confident_gn_max_abstains_and_errs_with_the_right_probabilities() {
    let scales = ConfidentScales {
        threshold: 60.0,
        threshold_scale: 25.0,
        vote_scale: 20.0,
    };
    let plan = ConfidentGnMax::new(scales, QUERIES, queries(2)).unwrap();
    let found = frequencies(&plan, 3, &[30, 40]);
    let abstention = |scale: f64| normal_cdf((60.0 - 40.0) / scale);
    assert!(fits_binomial(found[2], QUERIES, abstention(25.0)));
    assert!(!fits_binomial(found[2], QUERIES, abstention(25.0 * 1.05)));
    // Votes have noise of their own: errors among answers are as in GnMax.
    let error = normal_cdf(-10.0 / (20.0 * std::f64::consts::SQRT_2));
    assert!(fits_binomial(found[0], found[0] + found[1], error));
}

#[test]
fn equal_counts_give_every_class_the_same_chance() {
    for (seed, plan) in [
        (4, &GnMax::new(5.0, queries(7)).unwrap() as &dyn NoisyMax),
        (5, &LnMax::new(5.0, queries(7)).unwrap()),
    ] {
        let found = frequencies(plan, seed, &[10; 7]);
        let expected = QUERIES as f64 / 7.0;
        let standardised = |&n: &u64| (n as f64 - expected).powi(2) / expected;
        assert!(
            fits_chi_square(found[..7].iter().map(standardised).sum(), 6),
            "{found:?}"
        );
    }
}

#[test]
fn a_run_stops_answering_when_its_answers_are_spent() {
    let scales = ConfidentScales {
        threshold: 90.0,
        threshold_scale: 1.0,
        vote_scale: 1.0,
    };
    let planned = VoteQueries {
        queries: 6,
        ..queries(2)
    };
    let plan = ConfidentGnMax::new(scales, 2, planned).unwrap();
    let mut aggregator = plan.start(&NoiseSource::danger_fixed_seed(6)).unwrap();
    let sure = Sensitive::new(VoteHistogram::new(vec![0, 200]).unwrap());
    let unsure = Sensitive::new(VoteHistogram::new(vec![20, 20]).unwrap());
    let mut answer = |query, votes| aggregator.release(query, votes).unwrap();

    assert_eq!(
        answer(0, &sure).label().map(|l| (l.query(), l.class())),
        Some((0, 1))
    );
    assert_eq!(answer(1, &unsure), Answer::Abstained);
    assert_eq!(answer(2, &sure).label().map(|l| l.query()), Some(2));
    assert_eq!(answer(3, &sure), Answer::Exhausted);
    assert_eq!(answer(4, &unsure), Answer::Exhausted);
    assert_eq!(
        (aggregator.answered(), aggregator.is_exhausted()),
        (2, true)
    );
}

#[test]
fn a_released_label_is_public_and_serialises() {
    let plan = GnMax::new(0.1, queries(2)).unwrap();
    let mut aggregator = plan.start(&NoiseSource::danger_fixed_seed(7)).unwrap();
    let votes = Sensitive::new(VoteHistogram::new(vec![0, 9]).unwrap());
    let label = aggregator.release(0, &votes).unwrap().label().unwrap();
    assert_eq!(
        serde_json::to_string(&label).unwrap(),
        r#"{"query":0,"class":1}"#
    );
}

#[test]
fn the_events_are_those_of_the_plans() {
    let changed_votes = ChangedVotes::TWO;
    let planned = VoteQueries {
        classes: 2,
        queries: 100,
        changed_votes,
    };
    let answers = |noise, scale, count| {
        DpEvent::self_composed(DpEvent::noisy_max(noise, scale, 2).unwrap(), count).unwrap()
    };
    let gn_max = GnMax::new(20.0, planned).unwrap();
    assert_eq!(gn_max.event(), answers(VoteNoise::Gaussian, 20.0, 100));
    let ln_max = LnMax::new(10.0, planned).unwrap();
    assert_eq!(ln_max.event(), answers(VoteNoise::Laplace, 10.0, 100));

    let scales = ConfidentScales {
        threshold: 60.0,
        threshold_scale: 25.0,
        vote_scale: 20.0,
    };
    let confident = ConfidentGnMax::new(scales, 30, planned).unwrap();
    let check = DpEvent::threshold_check(VoteNoise::Gaussian, 25.0, 2).unwrap();
    let parts = vec![
        DpEvent::self_composed(check, 100).unwrap(),
        answers(VoteNoise::Gaussian, 20.0, 30),
    ];
    assert_eq!(confident.event(), DpEvent::composed(parts));
    assert_eq!(
        (confident.max_answers(), confident.queries()),
        (30, planned)
    );
}
