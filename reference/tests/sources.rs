//! Sources that are not understood are errors, and what is understood is what serde does.

use privet_reference::{Kind, Presence, Schema, Shape, Sources};
use serde::Deserialize;

fn read(text: &str) -> Result<Schema, String> {
    let mut sources = Sources::default();
    let added = sources.add("one", "one/src/lib.rs", text);
    added.map_err(|error| error.to_string())?;
    let roots = [("File", "one", "File")];
    Schema::read(&sources, &roots).map_err(|error| error.to_string())
}

const HEAD: &str = "/// File.\n#[derive(Deserialize)]\n#[serde(deny_unknown_fields)]\n";

#[test]
fn gaps_and_unknown_attributes_are_refused() {
    for (body, expected) in [
        ("struct File { a: u32 }", "`a` has no doc comment"),
        ("struct File { /// A.\n a: Other }", "`Other` is not among"),
        ("struct File { /// A.\n a: i32 }", "`i32`"),
        (
            "struct File { /// A.\n #[serde(alias = \"b\")] a: u32 }",
            "serde attribute `alias`",
        ),
        (
            "struct File { /// A.\n #[serde(flatten)] a: u32 }",
            "`flatten`",
        ),
        ("enum File { A }", "`File::A` has no doc comment"),
        (
            "enum File { /// A.\n A { /// B.\n b: u32 } }",
            "without a tag",
        ),
        ("struct File(u32);", "without named fields"),
        ("fn nothing() {}", "`File` is not among"),
    ] {
        let error = read(&format!("{HEAD}{body}")).map(|_| ()).unwrap_err();
        assert!(error.contains(expected), "{body}: {error}");
    }
    let open = "/// File.\n#[derive(Deserialize)]\nstruct File { /// A.\n a: u32 }";
    let error = read(open).map(|_| ()).unwrap_err();
    assert!(error.contains("unknown keys are not refused"), "{error}");
    let double = format!(
        "{HEAD}struct File {{ /// A.\n a: Two }}\n/// 1.\n#[derive(Deserialize)]\nenum Two {{}}"
    );
    let mut sources = Sources::default();
    sources
        .add(
            "one",
            "one.rs",
            &format!("{HEAD}struct File {{ /// A.\n a: Two }}"),
        )
        .unwrap();
    for place in ["two.rs", "three.rs"] {
        let two = "/// 1.\n#[derive(Deserialize)]\nenum Two {}";
        sources.add("one", place, two).unwrap();
    }
    let error = Schema::read(&sources, &[("File", "one", "File")]).map(|_| ());
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("two.rs or that of three.rs")
    );
    assert!(read(&double).is_ok(), "a type of the same file comes first");
}

/// A file.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Must be given.
    needed: f64,
    /// May be nothing.
    maybe: Option<String>,
    /// Three by default.
    #[serde(default = "three")]
    three: usize,
    /// Has another name.
    #[serde(rename = "other-name", default)]
    renamed: Vec<bool>,
    /// A table.
    #[serde(default)]
    inner: Inner,
    /// One of several.
    #[serde(default = "one_of_several")]
    several: Several,
    /// With derived defaults.
    derived: Option<Derived>,
    /// With defaults that are partly those of something else.
    partial: Option<Partial>,
}

/// Nothing by default.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Derived {
    /// None.
    none: u8,
}

/// Something by default.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Partial {
    /// Known.
    known: u8,
    /// Not known to one who reads only this file.
    unknown: u8,
}

impl Default for Partial {
    fn default() -> Self {
        Self {
            known: 1,
            ..Self::elsewhere()
        }
    }
}

impl Partial {
    fn elsewhere() -> Self {
        Self {
            known: 0,
            unknown: 2,
        }
    }
}

fn three() -> usize {
    3
}

fn one_of_several() -> Several {
    Several::SecondOne { size: 7 }
}

/// Has defaults of its own.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Inner {
    /// A share.
    share: f64,
    /// A word.
    word: Word,
}

impl Default for Inner {
    fn default() -> Self {
        Self {
            share: 0.25,
            word: Word::VeryLong,
        }
    }
}

/// A word.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Word {
    /// Short.
    Short,
    /// Long.
    VeryLong,
}

/// Tables.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum Several {
    /// First.
    FirstOne {},
    /// Second.
    SecondOne {
        /// A size.
        size: u64,
    },
}

fn key<'a>(schema: &'a Schema, type_name: &str, name: &str) -> &'a privet_reference::Key {
    let entry = schema
        .types
        .iter()
        .find(|entry| entry.name == type_name)
        .unwrap();
    entry.keys().find(|key| key.name == name).unwrap()
}

/// This very file is read, and serde's derived code is asked about each default.
#[test]
fn defaults_and_names_are_those_of_serde() {
    let schema = read(include_str!("sources.rs")).unwrap();
    let presence = |of: &str, name: &str| key(&schema, of, name).presence.clone();
    assert_eq!(presence("File", "needed"), Presence::Required);
    assert_eq!(presence("File", "maybe"), Presence::Optional);
    assert_eq!(presence("File", "inner"), Presence::Optional);
    assert_eq!(presence("Derived", "none"), Presence::Default("0".into()));
    assert_eq!(presence("Partial", "known"), Presence::Default("1".into()));
    assert_eq!(presence("Partial", "unknown"), Presence::Optional);
    assert!(
        toml::from_str::<File>("")
            .unwrap_err()
            .message()
            .contains("needed")
    );

    let mut text = "needed = 1.0\n".to_owned();
    let without = toml::from_str::<File>(&text).unwrap();
    let mut write = |type_name: &str, names: &[&str]| {
        for name in names {
            match presence(type_name, name) {
                Presence::Default(value) => text.push_str(&format!("{name} = {value}\n")),
                other => panic!("{name}: {other:?}"),
            }
        }
        if type_name == "File" {
            text.push_str("[inner]\n");
        }
    };
    write("File", &["three", "other-name", "several"]);
    write("Inner", &["share", "word"]);
    assert_eq!(toml::from_str::<File>(&text).unwrap(), without, "{text}");

    let several = schema
        .types
        .iter()
        .find(|entry| entry.name == "Several")
        .unwrap();
    let Shape::Tagged { tag, variants } = &several.shape else {
        panic!("{several:?}");
    };
    for variant in variants {
        let size = if variant.keys.is_empty() {
            ""
        } else {
            ", size = 1"
        };
        let text = format!(
            "needed = 1\nseveral = {{ {tag} = \"{}\"{size} }}",
            variant.name
        );
        assert!(toml::from_str::<File>(&text).is_ok(), "{text}");
    }
    assert_eq!(
        key(&schema, "File", "other-name").kind,
        Kind::List(Kind::Boolean.into(), None)
    );
}
