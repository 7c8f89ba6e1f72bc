//! "Did you mean": the nearest known key for one that nobody knows.

/// Adds a suggestion to serde's message about an unknown field or variant.
pub(crate) fn with_suggestion(message: &str) -> String {
    // Before that, the message may quote a line of the file, with any backticks in it.
    let start = ["unknown field `", "unknown variant `"]
        .iter()
        .find_map(|kind| message.rfind(kind));
    let Some(start) = start else {
        return message.to_string();
    };
    let mut names = message[start..].split('`').skip(1).step_by(2);
    let Some(unknown) = names.next() else {
        return message.to_string();
    };
    let nearest = names
        .map(|name| (strsim::damerau_levenshtein(unknown, name), name))
        .min();
    match nearest {
        Some((distance, name)) if distance <= unknown.len().max(3) / 2 => {
            format!("{message}\ndid you mean `{name}`?")
        }
        _ => message.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_key_is_suggested() {
        let message = "unknown field `epsilom`, expected one of `epsilon`, `delta`";
        assert!(with_suggestion(message).ends_with("did you mean `epsilon`?"));
        let far = "unknown field `zzzzzzzzz`, expected one of `epsilon`, `delta`";
        assert_eq!(with_suggestion(far), far);
        let other = "invalid type: string \"a\", expected `f64`";
        assert_eq!(with_suggestion(other), other);
    }
}
