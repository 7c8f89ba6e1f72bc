//! The serde attributes that the config types use.

use syn::meta::ParseNestedMeta;
use syn::{Attribute, LitStr};

use crate::case::Case;

/// What serde is told about a type, a variant or a field.
#[derive(Debug)]
pub(crate) struct Serde {
    /// `rename`
    pub(crate) rename: Option<String>,
    /// `rename_all`
    pub(crate) case: Case,
    /// `tag`
    pub(crate) tag: Option<String>,
    /// `default`
    pub(crate) default: Option<DefaultFrom>,
    /// `flatten`
    pub(crate) flatten: bool,
    /// `skip` and `skip_deserializing`
    pub(crate) skip: bool,
    /// `try_from` and `from`
    pub(crate) from: Option<String>,
    /// `deny_unknown_fields`
    pub(crate) deny_unknown_fields: bool,
    /// `deserialize_with`
    pub(crate) deserialize_with: bool,
}

/// Where the value of a key that is left out comes from.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum DefaultFrom {
    /// `Default` of the field's type; of a type, of the type itself.
    Trait,
    /// This function.
    Function(String),
}

impl Serde {
    /// Reads them all.
    ///
    /// # Errors
    /// What is not understood.
    pub(crate) fn read(attributes: &[Attribute]) -> Result<Self, String> {
        let mut serde = Self {
            rename: None,
            case: Case::Unchanged,
            tag: None,
            default: None,
            flatten: false,
            skip: false,
            from: None,
            deny_unknown_fields: false,
            deserialize_with: false,
        };
        for attribute in attributes {
            if attribute.path().is_ident("serde") {
                let parsed = attribute.parse_nested_meta(|meta| serde.take(&meta));
                parsed.map_err(|error| error.to_string())?;
            }
        }
        Ok(serde)
    }

    fn take(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        let word = match meta.path.get_ident() {
            Some(word) => word.to_string(),
            None => return Err(meta.error("an unknown serde attribute")),
        };
        match word.as_str() {
            "rename" => self.rename = Some(value(meta)?),
            "rename_all" => {
                let rule = value(meta)?;
                let unknown = || meta.error(format!("the unknown case {rule}"));
                self.case = Case::new(&rule).ok_or_else(unknown)?;
            }
            "tag" => self.tag = Some(value(meta)?),
            "default" => {
                self.default = Some(match meta.input.peek(syn::Token![=]) {
                    true => DefaultFrom::Function(value(meta)?),
                    false => DefaultFrom::Trait,
                });
            }
            "flatten" => self.flatten = true,
            "skip" | "skip_deserializing" => self.skip = true,
            "try_from" | "from" => self.from = Some(value(meta)?),
            "deny_unknown_fields" => self.deny_unknown_fields = true,
            "deserialize_with" => {
                value(meta)?;
                self.deserialize_with = true;
            }
            "skip_serializing" => {}
            "skip_serializing_if" | "serialize_with" | "into" => {
                value(meta)?;
            }
            _ => return Err(meta.error(format!("the unknown serde attribute `{word}`"))),
        }
        Ok(())
    }
}

fn value(meta: &ParseNestedMeta<'_>) -> syn::Result<String> {
    Ok(meta.value()?.parse::<LitStr>()?.value())
}
