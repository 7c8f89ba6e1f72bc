//! Every fault of a body, its place and its words.

mod rows;

use super::*;
use crate::{Field, FieldKind};

fn image() -> Form {
    Form::Image {
        channels: 1,
        height: 2,
        width: 2,
        minimum: 0.0,
        maximum: 255.0,
    }
}

fn numbers() -> Form {
    Form::Numbers {
        count: 2,
        minimum: -1.0,
        maximum: 1.0,
    }
}

fn table() -> Form {
    let field = |name: &str, kind| Field {
        name: name.to_owned(),
        kind,
    };
    let values = ["Private", "State", "?"].map(str::to_owned).to_vec();
    Form::Table {
        fields: vec![
            field(
                "age",
                FieldKind::Number {
                    min: 17.0,
                    max: 90.0,
                },
            ),
            field("work/class", FieldKind::Category { values }),
        ],
    }
}

#[track_caller]
fn refused(form: &Form, body: &str, status: u16, pointer: Option<&str>, words: &str) {
    let problem = read(body.as_bytes(), form, 2).unwrap_err();
    let (found_status, detail, found_pointer) = problem.parts();
    assert_eq!((found_status, found_pointer), (status, pointer), "{detail}");
    assert!(detail.contains(words), "{detail}");
}

#[test]
fn rows_are_read_in_the_forms_order_and_bounds() {
    let read = |form: &Form, body: &str| read(body.as_bytes(), form, 2).unwrap();
    let question = read(
        &image(),
        r#"{"probabilities": true, "inputs": [[0, 255, 1.5, 2e1]]}"#,
    );
    assert!(question.probabilities);
    assert_eq!(
        question.rows,
        Rows::Numbers(vec![vec![0.0, 255.0, 1.5, 20.0]])
    );
    let question = read(&numbers(), r#"{"inputs": [[-7, 1e300], [0.5, -0.5]]}"#);
    assert!(!question.probabilities);
    assert_eq!(
        question.rows,
        Rows::Numbers(vec![vec![-1.0, 1.0], vec![0.5, -0.5]])
    );
    let body =
        r#"{"records": [{"work\/class": "State", "age": 39}, {"age": 1e9, "work/class": "?"}]}"#;
    let text = |row: [&str; 2]| row.map(str::to_owned).to_vec();
    assert_eq!(
        read(&table(), body).rows,
        Rows::Records(vec![text(["39", "State"]), text(["90", "?"])])
    );
}

#[test]
fn what_is_no_json_is_a_bad_request() {
    for body in [
        "",
        "{",
        "inputs",
        r#"{"inputs": [[NaN, 0, 0, 0]]}"#,
        r#"{"inputs": [[1, 2, 3, 4],]}"#,
        r#"{"inputs": [[1, 2, 3, 4]]} {}"#,
        r#"{"inputs": [[1, 2, 3, 4]"#,
        r#"{inputs: 1}"#,
        r#"{"inputs": [[01, 2, 3, 4]]}"#,
    ] {
        refused(&image(), body, 400, None, "the body is not JSON");
    }
    assert_eq!(
        read(b"{\"\xff\": 1}", &image(), 2).unwrap_err().parts().0,
        400
    );
}

#[test]
fn numbers_that_no_double_holds_are_refused_where_they_stand() {
    let long = "7".repeat(401);
    for number in ["1e400", "-1e400", "1e99999999999999999999", &long] {
        let words = "is beyond 1.8e308";
        let body = format!(r#"{{"inputs": [[1, {number}]]}}"#);
        refused(&numbers(), &body, 422, Some("/inputs/0/1"), words);
        let body = format!(r#"{{"records": [{{"age": {number}}}]}}"#);
        refused(&table(), &body, 422, Some("/records/0/age"), words);
        // Where no number belongs, its size is said before that.
        let body = format!(r#"{{"inputs": {number}}}"#);
        refused(&numbers(), &body, 422, None, "beyond 1.8e308");
    }
    let least = read(br#"{"inputs": [[1e-400, -1e308]]}"#, &numbers(), 2).unwrap();
    assert_eq!(least.rows, Rows::Numbers(vec![vec![0.0, -1.0]]));
}

#[test]
fn the_keys_of_a_body_are_known_once_and_all_there() {
    let body = Some("");
    refused(
        &image(),
        "[]",
        422,
        body,
        "is an array where an object is needed",
    );
    refused(&image(), "null", 422, body, "is null where an object");
    refused(
        &image(),
        "{}",
        422,
        body,
        "has no `inputs`: send {\"inputs\": [[...]]}",
    );
    refused(&table(), "{}", 422, body, "has no `records`");
    refused(
        &image(),
        r#"{"input": []}"#,
        422,
        body,
        "did you mean `inputs`?",
    );
    refused(&image(), r#"{"records": []}"#, 422, body, "takes numbers");
    refused(&table(), r#"{"inputs": []}"#, 422, body, "takes records");
    let twice = r#"{"inputs": [[1, 2, 3, 4]], "inputs": [[1, 2, 3, 4]]}"#;
    refused(&image(), twice, 422, Some("/inputs"), "is given twice");
    let twice = r#"{"probabilities": true, "probabilities": true}"#;
    refused(
        &image(),
        twice,
        422,
        Some("/probabilities"),
        "is given twice",
    );
    let flag = r#"{"probabilities": "true"}"#;
    refused(
        &image(),
        flag,
        422,
        Some("/probabilities"),
        "without quotes",
    );
}

#[test]
fn nothing_of_a_body_is_repeated() {
    for body in [
        r#"{"canary7": 1}"#,
        r#"{"records": [{"canary7": 1}]}"#,
        r#"{"records": [{"work/class": "canary7"}]}"#,
        r#"{"records": "canary7"}"#,
        r#"{"records": [{"age": "canary7"}]}"#,
        r#"{"records": [canary7]}"#,
        r#"canary7"#,
    ] {
        let problem = read(body.as_bytes(), &table(), 2).unwrap_err();
        assert!(!format!("{problem:?}").contains("canary7"), "{problem:?}");
    }
}

#[test]
fn deep_nesting_ends_at_once() {
    let deep = |open: &str| format!("{{\"inputs\":{}", open.repeat(1 << 20));
    for open in ["[", "{\"a\":", "[["] {
        let problem = read(deep(open).as_bytes(), &image(), 2).unwrap_err();
        assert!([400, 422].contains(&problem.parts().0));
    }
    // Also where the values are skipped, not read.
    let skipped = format!("{{\"inputs\":[[1,2,3,4,{}", "[".repeat(1 << 20));
    assert_eq!(
        read(skipped.as_bytes(), &image(), 2).unwrap_err().parts().0,
        400
    );
}
