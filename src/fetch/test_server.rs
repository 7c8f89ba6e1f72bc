//! A web server on this machine for the tests of `fetch`.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// How the server answers the next request.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answer {
    /// The whole file, or the range that is asked for.
    File,
    /// The whole file, whatever range is asked for.
    FileWithoutRanges,
    /// As [`Self::File`], but the connection is cut after this many bytes of body.
    CutAfter(usize),
    /// No file, this status.
    Status(u16),
}

/// A server that gives one file, answering each request as its script says; the last answer
/// repeats.
pub(super) struct TestServer {
    /// The address to fetch from.
    pub(super) url: String,
    requests: Arc<Mutex<Vec<Option<usize>>>>,
}

impl TestServer {
    /// Starts a server on a free port of the loopback address. Its thread ends with the test
    /// program.
    pub(super) fn start(file: Vec<u8>, script: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/file.gz", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let answer = script[number.min(script.len() - 1)];
                let Ok(stream) = stream else { continue };
                let start = read_request(&stream);
                seen.lock().unwrap().push(start);
                // A client that hangs up is part of some tests.
                let _: std::io::Result<()> = reply(&stream, &file, answer, start);
            }
        });
        Self { url, requests }
    }

    /// Where the range of each request so far began; `None` for one that asked for the whole file.
    pub(super) fn requests(&self) -> Vec<Option<usize>> {
        self.requests.lock().unwrap().clone()
    }
}

/// Reads a request; returns where its range begins.
fn read_request(stream: &TcpStream) -> Option<usize> {
    let lines = BufReader::new(stream)
        .lines()
        .map_while(Result::ok)
        .take_while(|line| !line.is_empty());
    let mut start = None;
    for line in lines {
        let line = line.to_ascii_lowercase();
        if let Some(range) = line.strip_prefix("range: bytes=") {
            start = range.trim_end_matches('-').parse().ok();
        }
    }
    start
}

/// Answers one request and closes the connection.
fn reply(
    mut stream: &TcpStream,
    file: &[u8],
    answer: Answer,
    start: Option<usize>,
) -> std::io::Result<()> {
    let (start, cut) = match answer {
        Answer::Status(status) => {
            return write!(
                stream,
                "HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
        }
        Answer::FileWithoutRanges => (None, usize::MAX),
        Answer::File => (start, usize::MAX),
        Answer::CutAfter(bytes) => (start, bytes),
    };
    if start.is_some_and(|start| start >= file.len()) {
        return write!(
            stream,
            "HTTP/1.1 416 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
    }
    let body = &file[start.unwrap_or(0)..];
    match start {
        Some(start) => write!(
            stream,
            "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {start}-{}/{}\r\n",
            file.len() - 1,
            file.len()
        )?,
        None => write!(stream, "HTTP/1.1 200 OK\r\n")?,
    }
    write!(
        stream,
        "Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(&body[..body.len().min(cut)])
}
