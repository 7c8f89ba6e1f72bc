//! From runs to figures.

mod confusion;
mod cost;
mod course;
mod growth;
mod inside;
mod statistics;
mod trade_off;
mod utility;

pub use confusion::confusion;
pub use cost::cost;
pub use course::{Course, courses};
pub use growth::growth;
pub use inside::{membership, vote_gaps};
pub use statistics::{Curve, Spread, Study, studies};
pub use trade_off::{Attack, trade_off};
pub use utility::{majority_far_below, utility};

/// A name for files and for the page's own links, of letters, digits and hyphens.
fn slug(words: &[&str]) -> String {
    let text = words.join("-").to_lowercase();
    let kept = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' });
    let kept: String = kept.collect();
    let parts: Vec<&str> = kept.split('-').filter(|part| !part.is_empty()).collect();
    parts.join("-").chars().take(80).collect()
}
