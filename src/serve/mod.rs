//! `privet serve`: an exported model behind HTTP.

mod form;
mod model;
mod statement;

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use privet_export::ModelFile;
use privet_serve::{Guarantee, Limits, ModelPage, Privacy, Served, Service, Stop};
use serde_json::{Value, json};

use crate::errors::usage;
use crate::interrupt::{self, Watch};
use crate::output;
use form::form;
use model::Model;
use statement::Statement;

/// What the command line says.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) address: SocketAddr,
    pub(crate) allowed_hosts: Vec<String>,
    pub(crate) limits: Limits,
    /// Prints where it is served, and at the end what was, as JSON.
    pub(crate) json: bool,
}

/// How often the request to stop is looked for.
const LOOK: Duration = Duration::from_millis(50);

/// Answers until Ctrl-C or the system's request to end.
pub(crate) fn serve(path: &Path, file: ModelFile, options: Options) -> Result<()> {
    let statement = Statement::beside(path, &file);
    let differs = statement.warning().into_iter();
    let page = page(&file, statement);
    for warning in differs.chain(warnings(&page, options.address.ip())) {
        output::note(&format!("warning: {warning}"));
    }
    let refused = |error: privet_serve::ServeError| usage(error.to_string());
    let service = Service::new(page, Model::new(file)?)
        .and_then(|service| service.with_limits(options.limits))
        .and_then(|service| service.with_allowed_hosts(options.allowed_hosts))
        .map_err(refused)?;
    let listener = TcpListener::bind(options.address).map_err(|error| {
        usage(format!(
            "cannot listen at {}: {error}; choose another port with --port (0 takes a free one)",
            options.address
        ))
    })?;
    let address = listener
        .local_addr()
        .context("the listener has no address")?;
    interrupt::handle(String::new())?;
    let watch = Watch::begin();
    let (stop, stopped) = Stop::new();
    let watcher = thread::Builder::new().name("privet-stop".into());
    let watcher = watcher.spawn(move || {
        while !watch.stop_requested() {
            thread::sleep(LOOK);
        }
        stop.now();
        // Kept to the end: a second request then stops at once.
        watch
    });
    let watcher = watcher.context("cannot start a thread")?;
    output::print(&match options.json {
        true => format!(
            "{}\n",
            json!({"serving": path.display().to_string(), "url": format!("http://{address}/")})
        ),
        false => format!("serving {} at http://{address}/\n", path.display()),
    })?;
    let served = service.serve(listener, stopped)?;
    drop(watcher);
    output::print(&match options.json {
        true => format!("{}\n", serde_json::to_string(&served)?),
        false => summary(&served),
    })
}

fn summary(served: &Served) -> String {
    let cut_off = match served.cut_off {
        0 => String::new(),
        some => format!(", {some} cut off at the end"),
    };
    format!(
        "served {} rows in {} requests; {} refused, {} turned away, {} failed{cut_off}\n",
        served.rows, served.requests, served.refused, served.turned_away, served.failed
    )
}

/// What should be known before anybody asks.
fn warnings(page: &ModelPage, address: IpAddr) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Err(why) = page.privacy.protection() {
        warnings.push(format!(
            "NOT PRIVATE: {why} Let nobody ask it who may not see them"
        ));
    }
    if !address.to_canonical().is_loopback() {
        warnings.push(
            "whoever reaches this address may ask, without encryption: put a proxy with TLS and access \
             control before it if rows are confidential; who opens it by a name is refused unless \
             --allowed-host gives that name"
                .into(),
        );
    }
    warnings
}

fn page(file: &ModelFile, statement: Statement) -> ModelPage {
    let description = &file.description;
    ModelPage {
        title: format!("Model for {}", description.dataset),
        dataset: description.dataset.clone(),
        classes: description.classes.clone(),
        form: form(&description.preprocessing),
        privacy: privacy(&description.privacy, statement),
    }
}

fn privacy(stated: &Value, statement: Statement) -> Privacy {
    let word = |key: &str| stated[key].as_str().map(String::from);
    let number = |key: &str| stated[key].as_f64();
    let guarantee = || {
        Some(Guarantee {
            epsilon: number("epsilon")?,
            delta: number("delta")?,
            unit: word("unit")?,
            neighboring: word("neighboring_relation")?,
            accountant: word("accountant")?,
            statement: statement.text(),
        })
    };
    match stated["private"] == true {
        true => guarantee().map(Privacy::Guaranteed),
        false => None,
    }
    .unwrap_or_else(|| Privacy::NotPrivate {
        why: "This model was trained without a guarantee of privacy. Its answers may reveal records that it \
              was trained on."
            .into(),
    })
}
