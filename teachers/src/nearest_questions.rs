//! The questions nearest to each private record.

use ndarray::ArrayView2;
use privet_mechanisms::{NearestBallots, Sensitive};
use privet_training::data::Examples;

use crate::distance::{nearest, squared_distance};

/// On which of `questions [queries, values]` each record votes: the `ballots` nearest to it, or all where
/// there are no more; what [nearest questions](privet_mechanisms::nearest_questions) asks for.
///
/// Distance is Euclidean, in the space of the inputs, and a function of the record and the question alone.
/// Of two questions at the same distance the one that comes first is the nearer, and a distance that is no
/// number is the farthest: what a record votes on never depends on another record.
#[must_use]
pub fn nearest_questions(
    examples: &Sensitive<Examples>,
    questions: ArrayView2<'_, f32>,
    ballots: u32,
) -> Sensitive<NearestBallots> {
    let places: Vec<Vec<f32>> = questions
        .rows()
        .into_iter()
        .map(|row| row.to_vec())
        .collect();
    examples.as_ref().map(|examples| {
        let records = examples.inputs().nrows();
        let mut voted = Vec::with_capacity(records.saturating_mul(ballots as usize));
        let mut distances: Vec<(f32, u32)> = Vec::with_capacity(places.len());
        for record in 0..records {
            let each = places.iter().zip(0_u32..);
            distances.clear();
            distances.extend(each.map(|(place, question)| {
                let distance = squared_distance(place, examples.inputs(), record);
                let distance = if distance.is_nan() {
                    f32::INFINITY
                } else {
                    distance
                };
                (distance, question)
            }));
            let own = nearest(&mut distances, ballots as usize);
            voted.extend(own.iter().map(|&(_, question)| question));
        }
        NearestBallots::new(voted, examples.labels().to_vec())
    })
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use privet_mechanisms::{NearestQuestions, NearestQuestionsParameters, NoiseSource};

    use super::*;

    fn column(places: &[f32]) -> Array2<f32> {
        Array2::from_shape_fn((places.len(), 1), |(row, _)| places[row])
    }

    fn ballots(records: &[f32], labels: &[u32], questions: &[f32], count: u32) -> NearestBallots {
        let examples = Examples::new(column(records), labels.to_vec(), 3, "x").unwrap();
        let questions = column(questions);
        let ballots = nearest_questions(&Sensitive::new(examples), questions.view(), count);
        ballots.expose_sensitive().clone()
    }

    #[test]
    fn each_record_votes_on_the_nearest_with_its_own_class() {
        let questions = [0.0, 10.0, 4.0];
        let found = ballots(&[1.0, 9.0, 5.0], &[2, 0, 1], &questions, 1);
        assert_eq!(found, NearestBallots::new(vec![0, 1, 2], vec![2, 0, 1]));
    }

    #[test]
    fn of_equal_distances_the_first_question_is_nearer() {
        let found = ballots(&[1.0, 1.0], &[0, 1], &[2.0, 0.0, 2.0, 0.0], 1);
        assert_eq!(found, NearestBallots::new(vec![0, 0], vec![0, 1]));
    }

    /// A record's ballots are the same whatever other records there are, and fit the mechanism.
    #[test]
    fn a_record_votes_alike_among_others() {
        let questions = [0.0, 3.0, -1.0, 8.0, 3.0];
        let places = [0.5, -7.0, 2.9, 3.0, f32::MAX, 5.5];
        let labels = [0, 1, 2, 0, 1, 2];
        for count in 1..=5 {
            let all = ballots(&places, &labels, &questions, count);
            let each: Vec<NearestBallots> = (0..places.len())
                .map(|at| ballots(&places[at..=at], &labels[at..=at], &questions, count))
                .collect();
            assert_eq!(all, together(&each, count));
            let plan = NearestQuestions::new(NearestQuestionsParameters {
                classes: 3,
                queries: 5,
                ballots: count,
                vote_scale: 1.0,
            });
            let source = NoiseSource::danger_fixed_seed(1);
            let started = plan.unwrap().start(&source, &Sensitive::new(all));
            assert!(started.is_ok());
        }
    }

    fn together(each: &[NearestBallots], count: u32) -> NearestBallots {
        let mut questions = Vec::new();
        let mut classes = Vec::new();
        for ballots in each {
            assert_eq!(ballots.questions().len(), count as usize);
            questions.extend(ballots.questions());
            classes.extend(ballots.classes());
        }
        NearestBallots::new(questions, classes)
    }
}
