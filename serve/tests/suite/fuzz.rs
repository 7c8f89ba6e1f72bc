//! Thousands of mutated questions, from a fixed seed: never a 500, never a word of them in the answer.

use crate::client::Client;
use crate::made::{Echo, Running, image, limits, numbers, table};

/// A generator that needs nothing: xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift
/// generators, scrambled", 2016).
struct Draws(u64);

impl Draws {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % bound
    }
}

const PIECES: [&str; 24] = [
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "\"",
    "\\",
    "\\ud800",
    "\u{fffd}",
    "null",
    "true",
    "NaN",
    "-",
    "1e309",
    "-0",
    "1e-400",
    "[[[[[[[[",
    "\"inputs\":",
    "\"records\":",
    "\"probabilities\":",
    "canary7",
    " ",
    "123456789012345678901234567890",
];

/// A good question with a few changes of bytes and pieces.
fn mutated(good: &[u8], draws: &mut Draws) -> Vec<u8> {
    let mut body = good.to_vec();
    for _ in 0..=draws.below(4) {
        let at = draws.below(body.len() + 1);
        let end = (at + draws.below(6)).min(body.len());
        match draws.below(5) {
            0 => {
                body.splice(at..end, []);
            }
            1 => {
                let piece = PIECES[draws.below(PIECES.len())];
                body.splice(at..end, piece.bytes());
            }
            2 => {
                let repeated = body[at..end].repeat(1 + draws.below(30));
                body.splice(at..at, repeated);
            }
            3 => body.truncate(at),
            _ => {
                let byte = draws.below(256) as u8;
                body.splice(at..end, [byte]);
            }
        }
    }
    body
}

#[test]
fn mutated_questions_are_answered_or_refused() {
    let mut draws = Draws(0x5EED_0007);
    for (page, good) in [
        (
            image(),
            &br#"{"inputs": [[0, 255], [12.5, 3e1]], "probabilities": true}"#[..],
        ),
        (
            table(),
            br#"{"records": [{"age": 39, "work/class": "State"}], "probabilities": false}"#,
        ),
        (numbers(), br#"{"inputs": [[-1, 0.25, 7]]}"#),
    ] {
        let service = Running::new(page, Echo, limits());
        let mut client = Client::new(service.address);
        let (mut answered, mut refused) = (0, 0);
        for _ in 0..2000 {
            let body = mutated(good, &mut draws);
            let length = body.len();
            client.send(format!(
                "POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                 Content-Length: {length}\r\n\r\n"
            ));
            client.send(&body);
            let answer = client.answer();
            match answer.status {
                200 => answered += 1,
                400 | 413 | 422 => refused += 1,
                _ => panic!("{answer:?} to {:?}", String::from_utf8_lossy(&body)),
            }
            assert!(!answer.body.contains("canary7"), "{answer:?}");
        }
        // Mutations that change nothing that matters are answered: both happen often.
        assert!(
            answered > 20 && refused > 500,
            "{answered} answered, {refused} refused"
        );
        let served = service.end();
        assert_eq!(
            (served.failed, served.turned_away, served.connections),
            (0, 0, 1)
        );
    }
}

#[test]
fn monstrous_questions_end_soon() {
    let large = privet_serve::Limits {
        body_bytes: 4 << 20,
        ..limits()
    };
    let service = Running::new(numbers(), Echo, large);
    let mut client = Client::new(service.address);
    let digits = "7".repeat(3 << 20);
    let spaces = " ".repeat(3 << 20);
    let start = std::time::Instant::now();
    for (body, status) in [
        (format!("{{\"inputs\":{}", "[".repeat(3 << 20)), 422),
        (format!("{{\"inputs\":[[1,2,3,{}", "[".repeat(3 << 20)), 400),
        ("{\"a\":".repeat(1 << 19), 422),
        (format!("{{\"inputs\":[[{digits},1,2]]}}"), 422),
        (format!("{{\"inputs\":[[0.{digits},1,2]]}}"), 200),
        (format!("{{\"inputs\":[[1e-{digits},1,2]]}}"), 200),
        (format!("{{\"inputs\":[[1e{digits},1,2]]}}"), 422),
        (format!("{{\"{digits}\":1}}"), 422),
        (format!("{{\"inputs\":[[\"{digits}\",1,2]]}}"), 422),
        (format!("{{{spaces}\"inputs\":[[1,1,2]]}}"), 200),
        ("\"".to_owned() + &"\\u0000".repeat(1 << 19), 400),
    ] {
        let answer = client.predict(&body);
        assert_eq!(answer.status, status, "{} to {:.40}", answer.body, body);
    }
    assert!(
        start.elapsed() < std::time::Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
}
