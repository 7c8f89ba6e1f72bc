//! Rounds of questions about a pool.

use burn::tensor::Device;
use ndarray::Array2;
use privet_student::questions::{Learner, QuestionStrategy, Questions, Uncertainty};
use privet_student::{Student, StudentTraining};
use privet_training::data::{InputShape, PublicInputs};
use privet_training::gradient::CpuEngine;
use privet_training::network::NetworkSpec;
use privet_training::optimizer::OptimizerSpec;
use privet_training::plain::PlainTraining;

use crate::support::{Problem, two_moons};

const UNCERTAIN: QuestionStrategy = QuestionStrategy::Uncertain {
    measure: Uncertainty::Margin,
    candidates: 4,
};

fn student(problem: &Problem, engine: &CpuEngine) -> Student {
    let training = StudentTraining::from(PlainTraining {
        network: NetworkSpec::mlp(&[16]),
        epochs: 40,
        batch_size: 5,
        optimizer: OptimizerSpec::adam(0.02),
        augment: None,
    });
    let architecture = training.network.resolve(InputShape::flat(2), 2).unwrap();
    Student::train(
        engine,
        architecture,
        &training,
        1,
        &problem.set,
        &problem.pool,
        &Device::flex(),
        |_, _| {},
    )
    .unwrap()
}

#[test]
fn no_position_is_asked_twice_and_rounds_repeat_exactly() {
    let problem = two_moons(1, 5);
    let engine = CpuEngine::single_threaded();
    let student = student(&problem, &engine);
    let learner = Some(Learner {
        student: &student,
        engine: &engine,
    });
    let strategies = [
        QuestionStrategy::Random {},
        QuestionStrategy::Diverse {},
        UNCERTAIN,
    ];
    for strategy in strategies {
        for learner in [None, learner] {
            let ask = |seed| {
                let mut questions = Questions::new(&problem.pool, seed);
                for count in [100, 100, 450] {
                    questions.next_round(strategy, count, learner).unwrap();
                }
                questions.asked().to_vec()
            };
            let asked = ask(1);
            assert_eq!(asked, ask(1));
            let mut sorted = asked.clone();
            sorted.sort_unstable();
            // The pool has 600 inputs: in the end all were asked.
            assert_eq!(sorted, (0..600).collect::<Vec<_>>(), "{strategy:?}");
        }
    }
}

#[test]
fn unsure_questions_lie_near_the_student_s_boundary_and_apart() {
    let problem = two_moons(2, 5);
    let engine = CpuEngine::single_threaded();
    let student = student(&problem, &engine);
    let learner = Learner {
        student: &student,
        engine: &engine,
    };
    let answers = student.probabilities(&engine, &problem.pool).unwrap();
    let margin = |at: usize| (answers[[at, 0]] - answers[[at, 1]]).abs();
    let ask = |strategy| {
        let mut questions = Questions::new(&problem.pool, 3);
        questions.next_round(strategy, 10, Some(learner)).unwrap()
    };
    let unsure = ask(UNCERTAIN);
    // The least sure 40 of 600 are the candidates, the very least sure one comes first.
    let mut margins: Vec<f32> = (0..600).map(margin).collect();
    margins.sort_by(f32::total_cmp);
    assert!(unsure.iter().all(|&at| margin(at) <= margins[39]));
    assert_eq!(margin(unsure[0]), margins[0]);
    let closest = |chosen: &[usize]| {
        let features = student
            .features(&engine, &problem.pool.select(chosen))
            .unwrap();
        let pairs = (0..chosen.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
        let gap = |(a, b): (usize, usize)| {
            let difference = &features.row(a) - &features.row(b);
            difference.dot(&difference).sqrt()
        };
        pairs.map(gap).fold(f32::INFINITY, f32::min)
    };
    let plain = ask(QuestionStrategy::Uncertain {
        measure: Uncertainty::Margin,
        candidates: 1,
    });
    assert!(closest(&unsure) > closest(&plain));
}

#[test]
fn diverse_questions_reach_every_cluster() {
    // 40 clusters of 10 equal rows each: 40 centres are one of each.
    let rows = Array2::from_shape_fn((400, 2), |(row, column)| {
        let cluster = row / 10;
        (if column == 0 {
            cluster % 8
        } else {
            cluster / 8
        }) as f32
    });
    let pool = PublicInputs::new(rows, "test").unwrap();
    let mut questions = Questions::new(&pool, 1);
    let first = questions
        .next_round(QuestionStrategy::Diverse {}, 15, None)
        .unwrap();
    let second = questions
        .next_round(QuestionStrategy::Diverse {}, 25, None)
        .unwrap();
    let mut clusters: Vec<usize> = first.iter().chain(&second).map(|at| at / 10).collect();
    clusters.sort_unstable();
    assert_eq!(clusters, (0..40).collect::<Vec<_>>());
}

#[test]
fn a_student_of_other_inputs_is_an_error_and_nothing_is_asked() {
    let problem = two_moons(1, 5);
    let engine = CpuEngine::single_threaded();
    let student = student(&problem, &engine);
    let pool = PublicInputs::new(Array2::zeros((5, 3)), "test").unwrap();
    let mut questions = Questions::new(&pool, 1);
    let learner = Some(Learner {
        student: &student,
        engine: &engine,
    });
    assert!(questions.next_round(UNCERTAIN, 2, learner).is_err());
    assert!(questions.asked().is_empty());
    let all = questions
        .next_round(QuestionStrategy::Random {}, 9, None)
        .unwrap();
    assert_eq!(all.len(), 5);
    assert!(questions.next_round(UNCERTAIN, 2, None).unwrap().is_empty());
}

#[test]
fn strategies_are_written_in_configs() {
    let parse = |text: &str| toml::from_str::<QuestionStrategy>(text);
    assert_eq!(
        parse("kind = \"diverse\"").unwrap(),
        QuestionStrategy::Diverse {}
    );
    let default = parse("kind = \"uncertain\"").unwrap();
    let text = toml::to_string(&default).unwrap();
    assert_eq!(parse(&text).unwrap(), default);
    for wrong in [
        "kind = \"random\"\nseed = 3",
        "kind = \"unsure\"",
        "kind = \"uncertain\"\nmeasure = \"variance\"",
    ] {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
}
