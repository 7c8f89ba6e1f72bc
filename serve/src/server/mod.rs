//! The service as a program runs it.

mod accept;
mod counts;
mod idle;
mod stop;
mod write_timeout;

use std::net::TcpListener;
use std::sync::Arc;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::Semaphore;

pub(crate) use accept::{MOST_HEADER_BYTES, MOST_HEADERS};
pub(crate) use counts::Counts;
pub use counts::Served;
pub use stop::{Stop, Stopped};

use crate::http::{App, Documents, Hosts, is_host, router};
use crate::{Limits, ModelPage, Predictor, ServeError, openapi, page};

/// A model, its description, and who may ask it how much.
pub struct Service {
    page: ModelPage,
    predictor: Box<dyn Predictor>,
    limits: Limits,
    allowed_hosts: Vec<String>,
}

impl Service {
    /// A service with the default [`Limits`].
    ///
    /// # Errors
    /// A description that no request could meet or no answer could name.
    pub fn new(page: ModelPage, predictor: impl Predictor) -> Result<Self, ServeError> {
        page.check()?;
        Ok(Self {
            page,
            predictor: Box::new(predictor),
            limits: Limits::default(),
            allowed_hosts: Vec::new(),
        })
    }

    /// The same with other limits.
    ///
    /// # Errors
    /// Limits under which nothing can be answered.
    pub fn with_limits(mut self, limits: Limits) -> Result<Self, ServeError> {
        limits.check()?;
        self.limits = limits;
        Ok(self)
    }

    /// The same, answering to these hosts too: names or addresses without ports, as in the header Host.
    ///
    /// On loopback, `localhost`, `127.0.0.1` and `[::1]` always are; elsewhere these, and while none is named
    /// here every address in numbers. Names have to be named: any site can point its own at this machine.
    ///
    /// # Errors
    /// A text that is no host.
    pub fn with_allowed_hosts(mut self, hosts: Vec<String>) -> Result<Self, ServeError> {
        if let Some(value) = hosts.iter().find(|host| !is_host(host)) {
            return Err(ServeError::Host {
                value: value.clone(),
            });
        }
        self.allowed_hosts = hosts;
        Ok(self)
    }

    /// The description of this service as OpenAPI 3.1, the text of `GET /openapi.json`.
    #[must_use]
    pub fn openapi(&self) -> String {
        openapi::document(&self.page, &self.limits).to_string()
    }

    /// Answers until `stopped` is ready; then takes no more connections, lets the requests in flight end
    /// within [`Limits::shutdown_timeout`], and says what was done. Blocks the calling thread and needs no
    /// async runtime around it.
    ///
    /// A prediction that is still computed after that time goes on in its thread until it or the
    /// program ends; its client is cut off.
    ///
    /// # Errors
    /// A listener or a machine that cannot be used, or a call from within an async runtime.
    pub fn serve(
        self,
        listener: TcpListener,
        stopped: impl Future<Output = ()>,
    ) -> Result<Served, ServeError> {
        if Handle::try_current().is_ok() {
            return Err(ServeError::Nested);
        }
        let bad_listener = |source| ServeError::Listener { source };
        listener.set_nonblocking(true).map_err(bad_listener)?;
        let address = listener.local_addr().map_err(bad_listener)?;
        let documents = Documents {
            page: page::html(&self.page)?,
            style: page::STYLE,
            script: page::script(&self.page.form),
            model: openapi::model(&self.page, &self.limits).to_string(),
            openapi: self.openapi(),
        };
        let runtime = runtime(&self.limits)?;
        let app = Arc::new(App {
            hosts: Hosts::of(address, &self.allowed_hosts),
            places: Arc::new(Semaphore::new(self.limits.requests)),
            counts: Counts::default(),
            page: self.page,
            predictor: self.predictor,
            limits: self.limits,
        });
        let routes = router(app.clone(), documents);
        let cut_off = runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).map_err(bad_listener)?;
            Ok(accept::until(listener, routes, app.clone(), stopped).await)
        });
        // Predictions that still run hold their threads, not the caller.
        runtime.shutdown_background();
        Ok(app.counts.served(cut_off?))
    }
}

/// One thread moves bytes; everything that takes time (parsing a body, predicting) is done by the workers.
fn runtime(limits: &Limits) -> Result<Runtime, ServeError> {
    Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(limits.workers)
        .thread_name("privet-predict")
        .build()
        .map_err(|source| ServeError::Runtime { source })
}
