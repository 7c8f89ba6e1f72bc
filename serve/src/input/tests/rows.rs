//! Rows of numbers and records.

use super::*;

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
