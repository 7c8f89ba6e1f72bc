//! Sizes of bodies, declared and real.

use std::time::{Duration, Instant};

use privet_serve::Limits;

use crate::client::Client;
use crate::made::{Echo, Running, image, limits};

const HEAD: &str =
    "POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

/// A body of so many bytes that is otherwise good.
fn padded(length: usize) -> String {
    let good = r#"{"inputs": [[1, 2]]}"#;
    format!("{good}{}", " ".repeat(length - good.len()))
}

#[test]
fn a_body_may_be_as_large_as_the_limit_and_no_larger() {
    let service = Running::new(image(), Echo, limits());
    let most = limits().body_bytes;
    assert_eq!(
        Client::new(service.address).predict(&padded(most)).status,
        200
    );
    let answer = Client::new(service.address).predict(&padded(most + 1));
    answer.is_problem(413, "more than 16384 bytes");
    assert_eq!(answer.header("connection"), Some("close"));
}

#[test]
fn who_sends_too_much_sees_the_answer_and_no_reset() {
    let most = 1 << 20;
    let large = Limits {
        body_bytes: most,
        ..limits()
    };
    let service = Running::new(image(), Echo, large);
    // More than lies in the buffers of both sides: sending it fails unless it is taken in.
    let answer = Client::new(service.address).predict(&padded(8 * most));
    answer.is_problem(413, "send fewer rows");
    let mut client = Client::new(service.address);
    client.send(format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n"));
    for _ in 0..8 {
        client.send(format!("{most:x}\r\n{}\r\n", " ".repeat(most)));
    }
    client.send("0\r\n\r\n");
    client.answer().is_problem(413, "send fewer rows");
}

#[test]
fn a_huge_declared_length_is_refused_before_it_comes() {
    let service = Running::new(image(), Echo, limits());
    for length in ["1000000", "18446744073709551613", "9223372036854775807"] {
        let start = Instant::now();
        let mut client = Client::new(service.address);
        client.send(format!("{HEAD}Content-Length: {length}\r\n\r\n{{"));
        client.answer().is_problem(413, "more than 16384 bytes");
        assert!(client.is_closed_within(Duration::from_secs(20)));
        assert!(start.elapsed() < Duration::from_secs(10));
    }
}

#[test]
fn who_waits_for_leave_is_refused_without_sending() {
    let service = Running::new(image(), Echo, limits());
    let mut client = Client::new(service.address);
    client.send(format!(
        "{HEAD}Content-Length: 20000\r\nExpect: 100-continue\r\n\r\n"
    ));
    client.answer().is_problem(413, "more than 16384 bytes");
    let mut client = Client::new(service.address);
    let body = padded(100);
    client.send(format!(
        "{HEAD}Content-Length: 100\r\nExpect: 100-continue\r\n\r\n"
    ));
    assert_eq!(client.answer().status, 100);
    client.send(body);
    assert_eq!(client.answer().status, 200);
}

#[test]
fn chunks_count_towards_the_limit() {
    let service = Running::new(image(), Echo, limits());
    let mut client = Client::new(service.address);
    client.send(format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n"));
    for part in [r#"{"inputs""#, ": [[1,", "2]]}"] {
        client.send(format!("{:x}\r\n{part}\r\n", part.len()));
    }
    client.send("0\r\n\r\n");
    assert_eq!(client.answer().status, 200);

    let mut client = Client::new(service.address);
    client.send(format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n"));
    for _ in 0..20 {
        client.send(format!("400\r\n{}\r\n", " ".repeat(0x400)));
    }
    client.send("0\r\n\r\n");
    client.answer().is_problem(413, "more than 16384 bytes");
}

#[test]
fn chunks_without_end_are_cut_off() {
    let service = Running::new(image(), Echo, limits());
    let mut client = Client::new(service.address);
    client.send(format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n"));
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let mut sent = 0;
    while sent < 1000 && client.try_send(chunk.as_bytes()) {
        sent += 1;
    }
    // Of 64 MiB, no more than the limit, what is dropped, and what lies in buffers.
    assert!(sent < 1000, "all was taken");
}

#[test]
fn malformed_chunks_are_a_bad_request() {
    let service = Running::new(image(), Echo, limits());
    for chunks in [
        "zz\r\n{}\r\n0\r\n\r\n",
        "5\r\n{}\r\n0\r\n\r\n",
        "-1\r\n\r\n",
        "ffffffffffffffffff\r\n",
    ] {
        let mut client = Client::new(service.address);
        client.send(format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n{chunks}"));
        client.answer().is_problem(400, "chunks are malformed");
        assert!(client.is_closed_within(Duration::from_secs(20)));
    }
    assert_eq!(Client::new(service.address).get("/health").status, 200);
}
