//! Elements and attributes, with everything escaped.

/// A growing piece of XML.
#[derive(Debug, Default)]
pub(super) struct Writer {
    text: String,
}

impl Writer {
    pub(super) fn open(&mut self, tag: &str, attributes: &[(&str, &str)]) {
        self.start(tag, attributes);
        self.text.push_str(">\n");
    }

    pub(super) fn close(&mut self, tag: &str) {
        self.text.push_str("</");
        self.text.push_str(tag);
        self.text.push_str(">\n");
    }

    pub(super) fn empty(&mut self, tag: &str, attributes: &[(&str, &str)]) {
        self.start(tag, attributes);
        self.text.push_str("/>\n");
    }

    /// An element with text alone.
    pub(super) fn element(&mut self, tag: &str, attributes: &[(&str, &str)], text: &str) {
        self.start(tag, attributes);
        self.text.push('>');
        self.text.push_str(&escaped(text));
        self.close(tag);
    }

    /// An element that says what it is when it is pointed at.
    pub(super) fn hinted(&mut self, tag: &str, attributes: &[(&str, &str)], hint: &str) {
        self.start(tag, attributes);
        self.text.push_str("><title>");
        self.text.push_str(&escaped(hint));
        self.text.push_str("</title>");
        self.close(tag);
    }

    /// What is XML already.
    pub(super) fn raw(&mut self, xml: &str) {
        self.text.push_str(xml);
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    fn start(&mut self, tag: &str, attributes: &[(&str, &str)]) {
        self.text.push('<');
        self.text.push_str(tag);
        for (name, value) in attributes {
            self.text
                .push_str(&format!(" {name}=\"{}\"", escaped(value)));
        }
    }
}

/// Text without what XML would take for its own. It has no place for control characters.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ if character.is_control() || ('\u{fffe}'..='\u{ffff}').contains(&character) => {
                escaped.push(' ');
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out() {
        let mut writer = Writer::default();
        writer.element("text", &[("x", "1\" onload=\"y")], "a < b & \u{1}c");
        writer.hinted("path", &[], "</title><script>");
        assert_eq!(
            writer.finish(),
            "<text x=\"1&quot; onload=&quot;y\">a &lt; b &amp;  c</text>\n\
             <path><title>&lt;/title&gt;&lt;script&gt;</title></path>\n"
        );
    }
}
