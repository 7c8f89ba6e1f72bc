//! What fields hold, and what they hold where they are left out.

use syn::{Expr, Field, GenericArgument, Lit, PathArguments, PathSegment, Type};

use crate::ReferenceError;
use crate::defaults;
use crate::follow::{Follower, unsupported};
use crate::schema::{Kind, Presence, Shape, TypeId};
use crate::sources::Source;

impl<'a> Follower<'a> {
    /// What a field holds, and whether it may hold nothing.
    pub(crate) fn kind(
        &mut self,
        source: &'a Source,
        field: &'a Field,
        item: &str,
    ) -> Result<(Kind, bool), ReferenceError> {
        match last_segment(&field.ty).filter(|last| last.ident == "Option") {
            Some(option) => match argument(&option.arguments) {
                Some(inner) => Ok((self.kind_of(source, inner, item)?, true)),
                None => Err(unsupported(source, item, "an option of nothing")),
            },
            None => Ok((self.kind_of(source, &field.ty, item)?, false)),
        }
    }

    fn kind_of(
        &mut self,
        source: &'a Source,
        found: &'a Type,
        item: &str,
    ) -> Result<Kind, ReferenceError> {
        if let Type::Array(array) = found {
            let of = self.kind_of(source, &array.elem, item)?;
            return match &array.len {
                Expr::Lit(length) => match &length.lit {
                    Lit::Int(length) => Ok(Kind::List(of.into(), length.base10_parse().ok())),
                    _ => Err(unsupported(source, item, "the length of its array")),
                },
                _ => Err(unsupported(source, item, "the length of its array")),
            };
        }
        let Some(last) = last_segment(found) else {
            return Err(unsupported(source, item, "its type"));
        };
        let name = last.ident.to_string();
        Ok(match (name.as_str(), argument(&last.arguments)) {
            // Its only element may stand without the brackets; the key's meaning says so.
            ("Vec" | "OneOrMany", Some(of)) => {
                Kind::List(self.kind_of(source, of, item)?.into(), None)
            }
            ("Box", Some(of)) => self.kind_of(source, of, item)?,
            ("String", None) => Kind::Text,
            ("PathBuf", None) => Kind::Path,
            ("bool", None) => Kind::Boolean,
            ("f64" | "f32", None) => Kind::Number,
            ("usize" | "u64" | "u32" | "u16" | "u8", None) => Kind::Integer,
            ("NonZeroUsize" | "NonZeroU64" | "NonZeroU32", None) => Kind::PositiveInteger,
            ("Table", None)
                if source.import("Table") == Some(vec!["toml".into(), "Table".into()]) =>
            {
                Kind::Settings
            }
            (name, None) => {
                let found = self.sources.named_in(source, name)?;
                Kind::Type(self.follow(found)?)
            }
            (_, Some(_)) => return Err(unsupported(source, item, "its type has arguments")),
        })
    }

    /// A key that has this value where it is left out.
    pub(crate) fn default(&self, value: Option<&Expr>, kind: &Kind) -> Presence {
        match value.and_then(|value| defaults::written(&self.schema, value, kind)) {
            Some(value) => Presence::Default(value),
            None => Presence::Optional,
        }
    }

    /// A key that has the default value of its type where it is left out.
    pub(crate) fn default_of(&self, kind: &Kind) -> Presence {
        let value = match kind {
            Kind::Number => "0.0",
            Kind::Integer => "0",
            Kind::Boolean => "false",
            Kind::List(_, None) => "[]",
            Kind::Type(id) => return self.default_of_type(*id, kind),
            _ => return Presence::Optional,
        };
        Presence::Default(value.to_owned())
    }

    fn default_of_type(&self, id: TypeId, kind: &Kind) -> Presence {
        let (Some(entry), Some(found)) = (self.schema.types.get(id), self.found.get(id)) else {
            return Presence::Optional;
        };
        if let Shape::Choice(variants) = &entry.shape
            && let Some(variant) = variants.iter().find(|variant| variant.is_default)
        {
            return Presence::Default(format!("\"{}\"", variant.name));
        }
        self.default(defaults::of_type(found.source, &entry.name), kind)
    }
}

/// The last part of a type's path, without what stands before it.
pub(crate) fn last_segment(of: &Type) -> Option<&PathSegment> {
    match of {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}

/// What a box holds; any other type as it is.
pub(crate) fn unboxed(of: &Type) -> &Type {
    last_segment(of)
        .filter(|last| last.ident == "Box")
        .and_then(|last| argument(&last.arguments))
        .unwrap_or(of)
}

/// The first type among the arguments of a type.
fn argument(arguments: &PathArguments) -> Option<&Type> {
    match arguments {
        PathArguments::AngleBracketed(arguments) => {
            arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::Type(of) => Some(of),
                _ => None,
            })
        }
        _ => None,
    }
}
