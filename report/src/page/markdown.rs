//! The little Markdown that statements are written in: headings, paragraphs, lists, bold, code, and
//! characters without their meaning (`\*`, `&lt;`).

/// HTML of a statement. What it quotes (names of data sets, sources) cannot become elements.
pub(super) fn html(text: &str) -> String {
    let mut html = String::new();
    let mut in_list = false;
    for block in text
        .split("\n\n")
        .map(str::trim)
        .filter(|block| !block.is_empty())
    {
        for line in lines(block) {
            let item = line.strip_prefix("- ");
            if in_list != item.is_some() {
                html.push_str(if in_list { "</ul>\n" } else { "<ul>\n" });
                in_list = !in_list;
            }
            let heading = line.trim_start_matches('#');
            let depth = line.len() - heading.len();
            html.push_str(&match (item, depth) {
                (Some(item), _) => format!("<li>{}</li>\n", inline(item)),
                (None, 1..=6) => format!("<h4>{}</h4>\n", inline(heading.trim())),
                _ => format!("<p>{}</p>\n", inline(&line)),
            });
        }
    }
    if in_list {
        html.push_str("</ul>\n");
    }
    html
}

/// Lines that belong together in one.
fn lines(block: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in block.lines() {
        let begins = line.starts_with("- ") || line.starts_with('#');
        match lines
            .last_mut()
            .filter(|last| !begins && !last.starts_with('#'))
        {
            Some(last) => {
                last.push(' ');
                last.push_str(line.trim());
            }
            None => lines.push(line.to_string()),
        }
    }
    lines
}

fn inline(text: &str) -> String {
    let escaped = plain_as_marks(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let bold = paired(&escaped, "**", "strong");
    marks_as_plain(&paired(&bold, "`", "code"))
}

/// Where characters stand meanwhile whose meaning was taken: the private use area of Unicode, in the order
/// of ASCII.
const MARKS: u32 = 0xE000;

/// Characters behind a backslash, and entities, as marks.
fn plain_as_marks(text: &str) -> String {
    let mark = |c: char| char::from_u32(MARKS + u32::from(c)).unwrap_or(c);
    let mut marked = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let next = characters.next_if(|next| c == '\\' && next.is_ascii_punctuation());
        marked.push(next.map_or(c, mark));
    }
    let entities = [("&lt;", '<'), ("&gt;", '>'), ("&amp;", '&')];
    entities.iter().fold(marked, |text, &(entity, c)| {
        text.replace(entity, &mark(c).to_string())
    })
}

/// Marks as the characters of HTML that they stand for.
fn marks_as_plain(html: &str) -> String {
    let mut plain = String::with_capacity(html.len());
    for c in html.chars() {
        let code = u32::from(c).checked_sub(MARKS);
        match code
            .and_then(|code| u8::try_from(code).ok())
            .map(char::from)
        {
            Some('<') => plain.push_str("&lt;"),
            Some('>') => plain.push_str("&gt;"),
            Some('&') => plain.push_str("&amp;"),
            Some(held) if held.is_ascii_punctuation() => plain.push(held),
            _ => plain.push(c),
        }
    }
    plain
}

/// Puts what stands between two marks into an element; a mark without its pair stays.
fn paired(text: &str, mark: &str, tag: &str) -> String {
    let parts: Vec<&str> = text.split(mark).collect();
    let last = parts.len() - 1;
    let mut html = String::new();
    for (index, part) in parts.iter().enumerate() {
        match (index % 2, index) {
            (1, index) if index < last => html.push_str(&format!("<{tag}>{part}</{tag}>")),
            (1, _) => html.push_str(&format!("{mark}{part}")),
            _ => html.push_str(part),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::html;

    #[test]
    fn a_statement_becomes_elements() {
        let text = "# Title of `a`\n\nIt is **(1, 1e-5)**-private\nfor all.\n\n- one\n  goes on\n- two\n\nEnd * `x";
        assert_eq!(
            html(text),
            "<h4>Title of <code>a</code></h4>\n<p>It is <strong>(1, 1e-5)</strong>-private for all.</p>\n\
             <ul>\n<li>one goes on</li>\n<li>two</li>\n</ul>\n<p>End * `x</p>\n"
        );
    }

    #[test]
    fn quoted_names_stay_text() {
        assert_eq!(
            html("a <img onerror=x> & b"),
            "<p>a &lt;img onerror=x&gt; &amp; b</p>\n"
        );
        // As they are escaped in a statement.
        assert_eq!(
            html(r"a \*\*b\*\* \`c &lt;img&gt; &amp;lt; \#"),
            "<p>a **b** `c &lt;img&gt; &amp;lt; #</p>\n"
        );
        // A private character of the text itself brings no element.
        assert_eq!(html("\u{e03c}b\u{e03e}"), "<p>&lt;b&gt;</p>\n");
    }
}
