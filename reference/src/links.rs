//! The links of Markdown pages.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use crate::ReferenceError;
use crate::files::{below, read};

/// Every link in these pages that leads nowhere, as `page: target`. Pages are named from `root`;
/// links to the web are not followed.
///
/// # Errors
/// A page that cannot be read.
pub fn broken(root: &Path, pages: &[PathBuf]) -> Result<Vec<String>, ReferenceError> {
    let mut broken = Vec::new();
    for page in pages {
        let text = read(&root.join(page))?;
        for target in targets(&text) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (file, fragment) = match target.split_once('#') {
                Some((file, fragment)) => (file, Some(fragment)),
                None => (target.as_str(), None),
            };
            let path = match file {
                "" => page.clone(),
                file => normal(&page.parent().unwrap_or(Path::new("")).join(file)),
            };
            let there = root.join(&path);
            let found = match fragment {
                None => there.exists(),
                Some(fragment) => {
                    there.is_file() && anchors(&read(&there)?).contains(&fragment.to_owned())
                }
            };
            if !found {
                broken.push(format!("{}: {target}", page.display()));
            }
        }
    }
    Ok(broken)
}

/// All Markdown files below a folder of `root`, named from `root`.
///
/// # Errors
/// A folder that cannot be read.
pub fn pages_below(root: &Path, folder: &str) -> Result<Vec<PathBuf>, ReferenceError> {
    let files = below(&root.join(folder), "md")?;
    let from_root = |path: PathBuf| path.strip_prefix(root).map(Path::to_owned).unwrap_or(path);
    Ok(files.into_iter().map(from_root).collect())
}

/// What the links and images of a page point to.
#[must_use]
pub fn targets(text: &str) -> Vec<String> {
    let mut targets = Vec::new();
    let prose = without_code(text);
    let mut rest = prose.as_str();
    while let Some((_, after)) = rest.split_once("](") {
        let (target, after) = after.split_once(')').unwrap_or((after, ""));
        targets.push(target.trim().to_owned());
        rest = after;
    }
    targets
}

/// The anchors of a page's headings.
#[must_use]
pub fn anchors(text: &str) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut anchors = Vec::new();
    for line in prose_lines(text) {
        let title = line.trim_start_matches('#');
        if title.len() == line.len() || !title.starts_with(' ') {
            continue;
        }
        let anchor = anchor(title);
        let times = seen.entry(anchor.clone()).or_default();
        anchors.push(match *times {
            0 => anchor,
            times => format!("{anchor}-{times}"),
        });
        *times += 1;
    }
    anchors
}

/// The anchor of a heading: small letters, digits, `-` and `_`, with `-` for spaces.
#[must_use]
pub fn anchor(title: &str) -> String {
    let kept = title.trim().chars().filter_map(|letter| match letter {
        ' ' => Some('-'),
        '-' | '_' => Some(letter),
        letter if letter.is_alphanumeric() => Some(letter),
        _ => None,
    });
    kept.flat_map(char::to_lowercase).collect()
}

/// The lines outside of blocks of code.
fn prose_lines(text: &str) -> impl Iterator<Item = &str> {
    let mut in_code = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        !in_code && !fence
    })
}

/// The text without blocks of code; code within a line becomes empty, since links do not work in it.
fn without_code(text: &str) -> String {
    let mut prose = String::new();
    for line in prose_lines(text) {
        for (at, part) in line.split('`').enumerate() {
            if at % 2 == 0 {
                prose.push_str(part);
            }
        }
        prose.push('\n');
    }
    prose
}

/// A path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut parts: Vec<Component<'_>> = Vec::new();
    for part in path.components() {
        match (part, parts.last()) {
            (Component::CurDir, _) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                parts.pop();
            }
            (part, _) => parts.push(part),
        }
    }
    parts.iter().collect()
}
