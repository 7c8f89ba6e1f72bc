//! Bodies, up to a size and a time.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use tokio::time::timeout;

use crate::Limits;
use crate::problem::Problem;

/// A body that is too large is read and dropped up to so many times the limit, and so long: a client that
/// is still sending when the connection closes would see a reset and not the answer.
const DROPPED: usize = 8;
const DROPPING: Duration = Duration::from_secs(2);

/// Reads a whole body.
///
/// # Errors
/// 413 above the limit, 408 when the time is over, 400 where the client's framing is broken.
pub(super) async fn read(request: Request, limits: &Limits) -> Result<Vec<u8>, Problem> {
    let most = limits.body_bytes;
    let waits_for_leave = request.headers().contains_key(header::EXPECT);
    let mut body = request.into_body();
    let declared = body.size_hint().lower();
    if declared > most as u64 {
        if !waits_for_leave && declared <= (most as u64).saturating_mul(DROPPED as u64) {
            drop_rest(&mut body, most).await;
        }
        return Err(too_large(most));
    }
    match timeout(limits.body_timeout, whole(&mut body, most, declared)).await {
        Ok(Ok(Some(bytes))) => Ok(bytes),
        Ok(Ok(None)) => {
            drop_rest(&mut body, most).await;
            Err(too_large(most))
        }
        Ok(Err(problem)) => Err(problem),
        Err(_) => {
            let seconds = limits.body_timeout.as_secs_f64();
            let detail = format!(
                "the body did not arrive within {seconds} s: send it faster, or fewer rows at a time"
            );
            Err(Problem::new(StatusCode::REQUEST_TIMEOUT, detail).closing())
        }
    }
}

/// The body's bytes, or `None` as soon as there are more than `most`.
async fn whole(body: &mut Body, most: usize, declared: u64) -> Result<Option<Vec<u8>>, Problem> {
    // What is declared is at most `most` here; memory is taken as it arrives beyond 64 KiB.
    let mut bytes = Vec::with_capacity((declared as usize).min(64 << 10));
    while let Some(part) = next(body).await {
        let part = part.map_err(|_| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "the body is broken off or its chunks are malformed: send it again",
            )
            .closing()
        })?;
        if bytes.len() + part.len() > most {
            return Ok(None);
        }
        bytes.extend_from_slice(&part);
    }
    Ok(Some(bytes))
}

/// Reads and drops what still comes, within bounds.
async fn drop_rest(body: &mut Body, most: usize) {
    let mut left = most.saturating_mul(DROPPED);
    let dropping = async {
        while let Some(Ok(part)) = next(body).await {
            match left.checked_sub(part.len()) {
                Some(less) => left = less,
                None => return,
            }
        }
    };
    // When the time is over, the answer is sent and the connection closed all the same.
    let _ = timeout(DROPPING, dropping).await;
}

/// The next bytes; what is no data (trailers) is left out.
async fn next(body: &mut Body) -> Option<Result<Bytes, axum::Error>> {
    loop {
        match poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await? {
            Ok(frame) => {
                if let Ok(data) = frame.into_data() {
                    return Some(Ok(data));
                }
            }
            Err(error) => return Some(Err(error)),
        }
    }
}

fn too_large(most: usize) -> Problem {
    let detail = format!("the body has more than {most} bytes: send fewer rows at a time");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail).closing()
}
