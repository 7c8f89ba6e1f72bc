//! Teachers that are fitted in closed form.

use ndarray::{Array2, Axis, array, concatenate};
use privet_teachers::{
    FIXED_VOTE, Learner, LinearDiscriminant, PartitionRule, RidgeRegression, TeacherOutcome,
};
use privet_training::data::Examples;

use crate::support::{HASH, Setup, every_learner, linear, noisy_points, numbers, queries, shards};

fn closed_forms() -> Vec<Setup> {
    let setups = every_learner().into_iter();
    setups.filter(|setup| setup.closed_form.is_some()).collect()
}

fn wide(rows: usize, width: usize, classes: usize, name: &str) -> Examples {
    let inputs = Array2::from_shape_vec((rows, width), numbers(rows * width, name)).unwrap();
    let labels = (0..rows).map(|row| (row % classes) as u32).collect();
    Examples::new(inputs, labels, classes, "test").unwrap()
}

/// The rule by which [`noisy_points`] are labelled, without the noise.
#[test]
fn linear_teachers_learn_linear_rules() {
    let queries = queries(300);
    for setup in closed_forms() {
        let (counts, outcomes) = setup.vote(&noisy_points(600), 3, HASH, queries.view());
        assert_eq!(outcomes, [TeacherOutcome::Trained; 3]);
        let extremes = queries.rows().into_iter().zip(counts.rows());
        let extremes = extremes.filter(|(query, _)| (query[0] + query[1]).abs() > 0.9);
        let right = extremes.map(|(query, row)| row[if query[0] > -query[1] { 2 } else { 0 }] == 3);
        let right: Vec<bool> = right.collect();
        let share = right.iter().filter(|right| **right).count() as f64 / right.len() as f64;
        assert!(
            right.len() > 50 && share > 0.9,
            "{share} of {}",
            right.len()
        );
    }
}

/// As wide as images, in several blocks of queries, with fewer records than features.
#[test]
fn a_query_finds_the_same_votes_wherever_it_stands() {
    let examples = wide(90, 784, 10, "wide");
    let queries = wide(2000, 784, 10, "asked").inputs().to_owned();
    for mut setup in closed_forms() {
        setup.workers = 1;
        let (together, outcomes) = setup.vote(&examples, 3, HASH, queries.view());
        assert_eq!(outcomes, [TeacherOutcome::Trained; 3]);
        let parts = queries.axis_chunks_iter(Axis(0), 643);
        let parts: Vec<_> = parts
            .map(|part| setup.vote(&examples, 3, HASH, part).0)
            .collect();
        let parts: Vec<_> = parts.iter().map(|part| part.view()).collect();
        assert_eq!(concatenate(Axis(0), &parts).unwrap(), together);
        // Queries in another layout of memory are the same queries.
        let columns_first = queries.t().as_standard_layout().into_owned();
        let (again, _) = setup.vote(&examples, 3, HASH, columns_first.t());
        assert_eq!(again, together);
    }
}

#[test]
fn a_class_that_a_shard_lacks_is_never_voted_for() {
    let points = noisy_points(80);
    let labels = points.labels().iter().map(|label| 1 + label % 2).collect();
    let examples = Examples::new(points.inputs().to_owned(), labels, 5, "test").unwrap();
    let far = queries(200) * 1e6;
    for setup in closed_forms() {
        let (counts, outcomes) = setup.vote(&examples, 4, HASH, far.view());
        assert_eq!(outcomes, [TeacherOutcome::Trained; 4]);
        for class in [0, 3, 4] {
            assert_eq!(counts.column(class).sum(), 0);
        }
    }
}

/// Queries that overflow single precision have scores that are no numbers.
#[test]
fn overflowing_queries_get_a_class_of_the_shard() {
    let points = noisy_points(40);
    let labels = points.labels().iter().map(|label| 1 + label % 2).collect();
    let examples = Examples::new(points.inputs().mapv(|x| x * 1e-3), labels, 3, "test").unwrap();
    let huge = array![[f32::MAX, f32::MAX], [f32::MAX, f32::MIN], [f32::MIN, 0.0]];
    for setup in closed_forms() {
        let (counts, _) = setup.vote(&examples, 2, HASH, huge.view());
        assert_eq!(counts.column(0).sum(), 0);
        assert_eq!(counts.sum(), 6);
    }
}

/// Equal columns make a singular system beside which the strength is lost in rounding, and equal
/// records have no covariance.
#[test]
fn a_system_that_cannot_be_solved_is_a_diverged_teacher() {
    let line = Array2::from_shape_fn((30, 2), |(row, _)| 1e6 * (row as f32 - 14.5));
    let labels: Vec<u32> = (0..30).map(|record| 1 + record % 2).collect();
    let equal = Array2::from_elem((30, 2), 3.0);
    let setup = |learner| Setup {
        closed_form: Some(learner),
        ..linear()
    };
    let ridge = setup(Learner::Ridge(RidgeRegression::new(1e-9).unwrap()));
    let discriminant = setup(Learner::LinearDiscriminant(
        LinearDiscriminant::new(0.5).unwrap(),
    ));
    for (setup, inputs) in [(ridge, line), (discriminant, equal)] {
        let examples = Examples::new(inputs, labels.clone(), 3, "test").unwrap();
        let rule = PartitionRule::Position;
        let (counts, outcomes) = setup.vote(&examples, 2, rule, queries(7).view());
        assert_eq!(outcomes, [TeacherOutcome::Diverged; 2]);
        assert_eq!(counts.column(FIXED_VOTE as usize).sum(), 14);
    }
}

#[test]
fn a_shard_of_one_class_votes_for_it() {
    let points = noisy_points(20);
    let examples = Examples::new(points.inputs().to_owned(), vec![2; 20], 3, "test").unwrap();
    for setup in closed_forms() {
        let (counts, outcomes) = setup.vote(&examples, 2, HASH, queries(9).view());
        assert_eq!(outcomes, [TeacherOutcome::Trained; 2]);
        assert_eq!(counts.column(2).sum(), 18);
    }
}

#[test]
fn settings_outside_their_range_are_refused() {
    for strength in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(RidgeRegression::new(strength).is_err());
    }
    for shrinkage in [0.0, -0.1, 1.1, f64::NAN] {
        let error = LinearDiscriminant::new(shrinkage).unwrap_err().to_string();
        assert!(error.contains("shrinkage"), "{error}");
    }
    assert_eq!(
        toml::from_str("strength = 2.0"),
        Ok(RidgeRegression::new(2.0).unwrap())
    );
    assert_eq!(
        toml::from_str("shrinkage = 1"),
        Ok(LinearDiscriminant::new(1.0).unwrap())
    );
    for text in [
        "",
        "strength = 0.0",
        "strength = 1.0\nother = 2",
        "strength = nan",
    ] {
        assert!(toml::from_str::<RidgeRegression>(text).is_err(), "{text}");
    }
    for text in ["", "shrinkage = 0.0", "shrinkage = 0.5\nother = 2"] {
        assert!(
            toml::from_str::<LinearDiscriminant>(text).is_err(),
            "{text}"
        );
    }
}

/// Teachers that are asked together do not know of each other: so many are asked in one product,
/// once in one pass over the features and once in several.
#[test]
fn many_teachers_vote_alone_as_they_do_together() {
    for (teachers, width) in [(300, 24), (130, 300)] {
        let examples = wide(3 * teachers as usize, width, 3, "many");
        let asked = wide(50, width, 3, "asked").inputs().to_owned();
        for setup in closed_forms() {
            let vote = |examples: &Examples| {
                setup
                    .vote(examples, teachers as usize, HASH, asked.view())
                    .0
            };
            let together = vote(&examples);
            let mut sum = Array2::<u32>::zeros(together.dim());
            for shard in shards(&examples, teachers as usize, HASH) {
                sum += &vote(&examples.select(&shard));
            }
            // Each time the others cast the fixed vote.
            let fixed = teachers * (teachers - 1);
            sum.column_mut(FIXED_VOTE as usize)
                .mapv_inplace(|count| count - fixed);
            assert_eq!(sum, together);
        }
    }
}

/// Fixed in number by the config, whatever the data: most of these have two records, some none.
#[test]
fn five_thousand_teachers_vote() {
    let (examples, queries) = (noisy_points(10_000), queries(40));
    for setup in closed_forms() {
        let (counts, outcomes) = setup.vote(&examples, 5000, HASH, queries.view());
        assert!(counts.rows().into_iter().all(|row| row.sum() == 5000));
        let empty = |outcome: &&TeacherOutcome| **outcome == TeacherOutcome::EmptyShard;
        // exp(-2) of them, give or take six deviations.
        let empty = outcomes.iter().filter(empty).count();
        assert!((540..820).contains(&empty), "{empty}");
    }
}
