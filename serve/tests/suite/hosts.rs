//! Whom the service answers.

use crate::client::{Answer, Client};
use crate::made::{Echo, Running, image, limits};

fn ask(service: &Running, head: &str) -> Answer {
    let mut client = Client::new(service.address);
    client.send(format!("{head}Connection: close\r\n\r\n"));
    client.answer()
}

#[test]
fn other_names_for_loopback_are_not_answered() {
    let service = Running::answering_to(image(), Echo, limits(), &["privet.example"]);
    for host in ["localhost", "127.0.0.1:9", "[::1]", "Privet.Example:443"] {
        let answer = ask(
            &service,
            &format!("GET /health HTTP/1.1\r\nHost: {host}\r\n"),
        );
        assert_eq!(answer.status, 200, "{host}");
    }
    for path in ["/", "/health", "/v1/model", "/nothing"] {
        let head = format!("GET {path} HTTP/1.1\r\nHost: rebound.example:8080\r\n");
        let answer = ask(&service, &head);
        answer.is_problem(421, "does not answer to the host");
        assert!(!answer.body.contains("rebound"));
    }
    let absolute = "GET http://rebound.example/health HTTP/1.1\r\nHost: localhost\r\n";
    ask(&service, absolute).is_problem(421, "does not answer to the host");
    for head in [
        "GET /health HTTP/1.1\r\n",
        "GET /health HTTP/1.1\r\nHost:\r\n",
        "GET /health HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n",
    ] {
        let answer = ask(&service, head);
        assert_eq!(answer.status, 400, "{answer:?}");
    }
}
