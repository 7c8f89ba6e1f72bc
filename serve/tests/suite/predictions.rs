//! Rows in, classes out.

use privet_serve::{Limits, PredictError};
use serde_json::json;

use crate::client::Client;
use crate::made::{By, Echo, Running, image, limits, numbers, table};

#[test]
fn rows_of_every_form_are_predicted_in_order() {
    let service = Running::new(image(), Echo, limits());
    let mut client = Client::new(service.address);
    let answer = client.predict(r#"{"inputs": [[0, 1], [200, 7.5]]}"#);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(
        answer.json(),
        json!({"predictions": [{"class": 1, "label": "yes"}, {"class": 0, "label": "no"}]})
    );
    let service = Running::new(table(), Echo, limits());
    let record = r#"{"records": [{"work/class": "State", "age": 17}]}"#;
    let answer = Client::new(service.address).predict(record);
    assert_eq!(answer.json()["predictions"][0]["label"], "no");
    let service = Running::new(numbers(), Echo, limits());
    let answer = Client::new(service.address).predict(r#"{"inputs": [[-4e300, 4e300, 0]]}"#);
    assert_eq!(answer.json()["predictions"][0]["class"], 1);
    assert_eq!(service.end().rows, 1);
}

#[test]
fn probabilities_are_given_on_request() {
    let service = Running::new(numbers(), Echo, limits());
    let mut client = Client::new(service.address);
    let answer =
        client.predict(r#"{"inputs": [[0, 1.0986122886681098, 9]], "probabilities": true}"#);
    let shares = answer.json()["predictions"][0]["probabilities"].clone();
    for (share, expected) in [(&shares[0], 0.25), (&shares[1], 0.75)] {
        assert!(
            (share.as_f64().unwrap() - expected).abs() < 1e-6,
            "{shares}"
        );
    }
    let without = client.predict(r#"{"inputs": [[0, 1, 9]], "probabilities": false}"#);
    assert!(!without.body.contains("probabilities"));
}

#[test]
fn a_connection_takes_many_questions() {
    let service = Running::new(image(), Echo, limits());
    let mut client = Client::new(service.address);
    for i in 0..200 {
        let answer = client.predict(&format!("{{\"inputs\": [[{i}, 100]]}}"));
        assert_eq!(answer.json()["predictions"][0]["class"], u64::from(i < 100));
        // Also after a question that was refused.
        assert_eq!(client.predict("{}").status, 422);
    }
    let served = service.end();
    assert_eq!(
        (served.connections, served.requests, served.refused),
        (1, 400, 200)
    );
    assert_eq!((served.rows, served.failed, served.cut_off), (200, 0, 0));
}

#[test]
fn a_model_may_refuse_rows() {
    let refuse = By(|_: &privet_serve::Rows| {
        Err(PredictError::Input {
            row: Some(1),
            field: Some("age".to_owned()),
            why: "ages do not fit together: give others".to_owned(),
        })
    });
    let service = Running::new(image(), refuse, limits());
    let answer = Client::new(service.address).predict(r#"{"inputs": [[1, 2], [3, 4]]}"#);
    answer.is_problem(422, "ages do not fit together");
    assert_eq!(answer.json()["pointer"], "/inputs/1");
    assert_eq!(answer.json()["field"], "age");
}

#[test]
fn a_model_that_fails_leaves_the_service_alive() {
    let fail = By(|rows: &privet_serve::Rows| match rows {
        privet_serve::Rows::Numbers(rows) => match rows[0][0] as u32 {
            0 => Err(PredictError::Failed {
                why: "the weights are gone: load the model again".to_owned(),
            }),
            // A panic on purpose: its message on standard error belongs to this test.
            1 => panic!("a model that panics, on purpose"),
            2 => Ok(vec![]),
            3 => Ok(vec![vec![0.0; 7]]),
            4 => Ok(vec![vec![f32::NAN, 0.0]]),
            _ => Ok(vec![vec![0.0, 1.0]]),
        },
        _ => unreachable!(),
    });
    let one_worker = Limits {
        workers: 1,
        ..limits()
    };
    let service = Running::new(image(), fail, one_worker);
    let mut client = Client::new(service.address);
    let mut ask = |kind: u32| client.predict(&format!("{{\"inputs\": [[{kind}, 0]]}}"));
    ask(0).is_problem(500, "the weights are gone");
    ask(1).is_problem(500, "the model failed on these rows");
    ask(2).is_problem(500, "other than one score");
    ask(3).is_problem(500, "other than one score");
    ask(4).is_problem(422, "no finite numbers");
    assert_eq!(ask(5).json()["predictions"][0]["label"], "yes");
    let served = service.end();
    assert_eq!((served.failed, served.refused, served.rows), (4, 1, 1));
}
