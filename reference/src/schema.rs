//! What a config may say: types, keys, and what they mean.

/// The number of a type in its [`Schema`].
pub type TypeId = usize;

/// Everything that can be reached from the files that a user writes.
#[derive(Debug, Default)]
pub struct Schema {
    /// The types, in the order in which they were reached.
    pub types: Vec<TypeEntry>,
    /// The files: a title and the type of each.
    pub roots: Vec<(String, TypeId)>,
}

/// A type that a value can have.
#[derive(Debug)]
pub struct TypeEntry {
    /// Its name in Rust.
    pub name: String,
    /// Its doc comment.
    pub doc: String,
    /// What its values look like.
    pub shape: Shape,
}

/// What values look like.
#[derive(Debug)]
pub enum Shape {
    /// A table with these keys.
    Table(Vec<Key>),
    /// A table whose other keys depend on the value of one.
    Tagged {
        /// That one.
        tag: String,
        /// Its values.
        variants: Vec<Variant>,
    },
    /// One of a few words.
    Choice(Vec<Variant>),
}

/// A word that a key can have, and what it brings with it.
#[derive(Debug)]
pub struct Variant {
    /// Its name in Rust.
    pub ident: String,
    /// The word.
    pub name: String,
    /// What it means.
    pub doc: String,
    /// Keys that stand beside it.
    pub keys: Vec<Key>,
    /// Whether it is what the type is by default.
    pub is_default: bool,
}

/// A key of a table.
#[derive(Debug)]
pub struct Key {
    /// As written.
    pub name: String,
    /// What it means.
    pub doc: String,
    /// What its values are.
    pub kind: Kind,
    /// Whether it can be left out.
    pub presence: Presence,
}

/// Kinds of values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A string.
    Text,
    /// A string that names a file or folder.
    Path,
    /// A floating-point number.
    Number,
    /// A whole number of at least 0.
    Integer,
    /// A whole number of at least 1.
    PositiveInteger,
    /// `true` or `false`.
    Boolean,
    /// A table whose keys are keys of an experiment.
    Settings,
    /// A list, of a fixed length or any.
    List(Box<Kind>, Option<usize>),
    /// A table or a word: see the type.
    Type(TypeId),
}

/// Whether a key can be left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// No.
    Required,
    /// Yes; its meaning says what happens then.
    Optional,
    /// Yes; it then has this value.
    Default(String),
}

impl Kind {
    /// The type that it or its elements have, where they have one.
    pub fn type_id(&self) -> Option<TypeId> {
        match self {
            Self::Type(id) => Some(*id),
            Self::List(of, _) => of.type_id(),
            _ => None,
        }
    }
}

impl TypeEntry {
    /// Every key that a value of it can have.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        let (own, variants): (&[Key], &[Variant]) = match &self.shape {
            Shape::Table(keys) => (keys, &[]),
            Shape::Tagged { variants, .. } | Shape::Choice(variants) => (&[], variants),
        };
        own.iter()
            .chain(variants.iter().flat_map(|variant| &variant.keys))
    }
}
