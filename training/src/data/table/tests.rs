//! Tables that fit their schema, and the many ways not to.

use proptest::prelude::*;

use super::*;

const SCHEMA: &str = "
    [[columns]]
    name = 'age'
    kind = 'numeric'
    min = 0
    max = 100
    [[columns]]
    name = 'town'
    kind = 'categorical'
    categories = ['?', 'Bonn', 'Köln']
    [[columns]]
    name = 'id'
    kind = 'ignore'
    [[columns]]
    name = 'ill'
    kind = 'label'
    classes = ['no', 'yes']
";

fn schema() -> TableSchema {
    TableSchema::from_toml(SCHEMA, "test").unwrap()
}

fn read(text: impl AsRef<[u8]>, label_use: LabelUse) -> Result<EncodedTable, DataError> {
    read_table(
        &Content {
            name: "t.csv".into(),
            bytes: text.as_ref().to_vec(),
        },
        &schema(),
        label_use,
    )
}

fn message(text: impl AsRef<[u8]>) -> String {
    read(text, LabelUse::Required).unwrap_err().to_string()
}

#[test]
fn columns_may_stand_in_any_order_with_space_around_fields() {
    let expected = ndarray::array![[0.5, 0.0, 1.0, 0.0], [1.0, 1.0, 0.0, 0.0]];
    for text in [
        "age,town,id,ill\n50,Bonn,1,yes\n120,?,2,no\n",
        "ill, town, age\r\nyes, Bonn, 50\r\nno, ?, 120",
        "\u{feff}age,town,ill\n50,\"Bonn\",yes\n\n120,?,no\n",
    ] {
        let table = read(text, LabelUse::Required).unwrap();
        assert_eq!(table.inputs, expected);
        assert_eq!(table.labels.unwrap(), [1, 0]);
    }
}

#[test]
fn the_label_may_be_absent_or_unread_where_it_is_not_required() {
    let without = "age,town\n50,Bonn\n";
    assert!(read(without, LabelUse::IfPresent).unwrap().labels.is_none());
    assert!(read(without, LabelUse::Required).is_err());
    let strange = "age,town,ill\n50,Bonn,perhaps\n";
    assert!(read(strange, LabelUse::Ignored).unwrap().labels.is_none());
    assert!(read(strange, LabelUse::IfPresent).is_err());
}

#[test]
fn errors_name_the_line_the_column_the_value_and_the_way_out() {
    for (text, expected) in [
        (
            "age,town,ill\n5,Bonn,no\nNaN,Bonn,no\n",
            "t.csv, line 3, column `age`: `NaN` is not a finite number; remove",
        ),
        (
            "age,town,ill\n-inf,Bonn,no\n",
            "line 2, column `age`: `-inf` is not a finite number",
        ),
        (
            "age,town,ill\n1e999,Bonn,no\n",
            "line 2, column `age`: `1e999` is not a finite number",
        ),
        (
            "age,town,ill\n,Bonn,no\n",
            "line 2, column `age`: the value is missing; fill it in",
        ),
        (
            "age,town,ill\nold,Bonn,no\n",
            "line 2, column `age`: `old` is not a number; correct",
        ),
        (
            "age,town,ill\n5,Paris,no\n",
            "line 2, column `town`: `Paris` is not among the schema's categories (?, Bonn, Köln); correct the value or add it to `categories`",
        ),
        (
            "age,town,ill\n5,Bonn,maybe\n",
            "line 2, column `ill`: `maybe` is not among the schema's classes (no, yes)",
        ),
        (
            "age,town,ill\n5,Bonn\n",
            "line 2: 2 fields where the header has 3; give every line",
        ),
        (
            "age,town,ill\n\n\n5,Bonn,no\n5,Bonn,no,1\n",
            "line 5: 4 fields where the header has 3",
        ),
        (
            "age,ill\n5,no\n",
            "line 1: the header lacks 1 of the schema's columns: town; add",
        ),
        (
            "age,town,ill,x\n5,Bonn,no,1\n",
            "line 1, column `x`: is in the file and not in the schema; declare it",
        ),
        (
            "age,age,town,ill\n",
            "line 1, column `age`: stands twice in the header",
        ),
        ("5,6,7\n5,6,7\n", "line 1: the first line holds numbers"),
        ("", "t.csv: holds no record; expected a header line"),
        (
            "age,town,ill\n",
            "t.csv: holds no record; expected one line a record",
        ),
    ] {
        let error = message(text);
        assert!(error.contains(expected), "{error}\nexpected: {expected}");
    }
}

#[test]
fn text_that_is_not_utf8_is_refused() {
    let error = message(b"age,town,ill\n5,K\xf6ln,no\n");
    assert!(
        error.contains("line 2, column `town`: `K\\xf6ln` is not UTF-8 text; save"),
        "{error}"
    );
    assert!(message(b"\xff\xfea\0g\0e\0").contains("not UTF-8"));
}

#[test]
fn pixels_are_read_under_any_header() {
    let scaling = PixelScaling::unit(0.0, 2.0).unwrap();
    let read = |text: &str| {
        let content = Content {
            name: "p.csv".into(),
            bytes: text.into(),
        };
        read_numbers(&content, InputShape::image(1, 1, 3), &scaling)
    };
    assert_eq!(
        read("a,b,c\n0,1,2\n").unwrap(),
        ndarray::array![[0.0, 0.5, 1.0]]
    );
    for (text, expected) in [
        ("a,b\n0,1\n", "2 columns where an input of 1x1x3 has 3"),
        ("0,1,2\n0,1,2\n", "holds numbers where the column names"),
        (
            "a,b,c\n0,nan,2\n",
            "line 2, column `b`: `nan` is not a finite number",
        ),
        ("a,b,c\n", "holds no record"),
    ] {
        let error = read(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        drop(read(&bytes, LabelUse::Required));
        drop(read([b"age,town,ill\n", bytes.as_slice()].concat(), LabelUse::IfPresent));
    }

    #[test]
    fn random_fields_give_finite_inputs_or_an_error(text in "([0-9.eE+-]{0,6},(Bonn|\\?|[a-z]),(yes|no)\n){0,5}") {
        if let Ok(table) = read(format!("age,town,ill\n{text}"), LabelUse::Required) {
            prop_assert!(table.inputs.iter().all(|value| (0.0..=1.0).contains(value)));
            prop_assert_eq!(table.labels.unwrap().len(), table.inputs.nrows());
        }
    }
}
