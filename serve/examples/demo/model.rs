//! Models of no use, that answer at once.

use privet_serve::{
    Field, FieldKind, Form, Guarantee, ModelPage, PredictError, Predictor, Privacy, Rows,
};

/// A linear model with made-up weights.
pub(crate) struct Weights {
    pub(crate) classes: usize,
}

impl Predictor for Weights {
    fn scores(&self, rows: &Rows) -> Result<Vec<Vec<f32>>, PredictError> {
        let score = |row: &[f64], class: usize| -> f32 {
            let weight =
                |position: usize| ((position * 7919 + class * 104_729) % 97) as f64 / 97.0 - 0.5;
            let products = row
                .iter()
                .enumerate()
                .map(|(position, value)| weight(position) * value);
            (products.sum::<f64>() / 200.0) as f32
        };
        let number = |text: &String| text.parse().unwrap_or(text.len() as f64);
        let numbers: Vec<Vec<f64>> = match rows {
            Rows::Numbers(rows) => rows.clone(),
            Rows::Records(rows) => rows
                .iter()
                .map(|row| row.iter().map(number).collect())
                .collect(),
        };
        let scores = numbers
            .iter()
            .map(|row| (0..self.classes).map(|class| score(row, class)).collect());
        Ok(scores.collect())
    }
}

/// The page of a kind of model.
pub(crate) fn page(kind: &str, private: bool) -> Option<ModelPage> {
    let texts = |texts: &[&str]| {
        texts
            .iter()
            .map(|text| (*text).to_owned())
            .collect::<Vec<_>>()
    };
    let between = |minimum, maximum, channels, side| Form::Image {
        channels,
        height: side,
        width: side,
        minimum,
        maximum,
    };
    let image = |channels, side| between(0.0, 255.0, channels, side);
    let digits: Vec<String> = (0..10).map(|digit| digit.to_string()).collect();
    let (dataset, classes, form) = match kind {
        "image" => ("mnist", digits, image(1, 28)),
        "signed" => ("scaled digits", digits, between(-0.4242, 2.8215, 1, 28)),
        "colour" => (
            "cifar10",
            texts(&[
                "airplane",
                "automobile",
                "bird",
                "cat",
                "deer",
                "dog",
                "frog",
                "horse",
                "ship",
                "truck",
            ]),
            image(3, 32),
        ),
        "table" => ("census", texts(&["<=50K", ">50K"]), census()),
        "numbers" => (
            "embeddings",
            (0..20).map(|class| format!("topic {class}")).collect(),
            Form::Numbers {
                count: 4,
                minimum: -5.0,
                maximum: 5.0,
            },
        ),
        _ => return None,
    };
    Some(ModelPage {
        title: format!("{dataset} student"),
        dataset: dataset.to_owned(),
        classes,
        form,
        privacy: privacy(private),
    })
}

fn census() -> Form {
    let number = |name: &str, min: f64, max: f64| Field {
        name: name.to_owned(),
        kind: FieldKind::Number { min, max },
    };
    let category = |name: &str, values: &[&str]| Field {
        name: name.to_owned(),
        kind: FieldKind::Category {
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        },
    };
    Form::Table {
        fields: vec![
            number("age", 17.0, 90.0),
            category(
                "workclass",
                &["Private", "Self-emp-inc", "State-gov", "Never-worked", "?"],
            ),
            category(
                "education",
                &["Bachelors", "HS-grad", "Masters", "Bachelor's & <others>"],
            ),
            category(
                "marital-status",
                &["Married-civ-spouse", "Never-married", "Widowed"],
            ),
            category("relationship", &["Wife", "Husband", "Unmarried"]),
            category("sex", &["Female", "Male"]),
            number("capital-gain", 0.0, 99_999.0),
            number("hours-per-week", 1.0, 99.0),
        ],
    }
}

fn privacy(private: bool) -> Privacy {
    if !private {
        return Privacy::NotPrivate {
            why: "This model was trained without noise (method = \"baseline\"): its answers may tell who \
                  is in its training data. Do not let others ask it."
                .to_owned(),
        };
    }
    Privacy::Guaranteed(Guarantee {
        epsilon: 0.981_23,
        delta: 1e-5,
        unit: "record".to_owned(),
        neighboring: "add-or-remove-one".to_owned(),
        accountant: "pld".to_owned(),
        statement:
            "This page is a demonstration: its model was not trained at all.\n\nOf a real one, the \
                    run's statement stands here, word for word."
                .to_owned(),
    })
}
