//! "Did you mean": the nearest known name for one that nobody knows.

/// Longer names are not compared: the distance takes time with both lengths.
const LONGEST: usize = 64;

/// Most names that a message lists.
const MOST_LISTED: usize = 20;

/// `; did you mean `NAME`?` where one of the names is near, and the names there are.
pub(super) fn hint<'a>(unknown: &str, names: impl Iterator<Item = &'a str> + Clone) -> String {
    let mut text = match nearest(unknown, names.clone()) {
        Some(name) => format!("; did you mean `{name}`? "),
        None => "; ".to_owned(),
    };
    let all = names.clone().count();
    text.push_str(if all == 1 { "there is " } else { "there are " });
    for (position, name) in names.take(MOST_LISTED).enumerate() {
        text.push_str(if position == 0 { "`" } else { ", `" });
        text.push_str(name);
        text.push('`');
    }
    if all > MOST_LISTED {
        text.push_str(&format!(" and {} more: see /v1/model", all - MOST_LISTED));
    }
    text
}

/// By edit distance on lower-case text, so that `private ` finds `Private`.
fn nearest<'a>(unknown: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if unknown.len() > LONGEST {
        return None;
    }
    let unknown = unknown.trim().to_lowercase();
    names
        .filter(|name| name.len() <= LONGEST)
        .map(|name| {
            (
                strsim::damerau_levenshtein(&unknown, &name.to_lowercase()),
                name,
            )
        })
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, _)| *distance <= unknown.len().max(3) / 2)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested_and_all_are_listed() {
        let names = ["inputs", "probabilities"];
        let hint = |unknown| hint(unknown, names.iter().copied());
        assert_eq!(
            hint("probabilites"),
            "; did you mean `probabilities`? there are `inputs`, `probabilities`"
        );
        assert_eq!(
            hint(" INPUTS"),
            "; did you mean `inputs`? there are `inputs`, `probabilities`"
        );
        assert_eq!(hint("zzzzzzzz"), "; there are `inputs`, `probabilities`");
        assert_eq!(
            hint(&"i".repeat(1 << 20)),
            "; there are `inputs`, `probabilities`"
        );
    }

    #[test]
    fn a_long_list_is_cut() {
        let names: Vec<String> = (0..30).map(|i| format!("name{i}")).collect();
        let hint = hint("x", names.iter().map(String::as_str));
        assert!(
            hint.ends_with("`name19` and 10 more: see /v1/model"),
            "{hint}"
        );
    }
}
