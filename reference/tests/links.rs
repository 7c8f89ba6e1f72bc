//! Every link between pages leads somewhere, and every page is in the book.

use std::fs;
use std::path::{Path, PathBuf};

use privet_reference::links::{anchors, broken, pages_below, targets};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn pages() -> Vec<PathBuf> {
    let mut pages = pages_below(&root(), "docs").unwrap();
    pages.extend(pages_below(&root(), "experiments").unwrap());
    pages.extend(["README.md", "CHANGELOG.md", "audit/README.md"].map(PathBuf::from));
    pages
}

#[test]
fn every_link_leads_somewhere() {
    let broken = broken(&root(), &pages()).unwrap();
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_page_of_the_book_is_in_its_contents() {
    let contents = fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    let mut listed = targets(&contents);
    let mut pages: Vec<String> = pages_below(&root(), "docs")
        .unwrap()
        .iter()
        .map(|page| page.strip_prefix("docs").unwrap().display().to_string())
        .filter(|page| page != "SUMMARY.md")
        .collect();
    listed.sort();
    pages.sort();
    assert_eq!(listed, pages);
}

#[test]
fn broken_links_are_seen() {
    let folder = std::env::temp_dir().join(format!("privet-reference-{}", std::process::id()));
    fs::create_dir_all(folder.join("below")).unwrap();
    fs::write(
        folder.join("a.md"),
        "# One\n## `[two.three]` of_4!\n## One\n[good](below/b.md) [web](https://example.org) [one](#one-1)\n\
         [two](a.md#twothree-of_4) `[code](nowhere)`\n```\n[block](nowhere)\n# No heading\n```\n\
         [bad](c.md) [worse](#no-heading) [worst](below/b.md#one)\n",
    )
    .unwrap();
    fs::write(
        folder.join("below/b.md"),
        "[up](../a.md#one) [out](../below)\n",
    )
    .unwrap();
    let pages = [PathBuf::from("a.md"), PathBuf::from("below/b.md")];
    let found = broken(&folder, &pages);
    fs::remove_dir_all(&folder).unwrap();
    assert_eq!(
        found.unwrap(),
        ["a.md: c.md", "a.md: #no-heading", "a.md: below/b.md#one"]
    );
    assert_eq!(anchors("# A b\n#hash\n# A b"), ["a-b", "a-b-1"]);
}
