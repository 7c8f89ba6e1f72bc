//! One request to one mirror.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::Path,
};

use ureq::{Agent, Body, http::Response};

use super::{Fetcher, Progress};

/// The most bytes that are fetched for one file; the largest published one has 27 million.
const MAX_BYTES: u64 = 1 << 30;

/// A request that went through.
pub(super) struct Transferred {
    /// Whether it added to bytes that were there before.
    pub(super) resumed: bool,
}

/// A request that did not.
pub(super) struct Problem {
    /// What happened.
    pub(super) message: String,
    /// Whether another attempt may go better: a broken connection, not a missing file.
    pub(super) worth_retrying: bool,
}

impl Problem {
    /// Another attempt will not go better.
    fn lasting(message: impl std::fmt::Display) -> Self {
        Self {
            message: message.to_string(),
            worth_retrying: false,
        }
    }

    /// Another attempt may go better.
    fn passing(message: impl std::fmt::Display) -> Self {
        Self {
            message: message.to_string(),
            worth_retrying: true,
        }
    }
}

/// What makes requests.
pub(super) fn agent(fetcher: &Fetcher) -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_connect(Some(fetcher.patience))
        .timeout_recv_response(Some(fetcher.patience))
        .timeout_per_read(Some(fetcher.patience))
        .user_agent(concat!("privet/", env!("CARGO_PKG_VERSION")));
    config.build().new_agent()
}

/// Fetches `url` into `part`, going on where an earlier attempt stopped if the server can.
pub(super) fn transfer(
    agent: &Agent,
    url: &str,
    part: &Path,
    progress: &mut Progress<'_>,
) -> Result<Transferred, Problem> {
    let present = fs::metadata(part).map_or(0, |metadata| metadata.len());
    // Identity: a file is stored as it is published, and a range counts its own bytes.
    let mut request = agent.get(url).header("Accept-Encoding", "identity");
    if present > 0 {
        request = request.header("Range", format!("bytes={present}-"));
    }
    let response = request.call().map_err(Problem::passing)?;
    let status = response.status().as_u16();
    match status {
        200 => receive(response, part, 0, progress),
        206 if range_start(&response) == Some(present) => {
            receive(response, part, present, progress)
        }
        // Nothing after what is there, or not the range that was asked for: start again from
        // nothing.
        206 | 416 => {
            fs::remove_file(part).map_err(Problem::lasting)?;
            Err(Problem::passing(format!(
                "answered {status} to a resumed request"
            )))
        }
        408 | 429 | 500..=599 => Err(Problem::passing(format!("answered {status}"))),
        _ => Err(Problem::lasting(format!("answered {status}"))),
    }
}

/// Writes the body behind the first `start` bytes of `part`.
fn receive(
    response: Response<Body>,
    part: &Path,
    start: u64,
    progress: &mut Progress<'_>,
) -> Result<Transferred, Problem> {
    let length = header(&response, "content-length").and_then(|length| length.parse::<u64>().ok());
    let total = length.and_then(|length| start.checked_add(length));
    if total.is_some_and(|total| total > MAX_BYTES) {
        return Err(Problem::lasting(format!(
            "offers more than {MAX_BYTES} bytes"
        )));
    }
    let open = || {
        if start > 0 {
            File::options().append(true).open(part)
        } else {
            File::create(part)
        }
    };
    let mut file =
        open().map_err(|error| Problem::lasting(format!("{}: {error}", part.display())))?;
    let mut body = response.into_body().into_reader();
    let (mut received, mut buffer) = (start, vec![0; 64 * 1024]);
    progress(received, total);
    loop {
        let count = match body.read(&mut buffer) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                return Err(Problem::passing(format!(
                    "broke off after {received} bytes: {error}"
                )));
            }
        };
        if count == 0 {
            break;
        }
        received += count as u64;
        if received > MAX_BYTES {
            return Err(Problem::lasting(format!(
                "sends more than {MAX_BYTES} bytes"
            )));
        }
        file.write_all(&buffer[..count])
            .map_err(|error| Problem::lasting(format!("{}: {error}", part.display())))?;
        progress(received, total);
    }
    match total {
        Some(total) if received < total => Err(Problem::passing(format!(
            "broke off after {received} of {total} bytes"
        ))),
        _ => Ok(Transferred { resumed: start > 0 }),
    }
}

/// The first byte of a partial answer, from `Content-Range: bytes 100-199/200`.
fn range_start(response: &Response<Body>) -> Option<u64> {
    header(response, "content-range")?
        .strip_prefix("bytes ")?
        .split_once('-')?
        .0
        .trim()
        .parse()
        .ok()
}

/// A header's text.
fn header<'a>(response: &'a Response<Body>, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}
