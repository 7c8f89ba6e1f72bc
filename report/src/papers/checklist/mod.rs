//! `nist_sp_800_226.md`: the guarantee by the questions of NIST SP 800-226.
//!
//! Near, Darais, Lefkovitz and Howarth, "Guidelines for Evaluating Differential Privacy Guarantees", NIST
//! Special Publication 800-226 (March 2025). Its pyramid says what a guarantee stands on: at the top the
//! privacy parameters and the unit of privacy (section 2), in the middle the algorithms and their
//! correctness, utility and bias (section 3), at the bottom the deployment: query and trust model, side
//! channels, security, access and the collection of the data (section 4). Each of its 14 privacy hazards that
//! can concern a trained model is a question here, in words of our own; those of counts, sums and synthetic
//! data are left out. Titles and numbers of sections are from what others write about the publication, whose
//! final text was not at hand; the page says so.
//!
//! An answer is what the run did. Where only people know, it is the owner's word, or `not stated`.

mod deployment;
mod item;
mod learning;
mod mechanisms;
mod parameters;
mod releases;
mod unit;
mod utility;

use item::{Item, Status};

use super::escape::inline;
use super::{Facts, Owner, words};

/// The questions of a part of the publication.
type Items = fn(&Facts, &Owner) -> Vec<Item>;

/// The checklist of a run.
#[must_use]
pub fn nist_checklist(facts: &Facts, owner: &Owner) -> String {
    let guarantee: [Items; 3] = [parameters::items, unit::items, releases::items];
    let algorithms: [Items; 3] = [mechanisms::items, utility::items, learning::items];
    let all = |parts: [Items; 3]| parts.iter().flat_map(|items| items(facts, owner)).collect();
    let parts: [(&str, Vec<Item>); 3] = [
        ("Section 2: the guarantee", all(guarantee)),
        ("Section 3: the algorithms", all(algorithms)),
        ("Section 4: the deployment", deployment::items(facts, owner)),
    ];
    let mut text = format!(
        "# NIST SP 800-226 checklist: {}\n\n{}{INTRODUCTION}\n\n{}",
        inline(&words::model_name(facts, owner)),
        words::banner(facts),
        summary(parts.iter().flat_map(|(_, items)| items))
    );
    let mut number = 0;
    for (title, items) in parts {
        text.push_str(&format!("## {title}\n\n"));
        for item in items {
            number += 1;
            text.push_str(&item.text(number));
        }
    }
    text
}

const INTRODUCTION: &str = "Questions by NIST Special Publication 800-226, \"Guidelines for Evaluating Differential \
     Privacy Guarantees\" (March 2025), <https://doi.org/10.6028/NIST.SP.800-226>, in words of our own; NIST has \
     neither written nor approved this page. Its final text was not at hand: titles and numbers of sections are from \
     secondary sources and may be wrong. *Met* and *not met* are about what the run did, as its files say; they are no \
     judgement of the whole. *Stated* is what the owner of the records says, whatever it says: it was not checked.";

fn summary<'a>(items: impl Iterator<Item = &'a Item>) -> String {
    let items: Vec<&Item> = items.collect();
    let mut text = String::from("| status | questions |\n|---|---|\n");
    for status in [
        Status::Met,
        Status::NotMet,
        Status::Stated,
        Status::NotStated,
        Status::NotApplicable,
    ] {
        let numbers = items
            .iter()
            .zip(1..)
            .filter(|(item, _)| item.status == status);
        let numbers: Vec<String> = numbers
            .map(|(_, number): (_, u32)| number.to_string())
            .collect();
        text.push_str(&format!("| {} | {} |\n", status.name(), numbers.join(", ")));
    }
    text + "\n"
}
