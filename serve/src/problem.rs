//! Errors as clients see them.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// The media type of RFC 9457.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// A problem of RFC 9457: what is wrong, where, and the way out. Never the value that is wrong.
#[derive(Debug, Serialize)]
pub(crate) struct Problem {
    #[serde(serialize_with = "number")]
    status: StatusCode,
    title: &'static str,
    detail: String,
    /// The row, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<usize>,
    /// The field of the form.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// JSON Pointer (RFC 6901) into the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    /// Whether the connection is of no use after this, since the rest of the body was not read.
    #[serde(skip)]
    closes: bool,
}

fn number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

impl Problem {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            // A problem without a type has the status's own phrase as its title.
            title: status.canonical_reason().unwrap_or("Error"),
            detail: detail.into(),
            row: None,
            field: None,
            pointer: None,
            closes: false,
        }
    }

    /// The same, with the place in the body.
    pub(crate) fn at(
        mut self,
        row: Option<usize>,
        field: Option<&str>,
        pointer: Option<String>,
    ) -> Self {
        self.row = row;
        self.field = field.map(str::to_owned);
        self.pointer = pointer;
        self
    }

    /// The same, after which the connection ends.
    pub(crate) fn closing(mut self) -> Self {
        self.closes = true;
        self
    }

    #[cfg(test)]
    pub(crate) fn parts(&self) -> (u16, &str, Option<&str>) {
        (self.status.as_u16(), &self.detail, self.pointer.as_deref())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        // Strings and numbers alone: this cannot fail.
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if self.closes {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}
