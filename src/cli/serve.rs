//! `privet serve MODEL`

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use privet_serve::Limits;

use crate::model;
use crate::serve::{self, Options};

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// An exported model (.safetensors, .onnx or .bpk), or a run directory.
    model: PathBuf,
    /// The port; 0 takes a free one and says which.
    #[arg(long, short, default_value_t = 8080)]
    port: u16,
    /// The address to listen at: this machine alone, when absent.
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    bind: IpAddr,
    /// A host name that clients may ask for beside localhost (repeatable). Names are refused unless given
    /// here, so that no site can point its own at this service.
    #[arg(long = "allowed-host", value_name = "HOST")]
    allowed_hosts: Vec<String>,
    /// The most rows in one request.
    #[arg(long, value_name = "N", default_value_t = Limits::default().rows)]
    max_rows: usize,
    /// The largest body of a request, in bytes.
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().body_bytes)]
    max_body: usize,
    /// The most requests that are computed or wait at once.
    #[arg(long, value_name = "N", default_value_t = Limits::default().requests)]
    max_requests: usize,
    /// The most connections at once; beyond it the longest idle one gives way.
    #[arg(long, value_name = "N", default_value_t = Limits::default().connections)]
    max_connections: usize,
    /// The longest time from a whole request to its answer, in seconds; Ctrl-C waits 10 more for them.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    timeout: u32,
    /// Prints where it is served, and at the end what was, as a line of JSON each.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: ServeArgs) -> Result<()> {
    let path = model::locate(&args.model);
    let file = model::read(&path)?;
    let options = Options {
        address: SocketAddr::new(args.bind, args.port),
        allowed_hosts: args.allowed_hosts,
        limits: Limits {
            rows: args.max_rows,
            body_bytes: args.max_body,
            requests: args.max_requests,
            connections: args.max_connections,
            ..Limits::default()
        }
        .with_answer_timeout(Duration::from_secs(u64::from(args.timeout))),
        json: args.json,
    };
    serve::serve(&path, file, options)
}
