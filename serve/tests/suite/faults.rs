//! Every fault of a question, over the wire. The words for each are tested beside the reading.

use serde_json::json;

use crate::client::Client;
use crate::made::{Echo, Running, image, limits, table};

#[test]
fn problems_name_the_place_and_the_way_out() {
    let service = Running::new(image(), Echo, limits());
    let mut client = Client::new(service.address);
    let answer = client.predict(r#"{"inputs": [[1, 2], [3, "4"]]}"#);
    assert_eq!(
        answer.json(),
        json!({
            "status": 422,
            "title": "Unprocessable Entity",
            "detail": "inputs[1][1] is a string where a number is needed: write it without quotes",
            "row": 1,
            "pointer": "/inputs/1/1",
        })
    );
    for (body, status, words) in [
        ("", 400, "the body is not JSON"),
        (r#"{"inputs": [[NaN, 1]]}"#, 400, "neither NaN nor Infinity"),
        ("\u{feff}{}", 400, "the body is not JSON"),
        (
            r#"{"inputs": [[1, 2]], "probabilites": true}"#,
            422,
            "did you mean `probabilities`?",
        ),
        (r#"{"inputs": [[1, 2, 3]]}"#, 422, "more numbers than"),
        (r#"{"inputs": [[1, 999]]}"#, 422, "outside 0..255"),
        (
            r#"{"inputs": [[1,2],[1,2],[1,2],[1,2],[1,2]]}"#,
            413,
            "more than 4 rows",
        ),
    ] {
        client.predict(body).is_problem(status, words);
    }
    let service = Running::new(table(), Echo, limits());
    let mut client = Client::new(service.address);
    let answer = client.predict(r#"{"records": [{"age": 39, "work/class": "Privat"}]}"#);
    answer.is_problem(422, "did you mean `Private`?");
    assert_eq!(answer.json()["field"], "work/class");
    assert_eq!(answer.json()["pointer"], "/records/0/work~1class");
    client
        .predict(r#"{"records": [{"age": 39}]}"#)
        .is_problem(422, "lacks `work/class`");
}

#[test]
fn only_json_that_is_not_compressed_is_taken() {
    let service = Running::new(image(), Echo, limits());
    let good = r#"{"inputs": [[1, 2]]}"#;
    for lines in [
        "",
        "Content-Type: text/plain\r\n",
        "Content-Type: application/x-www-form-urlencoded\r\n",
        "Content-Type: application/json; charset=latin1\r\n",
    ] {
        let answer = Client::new(service.address).ask("POST", "/v1/predict", lines, good);
        answer.is_problem(415, "Content-Type: application/json");
    }
    let packed = "Content-Type: application/json\r\nContent-Encoding: gzip\r\n";
    let answer = Client::new(service.address).ask("POST", "/v1/predict", packed, good);
    answer.is_problem(415, "must not be compressed");
    let twice = "Content-Type: application/json\r\nContent-Type: text/plain\r\n";
    let answer = Client::new(service.address).ask("POST", "/v1/predict", twice, good);
    answer.is_problem(400, "stands twice");
}

#[test]
fn other_origins_are_given_no_leave() {
    let service = Running::new(image(), Echo, limits());
    let mut client = Client::new(service.address);
    let lines = "Origin: http://evil.example\r\nAccess-Control-Request-Method: POST\r\n";
    let answer = client.ask("OPTIONS", "/v1/predict", lines, "");
    answer.is_problem(405, "this is not done");
    assert!(
        answer
            .headers
            .iter()
            .all(|(name, _)| !name.starts_with("access-control"))
    );
}

#[test]
fn nothing_of_a_question_comes_back() {
    let service = Running::new(table(), Echo, limits());
    let mut client = Client::new(service.address);
    for body in [
        r#"{"canary7": 1}"#,
        r#"{"records": [{"canary7": 1}]}"#,
        r#"{"records": [{"age": 39, "work/class": "canary7"}]}"#,
        r#"{"records": [canary7]}"#,
    ] {
        let answer = client.predict(body);
        assert!(!format!("{answer:?}").contains("canary7"), "{answer:?}");
    }
    let answer = client.get("/canary7?canary7");
    assert!(!format!("{answer:?}").contains("canary7"), "{answer:?}");
}

#[test]
fn what_is_no_http_ends_the_connection_alone() {
    let service = Running::new(image(), Echo, limits());
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"hello\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: \0\r\n\r\n",
    ] {
        let mut client = Client::new(service.address);
        client.send(bytes);
        assert!(client.is_closed_within(std::time::Duration::from_secs(20)));
    }
    let many = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n",
        "X: y\r\n".repeat(1000)
    );
    let long = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n",
        "y".repeat(100_000)
    );
    for request in [many, long] {
        let mut client = Client::new(service.address);
        if client.try_send(request.as_bytes()) {
            assert!(client.is_closed_within(std::time::Duration::from_secs(20)));
        }
    }
    assert_eq!(Client::new(service.address).get("/health").status, 200);
}

#[test]
fn heads_may_be_long_and_those_that_are_refused_are_counted() {
    let service = Running::new(image(), Echo, limits());
    let ask = |head: String| {
        let mut client = Client::new(service.address);
        client.send(format!(
            "GET /health HTTP/1.1\r\nHost: localhost\r\n{head}\r\n"
        ));
        client.answer()
    };
    // Cookies of other services on this host, as a browser sends them.
    let cookie = |length: usize| format!("Cookie: a={}\r\n", "y".repeat(length));
    assert_eq!(ask(cookie(60_000)).status, 200);
    for (head, status) in [
        (cookie(70_000), 431),
        ("X: y\r\n".repeat(64), 431),
        ("X y\r\n".to_owned(), 400),
    ] {
        let answer = ask(head);
        assert_eq!((answer.status, answer.body.as_str()), (status, ""));
    }
    let served = service.end();
    assert_eq!((served.requests, served.refused), (4, 3));
}
