//! The page: one HTML file, with its style, script and figures inside.

mod inside;
mod markdown;
mod rows;

pub(crate) use rows::in_words;

use std::collections::BTreeSet;

use askama::Template;

pub use inside::inside;

use crate::cost::{Together, together};
use crate::figure::Figure;
use crate::figures::{self, Attack};
use crate::run::{Run, Runs};
use crate::{ReportError, svg};
use rows::{AttackRow, Card, CostRow, Details, RunRow, TogetherRow};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// More confusion matrices than this are left out.
const MOST_MATRICES: usize = 8;

/// Everything that is shown of some runs, computed once.
pub struct Report<'a> {
    runs: &'a Runs,
    together: Vec<Together>,
    attacks: Vec<Attack>,
    sections: Vec<(&'static str, &'static str, Vec<Figure>)>,
}

impl<'a> Report<'a> {
    /// Of some runs. Epsilons over the course of runs and trade-off curves take the accountant a while.
    #[must_use]
    pub fn of(runs: &'a Runs) -> Self {
        let all = &runs.runs;
        let courses = figures::courses(all);
        let studies = figures::studies(all);
        let (trade_off, attacks) = figures::trade_off(&courses);
        let shown: Vec<&Run> = all.iter().filter(|run| run.is_public_benchmark()).collect();
        let matrices = all
            .iter()
            .filter_map(figures::confusion)
            .take(MOST_MATRICES);
        let gaps = shown
            .iter()
            .filter_map(|run| figures::vote_gaps(run))
            .take(MOST_MATRICES);
        let roc = shown
            .iter()
            .filter_map(|run| figures::membership(run))
            .take(MOST_MATRICES);
        let mut sections = vec![
            (
                "utility",
                "Accuracy",
                studies.iter().filter_map(figures::utility).collect(),
            ),
            ("growth", "How epsilon grows", figures::growth(&courses)),
            (
                "attacker",
                "What an attacker can do",
                trade_off.into_iter().collect(),
            ),
            (
                "mistakes",
                "Mistakes on public test data",
                matrices.collect(),
            ),
            (
                "cost",
                "What it took",
                figures::cost(&shown).into_iter().collect(),
            ),
            (
                "votes",
                "Votes and members (public benchmark)",
                gaps.chain(roc).collect(),
            ),
        ];
        name_apart(sections.iter_mut().flat_map(|(_, _, figures)| figures));
        Self {
            runs,
            together: together(all),
            attacks,
            sections,
        }
    }

    /// All private runs of each data set as one guarantee.
    #[must_use]
    pub fn together(&self) -> &[Together] {
        &self.together
    }

    /// All figures, in their order on the page.
    pub fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.sections.iter().flat_map(|(_, _, figures)| figures)
    }

    /// The page.
    ///
    /// # Errors
    /// None in practice: the page is written to memory.
    pub fn html(&self) -> Result<String, ReportError> {
        let runs = &self.runs.runs;
        let single = match &runs[..] {
            [run] => Some(run),
            _ => None,
        };
        let sections = self
            .sections
            .iter()
            .filter(|(id, _, figures)| !figures.is_empty() || *id == "cost");
        let page = Page {
            title: title(runs),
            style: [svg::THEME, svg::STYLE, STYLE].concat(),
            script: SCRIPT,
            cards: single.map(Card::of).unwrap_or_default(),
            not_private: names(runs.iter().filter(|run| !run.is_private())),
            left_out: self.runs.left_out.iter().map(ToString::to_string).collect(),
            runs: runs.iter().map(RunRow::of).collect(),
            together: self
                .together
                .iter()
                .map(|group| TogetherRow::of(group, runs))
                .collect(),
            several: runs.iter().filter(|run| run.is_private()).count() > 1,
            attacks: self.attacks.iter().map(AttackRow::of).collect(),
            attack_in_words: match &self.attacks[..] {
                [attack] => Some(attack.in_words()),
                _ => None,
            },
            sections: sections
                .map(|(id, title, figures)| Section::of(id, title, figures))
                .collect(),
            costs: runs.iter().map(CostRow::of).collect(),
            hidden_costs: runs.iter().any(|run| !run.is_public_benchmark()),
            details: runs.iter().map(Details::of).collect(),
        };
        page.render()
            .map_err(|error| ReportError::Text(error.to_string()))
    }
}

/// Figures of one name would be one file.
fn name_apart<'f>(figures: impl Iterator<Item = &'f mut Figure>) {
    let mut names = BTreeSet::new();
    for figure in figures {
        let name = figure.name.clone();
        let mut number = 2;
        while !names.insert(figure.name.clone()) {
            figure.name = format!("{name}-{number}");
            number += 1;
        }
    }
}

fn title(runs: &[Run]) -> String {
    match runs {
        [run] => format!("{}: {} on {}", run.name, run.method(), run.result.dataset),
        _ => {
            let mut datasets: Vec<&str> =
                runs.iter().map(|run| run.result.dataset.as_str()).collect();
            datasets.sort_unstable();
            datasets.dedup();
            format!("{} runs on {}", runs.len(), datasets.join(", "))
        }
    }
}

fn names<'a>(runs: impl Iterator<Item = &'a Run>) -> Vec<String> {
    runs.map(|run| run.name.clone()).collect()
}

#[derive(Template)]
#[template(path = "page.html")]
struct Page {
    title: String,
    style: String,
    script: &'static str,
    cards: Vec<Card>,
    not_private: Vec<String>,
    left_out: Vec<String>,
    runs: Vec<RunRow>,
    together: Vec<TogetherRow>,
    several: bool,
    attacks: Vec<AttackRow>,
    attack_in_words: Option<String>,
    sections: Vec<Section>,
    costs: Vec<CostRow>,
    hidden_costs: bool,
    details: Vec<Details>,
}

/// Figures under one heading.
struct Section {
    id: &'static str,
    title: &'static str,
    figures: Vec<Drawn>,
}

impl Section {
    fn of(id: &'static str, title: &'static str, figures: &[Figure]) -> Self {
        Self {
            id,
            title,
            figures: figures.iter().map(Drawn::of).collect(),
        }
    }
}

/// A figure as the page holds it.
struct Drawn {
    name: String,
    title: String,
    caption: String,
    svg: String,
    head: Vec<String>,
    rows: Vec<Vec<String>>,
    /// How it answers to keys and the mouse.
    keys: &'static str,
    zooms: bool,
}

impl Drawn {
    fn of(figure: &Figure) -> Self {
        let (head, rows) = figure.table();
        let zooms = matches!(figure.body, crate::figure::Body::Plot(_));
        Self {
            name: figure.name.clone(),
            title: figure.title.clone(),
            caption: figure.caption.clone(),
            svg: svg::fragment(figure),
            head,
            rows,
            keys: match zooms {
                true => {
                    "Arrow keys go from point to point; plus and minus zoom, 0 shows all again."
                }
                false => "Arrow keys go from value to value.",
            },
            zooms,
        }
    }
}
