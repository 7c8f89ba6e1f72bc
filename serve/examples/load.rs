//! Asks a service as fast as it answers, and says how fast that is:
//! `cargo run --release -p privet-serve --example load -- http://127.0.0.1:8080 [CLIENTS] [SECONDS] [ROWS]`
//!
//! Each client is a thread with a connection of its own, kept alive; rows are made from the service's own
//! `/v1/model`. Latency is from the first byte sent to the last one read.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use std::{env, thread};

use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let words: Vec<String> = env::args().skip(1).collect();
    let number = |position: usize, default: usize| -> Result<usize, Failure> {
        Ok(words
            .get(position)
            .map_or(Ok(default), |word| word.parse())?)
    };
    let url = words
        .first()
        .ok_or("give the address, such as http://127.0.0.1:8080")?;
    let host = url.trim_start_matches("http://").trim_end_matches('/');
    let (clients, seconds, rows) = (number(1, 8)?, number(2, 5)?, number(3, 1)?);
    let body = question(&Client::connect(host)?.ask("GET", "/v1/model", "")?.1, rows)?;
    let length = Duration::from_secs(seconds as u64);
    let threads: Vec<_> = (0..clients.max(1))
        .map(|_| {
            let (host, body) = (host.to_owned(), body.clone());
            thread::spawn(move || hammer(&host, &body, length))
        })
        .collect();
    let (mut times, mut busy) = (Vec::new(), 0);
    for thread in threads {
        let (mine, turned_away) = thread.join().map_err(|_| "a client panicked")??;
        times.extend(mine);
        busy += turned_away;
    }
    times.sort_unstable();
    let at = |share: f64| -> Duration {
        let position = (share * times.len() as f64) as usize;
        times
            .get(position.min(times.len().saturating_sub(1)))
            .copied()
            .unwrap_or_default()
    };
    let rate = times.len() as f64 / length.as_secs_f64();
    println!(
        "{clients} clients, {rows} rows and {} bytes a request, {seconds} s",
        body.len()
    );
    println!(
        "{rate:.0} requests/s, {:.0} rows/s; {busy} turned away (503)",
        rate * rows as f64
    );
    println!(
        "latency p50 {:.2?}, p90 {:.2?}, p99 {:.2?}, longest {:.2?}",
        at(0.5),
        at(0.9),
        at(0.99),
        at(1.0)
    );
    Ok(())
}

/// Asks until the time is over: how long each answer took, and how often there was no place.
fn hammer(host: &str, body: &str, length: Duration) -> Result<(Vec<Duration>, usize), Failure> {
    let mut client = Client::connect(host)?;
    let (begin, mut times, mut busy) = (Instant::now(), Vec::new(), 0);
    while begin.elapsed() < length {
        let start = Instant::now();
        match client.ask("POST", "/v1/predict", body)? {
            (200, _) => times.push(start.elapsed()),
            (503, _) => busy += 1,
            (status, answer) => return Err(format!("status {status}: {answer}").into()),
        }
    }
    Ok((times, busy))
}

/// A body of so many rows, all of them in the middle of what the model takes.
fn question(model: &str, rows: usize) -> Result<String, Failure> {
    let model: Value = serde_json::from_str(model)?;
    let form = &model["form"];
    let count = |key: &str| form[key].as_u64().unwrap_or(1) as usize;
    let row = |salt: usize| match form["kind"].as_str() {
        Some("table") => {
            let fields = form["fields"].as_array().into_iter().flatten();
            fields
                .map(|field| {
                    let name = field["name"].as_str().unwrap_or_default().to_owned();
                    let value = match field["values"].as_array() {
                        Some(values) => values[salt % values.len()].clone(),
                        None => field["max"].clone(),
                    };
                    (name, value)
                })
                .collect::<Value>()
        }
        _ => {
            let values = count("channels") * count("height") * count("width") * count("count");
            let most = form["maximum"].as_f64().unwrap_or(1.0) as usize;
            json!(
                (0..values)
                    .map(|value| (value * 37 + salt) % (most + 1))
                    .collect::<Vec<_>>()
            )
        }
    };
    let key = if form["kind"] == "table" {
        "records"
    } else {
        "inputs"
    };
    let rows: Vec<Value> = (0..rows).map(row).collect();
    Ok(json!({key: rows, "probabilities": true}).to_string())
}

/// One connection.
struct Client {
    host: String,
    stream: BufReader<TcpStream>,
}

impl Client {
    fn connect(host: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(host)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            host: host.to_owned(),
            stream: BufReader::new(stream),
        })
    }

    /// The status and the body of an answer.
    fn ask(&mut self, method: &str, path: &str, body: &str) -> Result<(u16, String), Failure> {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            self.host,
            body.len()
        );
        self.stream
            .get_mut()
            .write_all(&[head.as_bytes(), body.as_bytes()].concat())?;
        let (mut status, mut length) = (0, 0);
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line)? == 0 {
                return Err("the service closed the connection".into());
            }
            let line = line.trim_end().to_ascii_lowercase();
            if let Some(rest) = line.strip_prefix("http/1.1 ") {
                status = rest.split(' ').next().unwrap_or_default().parse()?;
            } else if let Some(rest) = line.strip_prefix("content-length: ") {
                length = rest.parse()?;
            } else if line.is_empty() {
                break;
            }
        }
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes)?;
        Ok((status, String::from_utf8(bytes)?))
    }
}
