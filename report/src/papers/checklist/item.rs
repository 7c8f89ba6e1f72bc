//! One question with its answer.

use crate::papers::Facts;
use crate::papers::escape::{inline, paragraphs};
use crate::papers::words::not_private;

/// How a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// It is so.
    Met,
    /// It is not so.
    NotMet,
    /// The owner says something about it, which the program cannot check.
    Stated,
    /// The program cannot know, and nobody said.
    NotStated,
    /// There is nothing that it could be asked of.
    NotApplicable,
}

impl Status {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::NotMet => "not met",
            Self::Stated => "stated",
            Self::NotStated => "not stated",
            Self::NotApplicable => "not applicable",
        }
    }
}

/// A question with its answer.
#[derive(Clone, Debug)]
pub(super) struct Item {
    question: &'static str,
    /// Where the publication speaks of it.
    section: &'static str,
    pub(super) status: Status,
    /// Markdown.
    answer: String,
    /// The file and key that the answer is from.
    source: &'static str,
}

impl Item {
    /// What the run did; the answer is plain text.
    pub(super) fn new(
        question: &'static str,
        section: &'static str,
        status: Status,
        answer: &str,
        source: &'static str,
    ) -> Self {
        Self {
            question,
            section,
            status,
            answer: inline(answer),
            source,
        }
    }

    /// A part of the guarantee, which a run without one does not have whatever its plan was.
    pub(super) fn of_guarantee(facts: &Facts, item: impl FnOnce() -> Self) -> Self {
        let item = item();
        match not_private(facts) {
            Some(why) => Self {
                status: Status::NotMet,
                answer: format!("NOT PRIVATE. {why}"),
                source: "`privacy.json`: `private`",
                ..item
            },
            None => item,
        }
    }

    /// What only the owner can say: stated where it is said, whatever it says. The remark is plain text,
    /// of what the run knows about it.
    pub(super) fn owners(
        question: &'static str,
        section: &'static str,
        (key, said): (&'static str, Option<&String>),
        remark: &str,
    ) -> Self {
        let remark = inline(remark);
        let space = if remark.is_empty() { "" } else { "\n\n" };
        match said {
            Some(text) => Self {
                question,
                section,
                status: Status::Stated,
                answer: format!(
                    "By the owner's word, which was not checked: {}{space}{remark}",
                    paragraphs(text)
                ),
                source: "`[export.owner]` of the config",
            },
            None => Self {
                question,
                section,
                status: Status::NotStated,
                answer: format!("Set `[export.owner] {key}` to answer.{space}{remark}"),
                source: "nobody",
            },
        }
    }

    /// Markdown, with an empty line behind it. Files that whoever has the released ones alone cannot look at
    /// are said to be such.
    pub(super) fn text(&self, number: u32) -> String {
        let Self {
            question,
            section,
            status,
            answer,
            source,
        } = self;
        let inside = |source: String, name: &&str| {
            let name = format!("`{name}`");
            source.replace(
                &name,
                &format!("{name} (in the run directory, not released)"),
            )
        };
        let source = INSIDE.iter().fold((*source).to_owned(), inside);
        format!(
            "### {number}. {question}\n\n**{}.** {answer}\n\n*Publication: {section}. Answer from: {source}.*\n\n",
            capital(status.name()),
        )
    }
}

/// Files at the top of a run's directory.
const INSIDE: [&str; 4] = [
    "config.resolved.toml",
    "evaluation.json",
    "ledger.json",
    "result.json",
];

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}
