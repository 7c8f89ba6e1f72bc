//! A service with a made-up model, to look at the page and to measure the service itself:
//! `cargo run -p privet-serve --example demo -- image|signed|colour|table|numbers [PORT] [open]`
//!
//! `open` says NOT PRIVATE. It ends when its standard input does.

mod model;

use std::net::TcpListener;
use std::{env, io, thread};

use privet_serve::{Service, Stop};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = env::args().skip(1).collect();
    let kind = words.first().map_or("image", String::as_str);
    let port: u16 = words.get(1).map_or(Ok(8080), |port| port.parse())?;
    let private = words.get(2).is_none_or(|word| word != "open");
    let page =
        model::page(kind, private).ok_or("choose image, signed, colour, table or numbers")?;
    let classes = page.classes.len();
    let service = Service::new(page, model::Weights { classes })?;
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    println!("http://{}/", listener.local_addr()?);
    let (stop, stopped) = Stop::new();
    thread::spawn(move || {
        // At its end or where it cannot be read: both mean that nobody is there.
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        stop.now();
    });
    println!("{:?}", service.serve(listener, stopped)?);
    Ok(())
}
