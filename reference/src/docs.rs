//! Doc comments as text of a page.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The doc comment among these attributes: paragraphs with an empty line between them, with blocks of
/// `text` (formulas) and without those of Rust, and without links to items. `None` where there is none.
pub(crate) fn text(attributes: &[Attribute]) -> Option<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut paragraph = String::new();
    let mut block: Option<String> = None;
    for line in attributes.iter().filter_map(line) {
        let fence = line.trim().strip_prefix("```");
        match (&mut block, fence) {
            (None, Some(language)) => {
                paragraphs.push(std::mem::take(&mut paragraph));
                block = Some(format!("```{language}\n"));
            }
            (Some(lines), Some(_)) => {
                if lines.starts_with("```text") {
                    paragraphs.push(format!("{lines}```"));
                }
                block = None;
            }
            (Some(lines), None) => lines.push_str(&format!("{}\n", line.trim_end())),
            (None, None) if line.trim().is_empty() => {
                paragraphs.push(std::mem::take(&mut paragraph));
            }
            (None, None) => {
                if !paragraph.is_empty() {
                    paragraph.push(' ');
                }
                paragraph.push_str(line.trim());
            }
        }
    }
    paragraphs.push(paragraph);
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    (!paragraphs.is_empty()).then(|| without_item_links(&paragraphs.join("\n\n")))
}

fn line(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

/// ``[`Item`]`` and ``[`Item`](path)`` become `Item` in code.
fn without_item_links(text: &str) -> String {
    let mut page = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("[`") {
        page.push_str(before);
        let Some((name, after)) = after.split_once("`]") else {
            page.push_str("[`");
            rest = after;
            continue;
        };
        page.push_str(&format!("`{name}`"));
        rest = match after
            .strip_prefix('(')
            .and_then(|path| path.split_once(')'))
        {
            Some((_, after)) => after,
            None => after,
        };
    }
    page + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_items_become_code() {
        let text = without_item_links("See [`A`] and [`B`](crate::B), in `[0, 1)`; [`open.");
        assert_eq!(text, "See `A` and `B`, in `[0, 1)`; [`open.");
    }

    #[test]
    fn code_blocks_are_left_out_and_paragraphs_kept() {
        let item: syn::ItemStruct = syn::parse_str(
            "/// One\n/// line.\n///\n/// ```\n/// let x = 1;\n/// ```\n/// Two.\nstruct A;",
        )
        .unwrap();
        assert_eq!(text(&item.attrs).as_deref(), Some("One line.\n\nTwo."));
        let formula = "/// With\n/// ```text\n/// x = 1\n/// ```\nstruct A;";
        let formula: syn::ItemStruct = syn::parse_str(formula).unwrap();
        let expected = "With\n\n```text\n x = 1\n```";
        assert_eq!(text(&formula.attrs).as_deref(), Some(expected));
        let none: syn::ItemStruct = syn::parse_str("struct A;").unwrap();
        assert_eq!(text(&none.attrs), None);
    }
}
