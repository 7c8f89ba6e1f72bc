//! From the types of the files down to every type of a key.

use syn::{Attribute, Fields, FieldsNamed, Item};

use crate::attributes::{DefaultFrom, Serde};
use crate::case::Case;
use crate::defaults::{self, OfFields};
use crate::kinds::{last_segment, unboxed};
use crate::schema::{Key, Presence, Schema, Shape, TypeEntry, TypeId, Variant};
use crate::sources::{Found, Source, Sources};
use crate::{ReferenceError, docs};

impl Schema {
    /// Follows types from these files: title, crate and type of each.
    ///
    /// # Errors
    /// A type that cannot be found, something without a doc comment, or something that is not
    /// understood.
    pub fn read(sources: &Sources, roots: &[(&str, &str, &str)]) -> Result<Self, ReferenceError> {
        let mut follower = Follower {
            sources,
            schema: Self::default(),
            found: Vec::new(),
        };
        for (title, krate, name) in roots {
            let id = follower.follow(sources.in_crate(krate, name)?)?;
            follower.schema.roots.push(((*title).to_owned(), id));
        }
        Ok(follower.schema)
    }
}

/// The types that were reached so far.
pub(crate) struct Follower<'a> {
    /// Where types are looked up.
    pub(crate) sources: &'a Sources,
    /// What they are.
    pub(crate) schema: Schema,
    /// The item of each of them.
    pub(crate) found: Vec<Found<'a>>,
}

impl<'a> Follower<'a> {
    /// The number of a type, with everything below it.
    pub(crate) fn follow(&mut self, found: Found<'a>) -> Result<TypeId, ReferenceError> {
        let known = |other: &Found<'_>| std::ptr::eq(other.item, found.item);
        if let Some(id) = self.found.iter().position(known) {
            return Ok(id);
        }
        let (name, attributes) = head(found.item);
        let doc = documented(found.source, attributes, &format!("`{name}`"))?;
        // A type may hold itself, so it has its number before its keys are known.
        let id = self.found.len();
        self.found.push(found);
        self.schema.types.push(TypeEntry {
            name,
            doc,
            shape: Shape::Choice(Vec::new()),
        });
        let shape = self.shape(found)?;
        if let Some(entry) = self.schema.types.get_mut(id) {
            entry.shape = shape;
        }
        Ok(id)
    }

    fn shape(&mut self, found: Found<'a>) -> Result<Shape, ReferenceError> {
        let (name, attributes) = head(found.item);
        let source = found.source;
        let unsupported = |problem: &str| unsupported(source, &format!("`{name}`"), problem);
        let serde = Serde::read(attributes).map_err(|problem| unsupported(&problem))?;
        if let Some(from) = &serde.from {
            return self.shape(self.sources.named_in(source, from)?);
        }
        match found.item {
            Item::Struct(item) => match &item.fields {
                Fields::Named(_) if serde.tag.is_some() => Err(unsupported("a tag on a struct")),
                Fields::Named(_) if !serde.deny_unknown_fields => {
                    Err(unsupported("unknown keys are not refused"))
                }
                Fields::Named(fields) => {
                    let defaults = serde.default.as_ref();
                    let defaults = defaults.map(|_| OfFields::read(source, &name));
                    let keys = self.keys(source, fields, serde.case, defaults.as_ref())?;
                    Ok(Shape::Table(keys))
                }
                _ => Err(unsupported("a struct without named fields")),
            },
            Item::Enum(item) => {
                let mut variants = Vec::new();
                for variant in &item.variants {
                    let item = format!("`{name}::{}`", variant.ident);
                    variants.push(self.variant(source, variant, &serde, &item)?);
                }
                match serde.tag {
                    Some(tag) => Ok(Shape::Tagged { tag, variants }),
                    None => Ok(Shape::Choice(variants)),
                }
            }
            _ => Err(unsupported("neither a struct nor an enum")),
        }
    }

    fn variant(
        &mut self,
        source: &'a Source,
        variant: &'a syn::Variant,
        of: &Serde,
        item: &str,
    ) -> Result<Variant, ReferenceError> {
        let serde = Serde::read(&variant.attrs);
        let serde = serde.map_err(|problem| unsupported(source, item, &problem))?;
        let ident = variant.ident.to_string();
        let keys = match &variant.fields {
            Fields::Unit => Vec::new(),
            _ if of.tag.is_none() => {
                return Err(unsupported(
                    source,
                    item,
                    "a variant with fields and without a tag",
                ));
            }
            Fields::Named(fields) => {
                if !of.deny_unknown_fields {
                    return Err(unsupported(source, item, "unknown keys are not refused"));
                }
                self.keys(source, fields, serde.case, None)?
            }
            Fields::Unnamed(fields) => {
                let of = fields.unnamed.first().map(|field| unboxed(&field.ty));
                let name = of.and_then(last_segment).map(|last| last.ident.to_string());
                let inner = self.sources.named_in(source, &name.unwrap_or_default())?;
                match self.shape(inner)? {
                    Shape::Table(keys) => keys,
                    _ => return Err(unsupported(source, item, "a variant that is no table")),
                }
            }
        };
        let is_default = |attribute: &Attribute| attribute.path().is_ident("default");
        Ok(Variant {
            name: serde.rename.unwrap_or_else(|| of.case.of_variant(&ident)),
            ident,
            doc: documented(source, &variant.attrs, item)?,
            keys,
            is_default: variant.attrs.iter().any(is_default),
        })
    }

    fn keys(
        &mut self,
        source: &'a Source,
        fields: &'a FieldsNamed,
        case: Case,
        defaults: Option<&OfFields<'a>>,
    ) -> Result<Vec<Key>, ReferenceError> {
        let mut keys = Vec::new();
        for field in &fields.named {
            let ident = field
                .ident
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            let item = format!("the field `{ident}`");
            let serde = Serde::read(&field.attrs);
            let serde = serde.map_err(|problem| unsupported(source, &item, &problem))?;
            if serde.skip {
                continue;
            }
            if serde.flatten || serde.deserialize_with {
                return Err(unsupported(
                    source,
                    &item,
                    "`flatten` or `deserialize_with`",
                ));
            }
            let (kind, optional) = self.kind(source, field, &item)?;
            let presence = match (&serde.default, defaults) {
                _ if optional => Presence::Optional,
                (Some(DefaultFrom::Function(name)), _) => {
                    let value = defaults::of_function(source, name);
                    self.default(value, &kind)
                }
                (Some(DefaultFrom::Trait), _) => self.default_of(&kind),
                (None, Some(OfFields::Derived)) => self.default_of(&kind),
                (None, Some(OfFields::Written(values))) => {
                    self.default(values.get(&ident).copied(), &kind)
                }
                (None, None) => Presence::Required,
            };
            keys.push(Key {
                name: serde.rename.unwrap_or_else(|| case.of_field(&ident)),
                doc: documented(source, &field.attrs, &item)?,
                kind,
                presence,
            });
        }
        Ok(keys)
    }
}

fn head(item: &Item) -> (String, &[Attribute]) {
    match item {
        Item::Struct(item) => (item.ident.to_string(), &item.attrs),
        Item::Enum(item) => (item.ident.to_string(), &item.attrs),
        _ => (String::new(), &[]),
    }
}

fn documented(
    source: &Source,
    attributes: &[Attribute],
    item: &str,
) -> Result<String, ReferenceError> {
    docs::text(attributes).ok_or_else(|| ReferenceError::Undocumented {
        place: source.place.clone(),
        item: item.to_owned(),
    })
}

/// Something that is not understood.
pub(crate) fn unsupported(source: &Source, item: &str, problem: &str) -> ReferenceError {
    ReferenceError::Unsupported {
        place: source.place.clone(),
        item: item.to_owned(),
        problem: problem.to_owned(),
    }
}
