//! A client that can be slow, wrong and rude.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Longer than any answer takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// One connection.
pub(crate) struct Client {
    pub(crate) address: SocketAddr,
    stream: BufReader<TcpStream>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A problem with this status, whose detail has these words.
    #[track_caller]
    pub(crate) fn is_problem(&self, status: u16, words: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json")
        );
        let problem = self.json();
        assert_eq!(problem["status"], status);
        assert!(problem["title"].is_string());
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(words), "{detail}");
        assert_eq!(self.header("retry-after").is_some(), status == 503);
    }
}

impl Client {
    pub(crate) fn new(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self {
            address,
            stream: BufReader::new(stream),
        }
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.get_mut().write_all(bytes.as_ref()).unwrap();
    }

    /// Sends as much as the other side takes; whether it took all.
    pub(crate) fn try_send(&mut self, bytes: &[u8]) -> bool {
        self.stream.get_mut().write_all(bytes).is_ok()
    }

    pub(crate) fn get(&mut self, path: &str) -> Answer {
        self.ask("GET", path, "", "")
    }

    pub(crate) fn predict(&mut self, body: &str) -> Answer {
        self.ask(
            "POST",
            "/v1/predict",
            "Content-Type: application/json\r\n",
            body,
        )
    }

    /// A request with more header lines, and its answer.
    pub(crate) fn ask(&mut self, method: &str, path: &str, lines: &str, body: &str) -> Answer {
        let (address, length) = (self.address, body.len());
        self.send(format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\n{lines}Content-Length: {length}\r\n\r\n{body}"
        ));
        self.answer_to(method)
    }

    pub(crate) fn answer(&mut self) -> Answer {
        self.answer_to("GET")
    }

    #[track_caller]
    fn answer_to(&mut self, method: &str) -> Answer {
        let first = self.line();
        let status = first
            .strip_prefix("HTTP/1.1 ")
            .unwrap_or_else(|| panic!("{first:?}"));
        let status = status[..3].parse().unwrap();
        let mut headers = Vec::new();
        loop {
            let line = self.line();
            let Some((name, value)) = line.split_once(": ") else {
                assert_eq!(line, "");
                break;
            };
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length: usize = length.map_or(0, |(_, length)| length.parse().unwrap());
        let mut body = vec![0; if method == "HEAD" { 0 } else { length }];
        self.stream.read_exact(&mut body).unwrap();
        Answer {
            status,
            headers,
            body: String::from_utf8(body).unwrap(),
        }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Takes what comes a little at a time: so much, then a pause. How many bytes came until the other side
    /// closed; `None` where it did not for so long.
    pub(crate) fn drips_within(&mut self, patience: Duration) -> Option<usize> {
        const PART: usize = 64 << 10;
        const PAUSE: Duration = Duration::from_millis(10);
        let start = Instant::now();
        let (mut part, mut came) = (vec![0; PART], 0);
        while start.elapsed() < patience {
            match self.stream.read(&mut part) {
                Ok(0) | Err(_) => return Some(came),
                Ok(more) => came += more,
            }
            thread::sleep(PAUSE);
        }
        None
    }

    /// Whether the other side closes, within this time, after whatever it still says.
    pub(crate) fn is_closed_within(&mut self, patience: Duration) -> bool {
        self.rest_within(patience).is_some()
    }

    /// How many bytes still come until the other side closes; `None` where it is silent for so long.
    pub(crate) fn rest_within(&mut self, patience: Duration) -> Option<usize> {
        let stream = self.stream.get_mut();
        stream.set_read_timeout(Some(patience)).unwrap();
        let mut rest = Vec::new();
        let end = self.stream.read_to_end(&mut rest);
        let stream = self.stream.get_mut();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        match end {
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                None
            }
            _ => Some(rest.len()),
        }
    }
}
