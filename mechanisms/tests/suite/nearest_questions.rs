//! Nearest questions: by how much a record moves the votes, the law of answers, and what is refused.

use privet_mechanisms::{
    DpEvent, MechanismError, NearestBallots, NearestQuestions, NearestQuestionsParameters,
    NoiseSource, Sensitive,
};

use crate::statistics::{fits_binomial, normal_cdf};

const PARAMETERS: NearestQuestionsParameters = NearestQuestionsParameters {
    classes: 2,
    queries: 3,
    ballots: 2,
    vote_scale: 1.5,
};

fn ballots(questions: &[u32], classes: &[u32]) -> Sensitive<NearestBallots> {
    Sensitive::new(NearestBallots::new(questions.to_vec(), classes.to_vec()))
}

fn answers(
    parameters: NearestQuestionsParameters,
    ballots: &Sensitive<NearestBallots>,
    seed: u64,
) -> Vec<usize> {
    let plan = NearestQuestions::new(parameters).unwrap();
    let source = NoiseSource::danger_fixed_seed(seed);
    let mut run = plan.start(&source, ballots).unwrap();
    (0..parameters.queries)
        .map(|query| run.release(query).unwrap().label().unwrap().class())
        .collect()
}

#[test]
fn the_event_is_one_gaussian_however_many_questions_there_are() {
    for ballots in [1, 2, 3, 7] {
        let mut found = Vec::new();
        for queries in [7, 5_000] {
            let plan = NearestQuestions::new(NearestQuestionsParameters {
                queries,
                ballots,
                ..PARAMETERS
            });
            let DpEvent::Gaussian {
                noise_multiplier, ..
            } = plan.unwrap().event()
            else {
                panic!("one Gaussian")
            };
            found.push(noise_multiplier.get());
        }
        let exact = 1.5 / f64::from(ballots).sqrt();
        assert_eq!(found[0], found[1]);
        assert!(
            found[0] < exact && found[0] > exact * (1.0 - 1e-15),
            "{found:?}"
        );
    }
}

/// Two records vote on three questions. The counts follow by hand: (1, 0), (1, 1), (0, 1). With noise of 1.5
/// on each, class 1 wins with the probability that a normal of deviation 1.5 sqrt(2) is below the lead.
#[test]
fn answers_have_the_law_of_counts_and_noise() {
    let votes = ballots(&[0, 1, 2, 1], &[0, 1]);
    let trials = 20_000;
    let mut ones = [0_u64; 3];
    for seed in 0..trials {
        for (ones, class) in ones.iter_mut().zip(answers(PARAMETERS, &votes, seed)) {
            *ones += class as u64;
        }
    }
    let deviation = 1.5 * std::f64::consts::SQRT_2;
    for (ones, lead) in ones.iter().zip([-1.0, 0.0, 1.0]) {
        let expected = normal_cdf(lead / deviation);
        assert!(fits_binomial(*ones, trials, expected), "{ones} {expected}");
    }
}

/// With so little noise that the largest count wins, the labels show which ballots were counted: a record's
/// own, on its own questions, and no other. Adding a record adds as many ballots as the plan says.
#[test]
fn a_record_votes_on_its_questions_alone() {
    let parameters = NearestQuestionsParameters {
        classes: 3,
        queries: 4,
        vote_scale: 0.01,
        ..PARAMETERS
    };
    let few = [(0, 1, 2), (1, 2, 2), (2, 3, 0), (3, 0, 0), (3, 1, 0)];
    let cast = |records: &[(u32, u32, u32)]| {
        let questions: Vec<u32> = records.iter().flat_map(|&(a, b, _)| [a, b]).collect();
        let classes: Vec<u32> = records.iter().map(|&(.., class)| class).collect();
        ballots(&questions, &classes)
    };
    // Question 1 has votes 1, 0, 2; question 3 has 3, 0, 0. On 0 and 2 classes 0 and 2 are even.
    let before = answers(parameters, &cast(&few), 1);
    assert_eq!((before[1], before[3]), (2, 0));
    let mut more = few.to_vec();
    more.push((0, 2, 2));
    assert_eq!(answers(parameters, &cast(&more), 1), [2, 2, 2, 0]);
}

/// Ballots by which the sensitivity would be more than the plan's are never counted.
#[test]
fn a_record_that_votes_otherwise_is_refused_before_anything_is_drawn() {
    let plan = NearestQuestions::new(PARAMETERS).unwrap();
    let source = NoiseSource::danger_fixed_seed(2);
    let wrong = MechanismError::BallotsOfRecords { ballots: 2 };
    for (questions, classes) in [
        (&[0, 1, 2][..], &[0, 1][..]),
        (&[0, 1, 2], &[0]),
        (&[1, 1], &[0]),
        (&[0, 1, 2, 2], &[0, 1]),
        (&[0, 3], &[0]),
        (&[0, 1], &[2]),
    ] {
        let found = plan.start(&source, &ballots(questions, classes));
        assert_eq!(found.unwrap_err(), wrong, "{questions:?} {classes:?}");
    }
    // The source was not used up.
    let mut run = plan.start(&source, &ballots(&[0, 1], &[0])).unwrap();
    assert!(matches!(
        run.release(1),
        Err(MechanismError::QueryOrder { .. })
    ));
    for query in 0..3 {
        run.release(query).unwrap();
    }
    assert!(run.release(3).is_err());
    assert!(plan.start(&source, &ballots(&[], &[])).is_err());
}

#[test]
fn no_record_at_all_is_an_answer_of_noise() {
    let none = ballots(&[], &[]);
    let ones: usize = (0..20_000)
        .map(|seed| answers(PARAMETERS, &none, seed)[0])
        .sum();
    assert!(fits_binomial(ones as u64, 20_000, 0.5), "{ones}");
}

#[test]
fn numbers_out_of_range_are_refused() {
    for (parameters, field) in [
        (
            NearestQuestionsParameters {
                classes: 1,
                ..PARAMETERS
            },
            "classes",
        ),
        (
            NearestQuestionsParameters {
                queries: 0,
                ..PARAMETERS
            },
            "queries",
        ),
        (
            NearestQuestionsParameters {
                queries: (1 << 24) + 1,
                ..PARAMETERS
            },
            "queries",
        ),
        (
            NearestQuestionsParameters {
                ballots: 0,
                ..PARAMETERS
            },
            "ballots",
        ),
        (
            NearestQuestionsParameters {
                ballots: 4,
                ..PARAMETERS
            },
            "ballots",
        ),
        (
            NearestQuestionsParameters {
                vote_scale: f64::NAN,
                ..PARAMETERS
            },
            "vote_scale",
        ),
    ] {
        let error = NearestQuestions::new(parameters).unwrap_err().to_string();
        assert!(error.starts_with(field), "{error}");
    }
}

#[test]
fn the_key_and_the_plan_decide_the_noise() {
    let parameters = NearestQuestionsParameters {
        queries: 60,
        vote_scale: 40.0,
        ..PARAMETERS
    };
    let votes = ballots(&[0, 1, 5, 1], &[0, 1]);
    let first = answers(parameters, &votes, 3);
    assert_eq!(first, answers(parameters, &votes, 3));
    assert_ne!(first, answers(parameters, &votes, 4));
    let other = NearestQuestionsParameters {
        ballots: 1,
        ..parameters
    };
    assert_ne!(first, answers(other, &ballots(&[0], &[0]), 3));
}
