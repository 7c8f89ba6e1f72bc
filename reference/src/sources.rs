//! The sources of the workspace, and where in them a type is.

use std::path::Path;

use syn::{Attribute, Item, UseTree};

use crate::ReferenceError;
use crate::files::{below, read, table};

/// The sources that define config types.
#[derive(Default)]
pub struct Sources {
    files: Vec<Source>,
}

/// One file.
pub(crate) struct Source {
    /// The crate that it belongs to, as `use` names it.
    pub(crate) krate: String,
    /// Its name, for messages.
    pub(crate) place: String,
    /// What is in it.
    pub(crate) items: Vec<Item>,
}

/// A struct or enum.
#[derive(Clone, Copy)]
pub(crate) struct Found<'a> {
    pub(crate) source: &'a Source,
    pub(crate) item: &'a Item,
}

impl Sources {
    /// Every file of every member of the workspace that deserialises something.
    ///
    /// # Errors
    /// A file that cannot be read or parsed.
    pub fn of_workspace(root: &Path) -> Result<Self, ReferenceError> {
        let manifest = table(&root.join("Cargo.toml"))?;
        let workspace = manifest.get("workspace");
        let members = workspace.and_then(|workspace| workspace.get("members")?.as_array());
        let members = members
            .into_iter()
            .flatten()
            .filter_map(toml::Value::as_str);
        let mut sources = Self::default();
        for folder in std::iter::once("").chain(members) {
            let folder = root.join(folder);
            let package = table(&folder.join("Cargo.toml"))?;
            let name = package
                .get("package")
                .and_then(|package| package.get("name")?.as_str());
            let name = name.unwrap_or_default();
            for path in below(&folder.join("src"), "rs")? {
                let text = read(&path)?;
                if text.contains("Deserialize") {
                    let place = path.strip_prefix(root).unwrap_or(&path);
                    sources.add(&name.replace('-', "_"), &place.to_string_lossy(), &text)?;
                }
            }
        }
        Ok(sources)
    }

    /// Adds one file of a crate.
    ///
    /// # Errors
    /// Text that is no Rust.
    pub fn add(&mut self, krate: &str, place: &str, text: &str) -> Result<(), ReferenceError> {
        let file = syn::parse_file(text).map_err(|error| ReferenceError::Parse {
            place: place.to_owned(),
            problem: error.to_string(),
        })?;
        self.files.push(Source {
            krate: krate.to_owned(),
            place: place.to_owned(),
            items: file.items,
        });
        Ok(())
    }

    /// The type of this name in a crate.
    pub(crate) fn in_crate(&self, krate: &str, name: &str) -> Result<Found<'_>, ReferenceError> {
        let mut found = self.named(name).filter(|found| found.source.krate == krate);
        one(&mut found, krate, name)
    }

    /// What a file means by a name: a type of its own, one that it imports, or the only one of that
    /// name.
    pub(crate) fn named_in(&self, file: &Source, name: &str) -> Result<Found<'_>, ReferenceError> {
        if let Some(found) = self
            .named(name)
            .find(|found| std::ptr::eq(found.source, file))
        {
            return Ok(found);
        }
        let imported = file.import(name);
        let (krate, name) = match imported.as_deref() {
            None => (file.krate.as_str(), name),
            Some([first, .., last]) => match first.as_str() {
                "crate" | "super" | "self" => (file.krate.as_str(), last.as_str()),
                krate => (krate, last.as_str()),
            },
            Some(_) => (file.krate.as_str(), name),
        };
        let in_crate = |found: &Found<'_>| found.source.krate == krate;
        match self.named(name).any(|found| in_crate(&found)) {
            true => one(&mut self.named(name).filter(in_crate), &file.place, name),
            // A crate may pass on what another defines.
            false => one(&mut self.named(name), &file.place, name),
        }
    }

    fn named<'a>(&'a self, name: &str) -> impl Iterator<Item = Found<'a>> {
        self.files.iter().flat_map(move |source| {
            let items = source.items.iter().filter(move |item| match item {
                Item::Struct(item) => item.ident == name && deserialises(&item.attrs),
                Item::Enum(item) => item.ident == name && deserialises(&item.attrs),
                _ => false,
            });
            items.map(move |item| Found { source, item })
        })
    }
}

impl Source {
    /// The path by which a name was imported.
    pub(crate) fn import(&self, name: &str) -> Option<Vec<String>> {
        self.items.iter().find_map(|item| match item {
            Item::Use(item) => import(&item.tree, name),
            _ => None,
        })
    }
}

fn import(tree: &UseTree, name: &str) -> Option<Vec<String>> {
    match tree {
        UseTree::Path(path) => {
            let mut rest = import(&path.tree, name)?;
            rest.insert(0, path.ident.to_string());
            Some(rest)
        }
        UseTree::Name(leaf) if leaf.ident == name => Some(vec![name.to_owned()]),
        UseTree::Rename(leaf) if leaf.rename == name => Some(vec![leaf.ident.to_string()]),
        UseTree::Group(group) => group.items.iter().find_map(|tree| import(tree, name)),
        _ => None,
    }
}

fn one<'a>(
    found: &mut dyn Iterator<Item = Found<'a>>,
    place: &str,
    name: &str,
) -> Result<Found<'a>, ReferenceError> {
    let problem = match (found.next(), found.next()) {
        (Some(only), None) => return Ok(only),
        (None, _) => "is not among the types that the workspace deserialises".to_owned(),
        (Some(first), Some(second)) => format!(
            "could be that of {} or that of {}: import it by its crate",
            first.source.place, second.source.place
        ),
    };
    Err(ReferenceError::Type {
        place: place.to_owned(),
        name: name.to_owned(),
        problem,
    })
}

/// Whether `Deserialize` is derived.
fn deserialises(attributes: &[Attribute]) -> bool {
    let mut found = false;
    for attribute in attributes.iter().filter(|a| a.path().is_ident("derive")) {
        // What is no list of paths derives nothing.
        let _ = attribute.parse_nested_meta(|meta| {
            let last = meta.path.segments.last();
            found |= last.is_some_and(|segment| segment.ident == "Deserialize");
            Ok(())
        });
    }
    found
}
