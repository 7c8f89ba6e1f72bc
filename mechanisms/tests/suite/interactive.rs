//! The interactive aggregator: probabilities, sensitivity, and what it takes.

use privet_mechanisms::{
    Answer, ChangedVotes, ConfidentGnMax, ConfidentScales, DpEvent, GnMax, InteractiveGnMax,
    InteractiveParameters, LnMax, MechanismError, NoiseSource, NoisyMax, Prediction, Sensitive,
    VoteHistogram, VoteNoise, VoteQueries,
};

use crate::statistics::{fits_binomial, normal_cdf};

const QUERIES: VoteQueries = VoteQueries {
    classes: 3,
    queries: 100_000,
    changed_votes: ChangedVotes::ONE,
};

const PARAMETERS: InteractiveParameters = InteractiveParameters {
    scales: ConfidentScales {
        threshold: 10.0,
        threshold_scale: 4.0,
        vote_scale: 1.5,
    },
    teachers: 20,
    confidence: 0.6,
    max_answers: 100_000,
};

fn votes(counts: [u32; 3]) -> Sensitive<VoteHistogram> {
    Sensitive::new(VoteHistogram::new(counts.to_vec()).unwrap())
}

fn answers(
    plan: &InteractiveGnMax,
    counts: [u32; 3],
    prediction: &[f64],
    seed: u64,
) -> Vec<Answer> {
    let mut aggregator = plan.start(&NoiseSource::danger_fixed_seed(seed)).unwrap();
    let (votes, prediction) = (votes(counts), Prediction::new(prediction).unwrap());
    (0..plan.queries().queries)
        .map(|query| {
            aggregator
                .release_with_prediction(query, &votes, &prediction)
                .unwrap()
        })
        .collect()
}

#[test]
fn it_answers_where_the_teachers_disagree_and_reinforces_where_the_student_is_sure() {
    let plan = InteractiveGnMax::new(PARAMETERS, QUERIES).unwrap();
    let count = |answers: &[Answer], wanted: fn(&Answer) -> bool| {
        answers.iter().filter(|answer| wanted(answer)).count() as u64
    };
    let labels = |answers: &[Answer]| count(answers, |a| matches!(a, Answer::Label(_)));
    let n = QUERIES.queries;
    // The largest excess is 12 - 20 / 4 = 7 in class 1, though class 0 is predicted.
    let found = answers(&plan, [8, 12, 0], &[0.75, 0.25, 0.0], 1);
    let pass = |excess: f64, scale: f64| normal_cdf((excess - 10.0) / scale);
    assert!(fits_binomial(labels(&found), n, pass(7.0, 4.0)));
    assert!(!fits_binomial(labels(&found), n, pass(7.0, 3.7)));
    assert!(
        !fits_binomial(labels(&found), n, pass(12.0, 4.0)),
        "the counts alone"
    );
    assert_eq!(count(&found, |a| matches!(a, Answer::Abstained)), 0);
    let reinforced = count(
        &found,
        |a| matches!(a, Answer::Reinforced(label) if label.class() == 0),
    );
    assert_eq!(reinforced + labels(&found), n);
    // An answer is the noisy maximum of the counts, not of the excesses.
    let of_class_one = found
        .iter()
        .filter(|a| a.label().is_some_and(|label| label.class() == 1));
    // Class 2 is 8 votes behind: it wins with probability below 1e-4.
    let right = normal_cdf(4.0 / (1.5 * std::f64::consts::SQRT_2));
    let of_class_one = of_class_one.count() as u64;
    assert!(fits_binomial(of_class_one, labels(&found), right));

    // A student that is not sure is not reinforced.
    let unsure = answers(&plan, [8, 12, 0], &[0.5, 0.5, 0.0], 2);
    assert!(fits_binomial(labels(&unsure), n, pass(2.0, 4.0)));
    assert_eq!(count(&unsure, |a| matches!(a, Answer::Reinforced(_))), 0);
}

#[test]
fn its_cost_is_that_of_the_confident_aggregator() {
    for noise in [VoteNoise::Gaussian, VoteNoise::DiscreteGaussian] {
        let interactive = InteractiveGnMax::with_noise(noise, PARAMETERS, QUERIES).unwrap();
        let (scales, answers) = (PARAMETERS.scales, PARAMETERS.max_answers);
        let confident = ConfidentGnMax::with_noise(noise, scales, answers, QUERIES).unwrap();
        assert_eq!(interactive.event(), confident.event());
        let DpEvent::Composed { events, .. } = interactive.event() else {
            panic!("a check and an answer")
        };
        let check = DpEvent::threshold_check(noise, 4.0, 1).unwrap();
        assert_eq!(
            events[0],
            DpEvent::self_composed(check, QUERIES.queries).unwrap()
        );
    }
}

/// Over all histograms of 5 ballots for 3 classes and all with k other ballots, and predictions on
/// a grid: the disagreement moves by at most k, and does so.
#[test]
fn changed_ballots_move_the_disagreement_by_their_number() {
    let histograms: Vec<[u32; 3]> = (0..=5)
        .flat_map(|a| (0..=5 - a).map(move |b| [a, b, 5 - a - b]))
        .collect();
    let disagreement = |counts: &[u32; 3], p: &[f64; 3]| {
        let excess = counts.iter().zip(p).map(|(&n, p)| f64::from(n) - 5.0 * p);
        excess.fold(f64::NEG_INFINITY, f64::max)
    };
    let predictions: Vec<[f64; 3]> = (0..=8)
        .flat_map(|a| (0..=8 - a).map(move |b| [a, b, 8 - a - b].map(|n| f64::from(n) / 8.0)))
        .collect();
    for k in 1..=3_u32 {
        let mut most: f64 = 0.0;
        for a in &histograms {
            for b in &histograms {
                let moved: u32 = a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).sum();
                if moved <= 2 * k {
                    for p in &predictions {
                        most = most.max((disagreement(a, p) - disagreement(b, p)).abs());
                    }
                }
            }
        }
        assert_eq!(most, f64::from(k));
    }
}

#[test]
fn a_prediction_is_given_where_one_is_asked_for() {
    let source = NoiseSource::danger_fixed_seed(3);
    let interactive = InteractiveGnMax::new(PARAMETERS, QUERIES).unwrap();
    let mut aggregator = interactive.start(&source).unwrap();
    let refused = aggregator.release(0, &votes([1, 2, 3])).unwrap_err();
    assert_eq!(refused, MechanismError::Prediction { interactive: true });
    assert!(refused.to_string().contains("release_with_prediction"));
    let of_two = Prediction::new(&[0.5, 0.5]).unwrap();
    let refused = aggregator.release_with_prediction(0, &votes([1, 2, 3]), &of_two);
    assert!(matches!(
        refused,
        Err(MechanismError::Classes { classes: 3, .. })
    ));
    assert_eq!((aggregator.next_query(), aggregator.answered()), (0, 0));

    let mut plain = GnMax::new(3.0, QUERIES).unwrap().start(&source).unwrap();
    let prediction = Prediction::new(&[0.5, 0.5, 0.0]).unwrap();
    let refused = plain.release_with_prediction(0, &votes([1, 2, 3]), &prediction);
    assert_eq!(
        refused,
        Err(MechanismError::Prediction { interactive: false })
    );
    plain.release(0, &votes([1, 2, 3])).unwrap();
}

#[test]
fn noise_of_another_kind_is_refused() {
    use VoteNoise::{DiscreteGaussian, DiscreteLaplace, Gaussian, Laplace};
    let (scales, answers) = (PARAMETERS.scales, PARAMETERS.max_answers);
    for noise in [Laplace, DiscreteLaplace] {
        let refused = [
            GnMax::with_noise(noise, 1.0, QUERIES).map(drop),
            ConfidentGnMax::with_noise(noise, scales, answers, QUERIES).map(drop),
            InteractiveGnMax::with_noise(noise, PARAMETERS, QUERIES).map(drop),
        ];
        for result in refused {
            assert!(matches!(result, Err(MechanismError::Combination { .. })));
        }
        assert!(LnMax::with_noise(noise, 1.0, QUERIES).is_ok());
    }
    for noise in [Gaussian, DiscreteGaussian] {
        assert!(LnMax::with_noise(noise, 1.0, QUERIES).is_err());
        assert!(GnMax::with_noise(noise, 1.0, QUERIES).is_ok());
    }
}

#[test]
fn parameters_that_are_none_are_refused() {
    let refused = |change: fn(&mut InteractiveParameters)| {
        let mut parameters = PARAMETERS;
        change(&mut parameters);
        matches!(
            InteractiveGnMax::new(parameters, QUERIES),
            Err(MechanismError::OutOfRange { .. })
        )
    };
    assert!(!refused(|_| ()));
    assert!(refused(|p| p.teachers = 0));
    assert!(refused(|p| p.confidence = 1.5));
    assert!(refused(|p| p.confidence = f64::NAN));
    assert!(refused(|p| p.scales.threshold = f64::NAN));
    assert!(refused(|p| p.scales.vote_scale = 0.0));
    assert!(refused(|p| p.max_answers = 0));
}

/// A check repeats for the same prediction; against another one, which moves the score by less
/// than the noise notices, it has noise of its own.
#[test]
fn another_prediction_has_other_noise() {
    let queries = VoteQueries {
        queries: 60,
        ..QUERIES
    };
    let parameters = InteractiveParameters {
        max_answers: 60,
        ..PARAMETERS
    };
    let plan = InteractiveGnMax::new(parameters, queries).unwrap();
    let checks = |p: f64| -> Vec<bool> {
        let answers = answers(&plan, [10, 10, 0], &[p, 1.0 - p, 0.0], 5);
        answers
            .iter()
            .map(|answer| answer.label().is_some())
            .collect()
    };
    let first = checks(0.1);
    assert_eq!(first, checks(0.1));
    assert_ne!(first, checks(0.1 + 1e-9));
}

/// Every parameter names other noise.
#[test]
fn plans_that_differ_in_anything_can_be_started_from_one_source() {
    let source = NoiseSource::danger_fixed_seed(4);
    let changes: [fn(&mut InteractiveParameters); 7] = [
        |_| (),
        |p| p.scales.threshold = 6.5,
        |p| p.scales.threshold_scale = 4.5,
        |p| p.scales.vote_scale = 3.5,
        |p| p.teachers = 21,
        |p| p.confidence = 0.7,
        |p| p.max_answers = 7,
    ];
    for change in changes {
        let mut parameters = PARAMETERS;
        change(&mut parameters);
        for noise in [VoteNoise::Gaussian, VoteNoise::DiscreteGaussian] {
            let plan = InteractiveGnMax::with_noise(noise, parameters, QUERIES).unwrap();
            plan.start(&source).unwrap();
            assert!(plan.start(&source).is_err());
        }
    }
    let changed_votes = ChangedVotes::TWO;
    let queries = VoteQueries {
        changed_votes,
        ..QUERIES
    };
    InteractiveGnMax::new(PARAMETERS, queries)
        .unwrap()
        .start(&source)
        .unwrap();
    for noise in [VoteNoise::Gaussian, VoteNoise::DiscreteGaussian] {
        GnMax::with_noise(noise, 3.0, QUERIES)
            .unwrap()
            .start(&source)
            .unwrap();
    }
}
