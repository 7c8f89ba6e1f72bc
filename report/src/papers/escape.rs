//! Texts that people wrote, inside Markdown: they stay text, whatever they hold.
//!
//! CommonMark 0.31 with the tables, strikethrough and mathematics of the sites that show model cards.

/// A text on one line, for a paragraph, a list or a cell of a table.
///
/// White space becomes single blanks; characters without a shape (controls, marks of direction) are
/// left out, as they could make a text look like another.
#[must_use]
pub fn inline(text: &str) -> String {
    let words = one_line(text);
    let characters: Vec<char> = words.chars().collect();
    let at = |index: usize| characters.get(index).copied();
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let mut escaped = String::with_capacity(words.len());
    for (index, &c) in characters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(at);
        let after = at(index + 1);
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // Only what could be an entity, so that "A & B" stays readable.
            '&' if word(after) || after == Some('#') => escaped.push_str("&amp;"),
            // Inside a word it means nothing, and addresses hold it.
            '_' if word(before) && word(after) => escaped.push(c),
            '\\' | '`' | '*' | '_' | '#' | '[' | ']' | '|' | '~' | '$' => escaped.extend(['\\', c]),
            '+' | '-' | '=' | ':' if index == 0 => escaped.extend(['\\', c]),
            // "3." and "3)" begin a list.
            '.' | ')' if begins_a_list(&characters, index) => escaped.extend(['\\', c]),
            _ => escaped.push(c),
        }
    }
    escaped
}

/// A text with its paragraphs, each on one line.
pub(super) fn paragraphs(text: &str) -> String {
    let normal = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut paragraphs = vec![String::new()];
    for line in normal.lines() {
        match (line.trim().is_empty(), paragraphs.last_mut()) {
            (false, Some(last)) => {
                last.push_str(line);
                last.push(' ');
            }
            _ => paragraphs.push(String::new()),
        }
    }
    let escaped = paragraphs.iter().map(|paragraph| inline(paragraph));
    let said: Vec<String> = escaped.filter(|paragraph| !paragraph.is_empty()).collect();
    said.join("\n\n")
}

/// An address as a link, any other text as text.
pub(super) fn link(text: &str) -> String {
    let address = ["https://", "http://"]
        .iter()
        .any(|scheme| text.starts_with(scheme));
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!&'()*+,;=%".contains(c);
    match address && text.chars().all(plain) {
        true => format!("<{text}>"),
        false => inline(text),
    }
}

/// A text in a block of code whose fence it cannot close.
pub(super) fn code_block(language: &str, text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let shown: String = text
        .chars()
        .filter(|&c| c == '\n' || c == '\t' || !is_shapeless(c))
        .collect();
    format!("{fence}{language}\n{}\n{fence}\n", shown.trim_matches('\n'))
}

/// A number, point or word of a config as code; what cannot stand there as text.
pub(super) fn code(text: &str) -> String {
    let line = one_line(text);
    match line.is_empty() || line.contains(['`', '|', '\\']) {
        true => inline(&line),
        false => format!("`{line}`"),
    }
}

fn one_line(text: &str) -> String {
    let shown: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|&c| !is_shapeless(c))
        .collect();
    let words: Vec<&str> = shown.split(' ').filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

fn begins_a_list(characters: &[char], index: usize) -> bool {
    index > 0 && characters.iter().take(index).all(char::is_ascii_digit)
}

/// Controls, marks of direction, blanks without width.
fn is_shapeless(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_means_something_is_taken_its_meaning() {
        for (text, escaped) in [
            ("a *b* `c` [d](e)", r"a \*b\* \`c\` \[d\](e)"),
            ("<script>&lt;", "&lt;script&gt;&amp;lt;"),
            ("A & B_c, _d_", r"A & B_c, \_d\_"),
            ("# no heading", r"\# no heading"),
            ("---", r"\---"),
            ("12. June", r"12\. June"),
            ("v1.2) 3) 4.5", "v1.2) 3) 4.5"),
            ("one\r\n\ttwo  three ", "one two three"),
            ("no|<b>", r"no\|&lt;b&gt;"),
            ("a\u{202e}b\u{0}c", "abc"),
            ("$x$ ~~y~~", r"\$x\$ \~\~y\~\~"),
        ] {
            assert_eq!(inline(text), escaped);
        }
        assert_eq!(
            paragraphs("a\nb\n\n \n---\nc\r\n\r\n> d"),
            "a b\n\n\\--- c\n\n&gt; d"
        );
        assert_eq!(link("https://x.org/a_b?c=1"), "<https://x.org/a_b?c=1>");
        assert_eq!(link("https://x.org/a b>"), "https://x.org/a b&gt;");
        assert_eq!(link("javascript:alert(1)"), "javascript:alert(1)");
        assert_eq!(code("0.5"), "`0.5`");
        assert_eq!(code("a|`b"), r"a\|\`b");
        assert_eq!(code_block("", "a\n```\n<b>"), "````\na\n```\n<b>\n````\n");
    }

    /// What a reader of Markdown sees, for texts that hold no Markdown.
    fn seen(escaped: &str) -> String {
        let mut seen = String::new();
        let mut rest = escaped.chars();
        while let Some(c) = rest.next() {
            match c {
                '\\' => seen.extend(rest.next()),
                _ => seen.push(c),
            }
        }
        seen.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&")
    }

    proptest! {
        #[test]
        fn every_text_is_seen_as_it_is_and_means_nothing(text in "(?s).{0,40}|[-#*_`<>&|.0-9a-z \\n\\[\\]\\\\]{0,40}") {
            let escaped = inline(&text);
            prop_assert_eq!(seen(&escaped), one_line(&text));
            prop_assert!(!escaped.contains(['<', '>', '\n', '\r']));
            let characters: Vec<char> = escaped.chars().collect();
            let mut index = 0;
            while let Some(&c) = characters.get(index) {
                if c == '\\' {
                    // The escaped character is no other's mark.
                    index += 2;
                    continue;
                }
                prop_assert!(!"`*#[]|~$".contains(c), "{} in {}", c, escaped);
                index += 1;
            }
            prop_assert!(!escaped.starts_with(['-', '+', '=', ':']));
            let block = code_block("", &text);
            let fence = block.lines().next().unwrap().to_owned();
            prop_assert_eq!(block.lines().filter(|line| line.trim_start().starts_with(&fence)).count(), 2);
        }
    }
}
