//! From scores to the answer.

use axum::http::StatusCode;
use serde::Serialize;

use crate::problem::Problem;

#[derive(Serialize)]
struct Answer<'a> {
    predictions: Vec<Prediction<'a>>,
}

/// What is said of one row.
#[derive(Serialize)]
struct Prediction<'a> {
    class: usize,
    label: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    probabilities: Option<Vec<f32>>,
}

/// The answer as JSON, from the scores `[rows][classes]` of a model.
///
/// # Errors
/// 500 where there are more or fewer scores than `rows` rows of every class; 422 where a row's scores are
/// no finite numbers, which a sound model gives only for rows unlike all that it was trained on.
pub(crate) fn write(
    scores: &[Vec<f32>],
    rows: usize,
    classes: &[String],
    probabilities: bool,
) -> Result<Vec<u8>, Problem> {
    let fits = scores.len() == rows && scores.iter().all(|row| row.len() == classes.len());
    if !fits {
        return Err(Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the model gave other than one score for each class and row: its file may be damaged; \
             tell whoever runs this service",
        ));
    }
    let predictions = scores.iter().enumerate().map(|(row, scores)| {
        let (class, label) = largest(scores)
            .and_then(|class| Some((class, classes.get(class)?)))
            .ok_or_else(|| {
                let detail = format!(
                    "row {row} is too far from what the model was trained on: its scores are no \
                     finite numbers; check the units of its values"
                );
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail).at(Some(row), None, None)
            })?;
        Ok(Prediction {
            class,
            label,
            probabilities: probabilities.then(|| softmax(scores)),
        })
    });
    let answer = Answer {
        predictions: predictions.collect::<Result<_, Problem>>()?,
    };
    serde_json::to_vec(&answer).map_err(|_| {
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the answer cannot be written",
        )
    })
}

/// The position of the largest score, the first of equal ones; `None` where one is not finite.
fn largest(scores: &[f32]) -> Option<usize> {
    let mut largest: Option<(usize, f32)> = None;
    for (position, &score) in scores.iter().enumerate() {
        if !score.is_finite() {
            return None;
        }
        if largest.is_none_or(|(_, most)| score > most) {
            largest = Some((position, score));
        }
    }
    largest.map(|(position, _)| position)
}

/// `exp(s_i) / sum_j exp(s_j)` of finite scores, with the largest subtracted first so that nothing overflows.
fn softmax(scores: &[f32]) -> Vec<f32> {
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f64> = scores
        .iter()
        .map(|&score| (f64::from(score) - f64::from(most)).exp())
        .collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|power| (power / sum) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes() -> Vec<String> {
        ["a", "b", "c"].map(str::to_owned).to_vec()
    }

    #[test]
    fn probabilities_are_the_softmax_of_any_finite_scores() {
        let close = |scores: &[f32], expected: &[f32]| {
            for (found, expected) in softmax(scores).iter().zip(expected) {
                assert!((found - expected).abs() < 1e-7, "{scores:?}");
            }
        };
        let ln = |x: f32| x.ln();
        close(&[ln(1.0), ln(2.0), ln(5.0)], &[0.125, 0.25, 0.625]);
        close(&[1e30, -1e30, 1e30], &[0.5, 0.0, 0.5]);
        close(&[f32::MAX, f32::MIN, f32::MIN], &[1.0, 0.0, 0.0]);
    }

    #[test]
    fn the_first_of_equal_scores_wins() {
        assert_eq!(largest(&[1.0, 3.0, 3.0]), Some(1));
        assert_eq!(largest(&[-0.0, 0.0]), Some(0));
        assert_eq!(largest(&[1.0, f32::NAN]), None);
        assert_eq!(largest(&[f32::INFINITY, 1.0]), None);
    }

    #[test]
    fn an_answer_names_class_and_label() {
        let scores = [vec![0.0, 2.0, 0.0], vec![1.0, 0.0, 0.0]];
        let text = String::from_utf8(write(&scores, 2, &classes(), false).unwrap()).unwrap();
        assert_eq!(
            text,
            r#"{"predictions":[{"class":1,"label":"b"},{"class":0,"label":"a"}]}"#
        );
    }

    #[test]
    fn scores_that_say_nothing_are_refused() {
        let status = |scores: &[Vec<f32>]| {
            let problem = write(scores, 1, &classes(), true).unwrap_err();
            problem.parts().0
        };
        assert_eq!(status(&[]), 500);
        assert_eq!(status(&[vec![0.0; 2]]), 500);
        assert_eq!(status(&[vec![0.0, f32::NAN, 0.0]]), 422);
    }
}
