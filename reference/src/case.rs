//! Names as serde rewrites them.

/// The words of `rename_all` that the config types use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// As in Rust.
    Unchanged,
    /// `all-small`
    Kebab,
    /// `all_small`
    Snake,
    /// `allsmall`
    Lower,
}

impl Case {
    /// The rule of this name.
    pub(crate) fn new(name: &str) -> Option<Self> {
        match name {
            "kebab-case" => Some(Self::Kebab),
            "snake_case" => Some(Self::Snake),
            "lowercase" => Some(Self::Lower),
            _ => None,
        }
    }

    /// What a variant is called.
    pub(crate) fn of_variant(self, ident: &str) -> String {
        let between = match self {
            Self::Unchanged => return ident.to_owned(),
            Self::Lower => return ident.to_lowercase(),
            Self::Kebab => '-',
            Self::Snake => '_',
        };
        let mut name = String::new();
        for (at, letter) in ident.chars().enumerate() {
            if at > 0 && letter.is_uppercase() {
                name.push(between);
            }
            name.extend(letter.to_lowercase());
        }
        name
    }

    /// What a field is called.
    pub(crate) fn of_field(self, ident: &str) -> String {
        match self {
            Self::Kebab => ident.replace('_', "-"),
            _ => ident.to_owned(),
        }
    }
}
