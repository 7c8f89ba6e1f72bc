//! What a key is worth where it is left out, read from the sources.

use std::collections::HashMap;

use syn::punctuated::Punctuated;
use syn::{Block, Expr, FieldValue, ImplItem, Item, Lit, Member, Stmt, Token, Type, UnOp};

use crate::schema::{Kind, Schema, Shape, Variant};
use crate::sources::Source;

/// Where the values of a struct's fields come from that are left out.
pub(crate) enum OfFields<'a> {
    /// Each from its own type: `Default` is derived.
    Derived,
    /// From these expressions, by the names of fields; what is not among them is not known.
    Written(HashMap<String, &'a Expr>),
}

/// What the function of this name gives.
pub(crate) fn of_function<'a>(source: &'a Source, name: &str) -> Option<&'a Expr> {
    source.items.iter().find_map(|item| match item {
        Item::Fn(function) if function.sig.ident == name => value(&function.block),
        _ => None,
    })
}

/// What `Default` gives for the type of this name, where it is written out in the same file.
pub(crate) fn of_type<'a>(source: &'a Source, name: &str) -> Option<&'a Expr> {
    source.items.iter().find_map(|item| {
        let Item::Impl(item) = item else { return None };
        let (of, _) = item.trait_.as_ref()?;
        let Type::Path(itself) = item.self_ty.as_ref() else {
            return None;
        };
        if !of.is_ident("Default") || !itself.path.is_ident(name) {
            return None;
        }
        item.items.iter().find_map(|item| match item {
            ImplItem::Fn(function) if function.sig.ident == "default" => value(&function.block),
            _ => None,
        })
    })
}

impl<'a> OfFields<'a> {
    /// What `Default` gives for each field of the struct of this name.
    pub(crate) fn read(source: &'a Source, name: &str) -> Self {
        let named = |field: &'a FieldValue| match &field.member {
            Member::Named(name) => Some((name.to_string(), &field.expr)),
            Member::Unnamed(_) => None,
        };
        match of_type(source, name) {
            None => Self::Derived,
            Some(Expr::Struct(whole)) => {
                Self::Written(whole.fields.iter().filter_map(named).collect())
            }
            Some(_) => Self::Written(HashMap::new()),
        }
    }
}

/// The value of a block that is nothing but an expression.
fn value(block: &Block) -> Option<&Expr> {
    match block.stmts.as_slice() {
        [Stmt::Expr(value, None)] => Some(value),
        _ => None,
    }
}

/// An expression as a config would have it; `None` where it is no plain value.
pub(crate) fn written(schema: &Schema, value: &Expr, kind: &Kind) -> Option<String> {
    match value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => Some(number.base10_digits().to_owned()),
            Lit::Float(number) => Some(number.base10_digits().to_owned()),
            Lit::Bool(value) => Some(value.value.to_string()),
            Lit::Str(text) => Some(format!("{:?}", text.value())),
            _ => None,
        },
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
            Some(format!("-{}", written(schema, &unary.expr, kind)?))
        }
        Expr::Macro(list) if list.mac.path.is_ident("vec") => {
            let Kind::List(of, _) = kind else { return None };
            let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
            let elements = list.mac.parse_body_with(parser).ok()?;
            let elements = elements.iter().map(|element| written(schema, element, of));
            let elements: Vec<String> = elements.collect::<Option<_>>()?;
            Some(format!("[{}]", elements.join(", ")))
        }
        Expr::Path(path) => {
            let variant = variant(schema, kind, &path.path)?.1;
            Some(format!("\"{}\"", variant.name))
        }
        Expr::Struct(table) if table.rest.is_none() => {
            let (tag, variant) = variant(schema, kind, &table.path)?;
            let mut pairs = vec![format!("{} = \"{}\"", tag?, variant.name)];
            for field in &table.fields {
                let Member::Named(name) = &field.member else {
                    return None;
                };
                let key = variant.keys.iter().find(|key| name == key.name.as_str())?;
                let value = written(schema, &field.expr, &key.kind)?;
                pairs.push(format!("{} = {value}", key.name));
            }
            Some(format!("{{ {} }}", pairs.join(", ")))
        }
        _ => None,
    }
}

/// The variant that a path names, and the tag of its type.
fn variant<'a>(
    schema: &'a Schema,
    kind: &Kind,
    path: &syn::Path,
) -> Option<(Option<&'a str>, &'a Variant)> {
    let Kind::Type(id) = kind else { return None };
    let (tag, variants) = match &schema.types.get(*id)?.shape {
        Shape::Table(_) => return None,
        Shape::Tagged { tag, variants } => (Some(tag.as_str()), variants),
        Shape::Choice(variants) => (None, variants),
    };
    let last = path.segments.last()?;
    let variant = variants
        .iter()
        .find(|variant| last.ident == variant.ident.as_str())?;
    Some((tag, variant))
}
