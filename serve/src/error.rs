//! Why a service does not start.

use std::io;

use thiserror::Error;

/// Why a service cannot be made or cannot go on.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServeError {
    /// A description of a model that no page can be made of.
    #[error("the model's {key} {problem}: {remedy}")]
    Model {
        /// The part of the description.
        key: String,
        /// What is wrong with it.
        problem: String,
        /// The way out.
        remedy: String,
    },
    /// A limit that would refuse everything.
    #[error("the limit {key} is {value}: {remedy}")]
    Limit {
        /// Name of the limit.
        key: &'static str,
        /// The value it has.
        value: String,
        /// The way out.
        remedy: &'static str,
    },
    /// An allowed host that is none.
    #[error(
        "the allowed host {value:?} is no host: give a name or an address as it stands in the \
         address bar, without `http://` and without a path"
    )]
    Host {
        /// The host as given.
        value: String,
    },
    /// A listener that cannot be used.
    #[error("the listening socket cannot be used: {source}; try another port")]
    Listener {
        /// What the operating system says.
        source: io::Error,
    },
    /// A call from within an async runtime, whose thread must not be blocked.
    #[error(
        "the service cannot start inside an async runtime: call it from a thread of its own \
         (`std::thread::spawn`)"
    )]
    Nested,
    /// No runtime: usually no threads or file descriptors are left.
    #[error("the service cannot start its threads: {source}; end other programs or raise `ulimit`")]
    Runtime {
        /// What the operating system says.
        source: io::Error,
    },
}
