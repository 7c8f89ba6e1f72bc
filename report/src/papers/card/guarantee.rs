//! What is guaranteed, with everything that it rests on.

use crate::numbers::epsilon;
use crate::papers::Facts;
use crate::papers::escape::inline;
use crate::papers::words;

/// `## Privacy Guarantee`.
pub(super) fn section(facts: &Facts) -> String {
    let Some(stated) = facts.guarantee() else {
        return format!("## Privacy Guarantee\n\nNone. {}", words::banner(facts));
    };
    let unit = inline(&facts.privacy.unit);
    let mut text = format!(
        "## Privacy Guarantee\n\nWhat was published from the private records satisfies **({}, {:e})-differential \
         privacy** for data sets that differ in {}.\n\n\
         - **Unit:** one {unit}. Whoever stands behind several {unit}s is protected less. {}.\n\
         - **Epsilon:** an upper bound that does not depend on the data, rounded up, by the accountant {}\n",
        epsilon(stated.epsilon),
        stated.delta,
        inline(&words::neighbours(facts)),
        inline(&words::groups(facts)),
        inline(&words::accountant(facts)),
    );
    let others = words::by_accountant(facts);
    if facts.privacy.by_accountant.len() > 1 {
        text.push_str(&format!(
            "- **The same events by every accountant:** {}\n",
            inline(&others)
        ));
    }
    text.push_str(&format!("- **Noise:** {}\n", inline(&stated.noise)));
    if let Some(sanitized) = &stated.sanitized {
        text.push_str(&format!(
            "- **Beside it:** for these very votes epsilon is at most {} at delta {:e}, in one direction; with \
             probability {:e} over the noise this number is too low. The guarantee pays for its publication and does \
             not rest on it.\n",
            epsilon(sanitized.epsilon),
            sanitized.delta,
            sanitized.failure_probability
        ));
    }
    text.push('\n');
    for warning in &facts.privacy.warnings {
        text.push_str(&format!("**Warning:** {}.\n\n", inline(warning)));
    }
    text.push_str(&format!(
        "It rests on this:\n\n{}\nThe same for a data-protection officer is in `statement.md`, for machines in \
         `privacy.json`; answers to the questions of NIST SP 800-226 are in `{}`.\n\n",
        words::list(&facts.privacy.assumptions),
        crate::papers::NIST_CHECKLIST
    ));
    text
}
