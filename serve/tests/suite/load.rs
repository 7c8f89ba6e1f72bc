//! More at once than there is room for.

use std::thread;
use std::time::Duration;

use privet_serve::Limits;

use crate::client::Client;
use crate::made::{Echo, Gate, Running, image, limits};

const BODY: &str = r#"{"inputs": [[1, 2]]}"#;

#[test]
fn beyond_the_places_requests_are_turned_away() {
    let gate = Gate::default();
    let few = Limits {
        requests: 3,
        workers: 3,
        ..limits()
    };
    let service = Running::new(image(), gate.clone(), few);
    let address = service.address;
    let ask = || thread::spawn(move || Client::new(address).predict(BODY));
    let within: Vec<_> = (0..3).map(|_| ask()).collect();
    gate.wait_for(3);
    let mut client = Client::new(address);
    for _ in 0..20 {
        let answer = client.predict(BODY);
        answer.is_problem(503, "ask again in a second");
    }
    // The page and health are not held up.
    assert_eq!(client.get("/health").status, 200);
    assert_eq!(client.get("/").status, 200);
    gate.open();
    for thread in within {
        assert_eq!(thread.join().unwrap().status, 200);
    }
    let served = service.end();
    assert_eq!((served.rows, served.turned_away, served.failed), (3, 20, 0));
}

const HEALTH: &str = "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

fn two_connections() -> Limits {
    Limits {
        connections: 2,
        ..limits()
    }
}

#[test]
fn beyond_the_connections_the_longest_idle_gives_way() {
    let service = Running::new(image(), Echo, two_connections());
    let (mut first, mut second) = (Client::new(service.address), Client::new(service.address));
    assert_eq!(first.get("/health").status, 200);
    assert_eq!(second.get("/health").status, 200);
    assert_eq!(first.get("/health").status, 200);
    let mut third = Client::new(service.address);
    third.send(HEALTH);
    // Within the second that an idle connection has, on any machine that is not at its end.
    assert!(
        !third.is_closed_within(Duration::from_millis(300)),
        "it was let in at once"
    );
    assert_eq!(third.answer().status, 200);
    assert!(second.is_closed_within(Duration::from_secs(20)));
    assert_eq!(first.get("/health").status, 200);
    // So they do where one of them never asked.
    let silent = Client::new(service.address);
    let mut fourth = Client::new(service.address);
    fourth.send(HEALTH);
    assert_eq!(fourth.answer().status, 200);
    let served = service.end();
    assert_eq!((served.connections, served.requests), (5, 6));
    drop(silent);
}

#[test]
fn a_connection_with_a_request_keeps_its_place() {
    let gate = Gate::default();
    let service = Running::new(image(), gate.clone(), two_connections());
    let address = service.address;
    let ask = || thread::spawn(move || Client::new(address).predict(BODY));
    let within = [ask(), ask()];
    gate.wait_for(2);
    let mut third = Client::new(address);
    third.send(HEALTH);
    assert!(
        !third.is_closed_within(Duration::from_secs(2)),
        "it was let in"
    );
    gate.open();
    for thread in within {
        assert_eq!(thread.join().unwrap().status, 200);
    }
    assert_eq!(third.answer().status, 200);
}

#[test]
fn many_clients_at_once_are_all_answered_right() {
    let service = Running::new(image(), Echo, limits());
    let address = service.address;
    let clients: Vec<_> = (0..32)
        .map(|client: usize| {
            thread::spawn(move || {
                let mut connection = Client::new(address);
                for i in 0..50 {
                    let (a, b) = ((client * 7 + i) % 256, (client * 3 + 2 * i) % 256);
                    let answer = connection.predict(&format!("{{\"inputs\": [[{a}, {b}]]}}"));
                    assert_eq!(answer.json()["predictions"][0]["class"], u64::from(b > a));
                }
            })
        })
        .collect();
    for client in clients {
        client.join().unwrap();
    }
    let served = service.end();
    assert_eq!(
        (served.connections, served.requests, served.rows),
        (32, 1600, 1600)
    );
}
