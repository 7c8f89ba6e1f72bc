//! Every fault of a body, its place and its words.

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
        r#"{"inputs": [[1e999, 0, 0, 0]]}"#,
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
fn rows_of_numbers_are_whole_and_raw() {
    let image = image();
    let rows = Some("/inputs");
    refused(
        &image,
        r#"{"inputs": {}}"#,
        422,
        rows,
        "an array of rows is needed",
    );
    refused(&image, r#"{"inputs": []}"#, 422, rows, "is empty");
    let three = r#"{"inputs": [[1,2,3,4],[1,2,3,4],[1,2,3,4]]}"#;
    refused(&image, three, 413, rows, "has more than 2 rows");
    let flat = r#"{"inputs": [1, 2, 3, 4]}"#;
    refused(
        &image,
        flat,
        422,
        Some("/inputs/0"),
        "square brackets of its own",
    );
    let short = r#"{"inputs": [[1,2,3,4], [1,2,3]]}"#;
    refused(
        &image,
        short,
        422,
        Some("/inputs/1"),
        "has 3 numbers where a flat array of 4",
    );
    refused(
        &numbers(),
        r#"{"inputs": [[1,2,3]]}"#,
        422,
        Some("/inputs/0"),
        "more numbers than an array of 2",
    );
    let nested = r#"{"inputs": [[[1,2],[3,4]]]}"#;
    refused(
        &image,
        nested,
        422,
        Some("/inputs/0/0"),
        "a row is a flat list",
    );
    refused(
        &image,
        r#"{"inputs": [[1,2,"3",4]]}"#,
        422,
        Some("/inputs/0/2"),
        "without quotes",
    );
    refused(
        &image,
        r#"{"inputs": [[1,2,null,4]]}"#,
        422,
        Some("/inputs/0/2"),
        "none may be missing",
    );
    refused(
        &image,
        r#"{"inputs": [[1,true]]}"#,
        422,
        Some("/inputs/0/1"),
        "write 1 or 0",
    );
    refused(
        &image,
        r#"{"inputs": [[1,2,-1,4]]}"#,
        422,
        Some("/inputs/0/2"),
        "is outside 0..255: give raw",
    );
    refused(
        &image,
        r#"{"inputs": [[1,2,256,4]]}"#,
        422,
        Some("/inputs/0/2"),
        "is outside",
    );
}

#[test]
fn records_have_every_field_once_and_known_values() {
    let table = table();
    let row = Some("/records/0");
    refused(
        &table,
        r#"{"records": [[39, "State"]]}"#,
        422,
        row,
        "is an array where an object",
    );
    refused(
        &table,
        r#"{"records": [{}]}"#,
        422,
        row,
        "lacks `age`, `work/class`",
    );
    refused(
        &table,
        r#"{"records": [{"age": 39}]}"#,
        422,
        row,
        "lacks `work/class`",
    );
    refused(
        &table,
        r#"{"records": [{"aeg": 39}]}"#,
        422,
        row,
        "did you mean `age`?",
    );
    let age = Some("/records/0/age");
    refused(
        &table,
        r#"{"records": [{"age": 39, "age": 39}]}"#,
        422,
        age,
        "is given twice",
    );
    refused(
        &table,
        r#"{"records": [{"age": "39"}]}"#,
        422,
        age,
        "field `age`, is a string",
    );
    let class = Some("/records/0/work~1class");
    let wrong = r#"{"records": [{"work/class": "private"}]}"#;
    refused(
        &table,
        wrong,
        422,
        class,
        "is none of its values; did you mean `Private`?",
    );
    refused(
        &table,
        r#"{"records": [{"work/class": 3}]}"#,
        422,
        class,
        "write the value in quotes",
    );
    refused(
        &table,
        r#"{"records": [{"work/class": null}]}"#,
        422,
        class,
        "none may be missing",
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
