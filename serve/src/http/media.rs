//! What kind of body is taken.

use axum::extract::Request;
use axum::http::{StatusCode, header};

use super::single;
use crate::problem::Problem;

/// JSON, in UTF-8, not compressed. A page of another origin cannot send this without asking first, and it
/// is never given leave: it cannot make a browser predict.
///
/// # Errors
/// 415 for any other `Content-Type` or `Content-Encoding`.
pub(super) fn check(request: &Request) -> Result<(), Problem> {
    let problem = |detail: &str| Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail).closing();
    let media_type = single(request, &header::CONTENT_TYPE)?.unwrap_or_default();
    if !is_json(media_type) {
        return Err(problem(
            "the body must be JSON: send the header `Content-Type: application/json`",
        ));
    }
    match single(request, &header::CONTENT_ENCODING)? {
        None => Ok(()),
        Some(encoding) if encoding.trim().eq_ignore_ascii_case("identity") => Ok(()),
        Some(_) => Err(problem(
            "the body must not be compressed: send it without the header Content-Encoding",
        )),
    }
}

fn is_json(media_type: &str) -> bool {
    let mut parts = media_type.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    let utf8 = |part: &str| {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.trim_matches('"');
        part.is_empty()
            || (key.eq_ignore_ascii_case("charset") && value.eq_ignore_ascii_case("utf-8"))
    };
    essence.eq_ignore_ascii_case("application/json") && parts.all(utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_json_in_utf8_is_taken() {
        for media_type in [
            "application/json",
            "Application/JSON; charset=UTF-8",
            "application/json;charset=\"utf-8\"",
            "application/json;",
        ] {
            assert!(is_json(media_type), "{media_type}");
        }
        for media_type in [
            "",
            "text/plain",
            "application/jsonx",
            "text/plain; application/json",
            "application/json; charset=utf-16",
            "application/json, text/plain",
        ] {
            assert!(!is_json(media_type), "{media_type}");
        }
    }
}
