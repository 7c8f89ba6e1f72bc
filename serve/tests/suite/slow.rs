//! Clients that take their time.

use std::thread;
use std::time::{Duration, Instant};

use privet_serve::Limits;

use crate::client::Client;
use crate::made::{By, Echo, Gate, Running, image, limits};

const HEAD: &str =
    "POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
const SHORT: Duration = Duration::from_millis(300);
/// Much longer than anything here should take.
const LONG: Duration = Duration::from_secs(20);

#[test]
fn a_head_that_drips_in_is_cut_off() {
    let quick = Limits {
        header_timeout: SHORT,
        ..limits()
    };
    let service = Running::new(image(), Echo, quick);
    let start = Instant::now();
    let mut client = Client::new(service.address);
    // A byte now and then does not help.
    for byte in b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: yyyyyyyyyyyyyyyyyyyyyyyyyyyyy" {
        if !client.try_send(&[*byte]) || start.elapsed() > LONG {
            break;
        }
        thread::sleep(Duration::from_millis(30));
    }
    assert!(client.is_closed_within(LONG));
    assert!(start.elapsed() < LONG);
    // Nor does saying nothing, at first or later.
    assert!(Client::new(service.address).is_closed_within(LONG));
    let mut idle = Client::new(service.address);
    assert_eq!(idle.get("/health").status, 200);
    assert!(idle.is_closed_within(LONG));
}

#[test]
fn a_body_that_drips_in_is_cut_off() {
    let quick = Limits {
        body_timeout: SHORT,
        ..limits()
    };
    let service = Running::new(image(), Echo, quick);
    let start = Instant::now();
    let mut client = Client::new(service.address);
    client.send(format!("{HEAD}Content-Length: 1000\r\n\r\n"));
    while start.elapsed() < 2 * SHORT && client.try_send(b" ") {
        thread::sleep(Duration::from_millis(30));
    }
    let answer = client.answer();
    answer.is_problem(408, "did not arrive within 0.3 s");
    assert_eq!(answer.header("connection"), Some("close"));
    assert!(client.is_closed_within(LONG));
    assert!(start.elapsed() < LONG);
}

#[test]
fn slow_senders_hold_no_place_of_others() {
    let few = Limits {
        requests: 1,
        workers: 1,
        ..limits()
    };
    let service = Running::new(image(), Echo, few);
    let mut slow: Vec<Client> = (0..20).map(|_| Client::new(service.address)).collect();
    for client in &mut slow {
        client.send(format!("{HEAD}Content-Length: 20\r\n\r\n{{"));
    }
    let answer = Client::new(service.address).predict(r#"{"inputs": [[1, 2]]}"#);
    assert_eq!(answer.status, 200);
}

/// Rows whose answer is more than lies in the buffers of both sides.
const ROWS: usize = 400_000;
/// Below the length of that answer, which is 65 bytes a row.
const MOST: usize = 60 * ROWS;

/// A client of a service with little patience for readers, that has asked for a long answer.
fn asked_for_much(patience: Duration) -> (Running, Client) {
    let quick = Limits {
        body_bytes: 4 << 20,
        rows: 1 << 20,
        write_timeout: patience,
        ..limits()
    };
    let service = Running::new(image(), Echo, quick);
    let mut client = Client::new(service.address);
    let rows = vec!["[1,2]"; ROWS].join(",");
    let body = format!("{{\"probabilities\":true,\"inputs\":[{rows}]}}");
    client.send(format!(
        "{HEAD}Content-Length: {}\r\n\r\n{body}",
        body.len()
    ));
    (service, client)
}

#[test]
fn who_takes_no_answer_is_cut_off() {
    let (service, mut client) = asked_for_much(SHORT);
    thread::sleep(Duration::from_secs(3));
    let came = client.rest_within(LONG).expect("it was never closed");
    assert!(came < MOST, "all of the answer came: {came} bytes");
    assert_eq!(service.end().rows, ROWS as u64);
}

#[test]
fn who_takes_an_answer_by_drops_is_cut_off() {
    // The operating system passes drops on in megabytes: each must come well within the patience.
    let (service, mut client) = asked_for_much(4 * SHORT);
    let came = client.drips_within(2 * LONG).expect("it was never closed");
    assert!(came < MOST, "all of the answer came: {came} bytes");
    assert_eq!(service.end().rows, ROWS as u64);
}

#[test]
fn a_slow_prediction_is_answered_for_and_keeps_its_place() {
    let gate = Gate::default();
    let quick = Limits {
        requests: 1,
        workers: 1,
        answer_timeout: SHORT,
        ..limits()
    };
    let service = Running::new(image(), gate.clone(), quick);
    let mut client = Client::new(service.address);
    client
        .predict(r#"{"inputs": [[1, 2]]}"#)
        .is_problem(503, "took more than 0.3 s");
    client
        .predict(r#"{"inputs": [[1, 2]]}"#)
        .is_problem(503, "all places for predictions are taken");
    assert_eq!(client.get("/health").status, 200);
    gate.open();
    let start = Instant::now();
    while client.predict(r#"{"inputs": [[1, 2]]}"#).status != 200 {
        assert!(start.elapsed() < LONG, "the place is never free again");
    }
}

#[test]
fn what_nobody_waits_for_is_not_begun() {
    let gate = Gate::default();
    let begun = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let (inner, counter) = (gate.clone(), begun.clone());
    let count = By(move |rows: &privet_serve::Rows| {
        counter.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        privet_serve::Predictor::scores(&inner, rows)
    });
    let few = Limits {
        workers: 1,
        ..limits()
    };
    let service = Running::new(image(), count, few);
    let body = r#"{"inputs": [[1, 2]]}"#;
    let request = format!("{HEAD}Content-Length: {}\r\n\r\n{body}", body.len());
    let mut first = Client::new(service.address);
    first.send(&request);
    gate.wait_for(1);
    for _ in 0..5 {
        let mut gone = Client::new(service.address);
        gone.send(&request);
        // Long enough to be taken in and queued.
        thread::sleep(Duration::from_millis(50));
    }
    // Until the service has seen that they are gone.
    thread::sleep(Duration::from_secs(1));
    gate.open();
    assert_eq!(first.answer().status, 200);
    assert_eq!(Client::new(service.address).predict(body).status, 200);
    assert_eq!(begun.load(std::sync::atomic::Ordering::SeqCst), 2);
}
