//! Who the request was meant for.
//!
//! A page of another site can make a browser ask `http://its-name:port/` after pointing that name at
//! 127.0.0.1 (DNS rebinding); to the browser that is the site's own origin, and it may read the answers.
//! Its name still stands in the header Host, so a service on loopback answers to its own names only.

use std::net::{IpAddr, SocketAddr};

use axum::extract::Request;
use axum::http::{StatusCode, header};

use super::single;
use crate::problem::Problem;

/// The hosts that are answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Hosts {
    /// Every one: the service is not on loopback, and nobody named hosts.
    Any,
    /// These, in lower case, without ports.
    Only(Vec<String>),
}

impl Hosts {
    /// The names of loopback and `allowed` for a service bound to `address`; any host where it is
    /// not on loopback and none is named.
    pub(crate) fn of(address: SocketAddr, allowed: &[String]) -> Self {
        let ip = address.ip().to_canonical();
        if allowed.is_empty() && !ip.is_loopback() {
            return Self::Any;
        }
        let mut names = ["localhost", "127.0.0.1", "[::1]"]
            .map(str::to_owned)
            .to_vec();
        names.push(match ip {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => format!("[{ip}]"),
        });
        names.extend(allowed.iter().map(|host| host.to_ascii_lowercase()));
        Self::Only(names)
    }

    /// # Errors
    /// 400 where the header Host is missing or no host, 421 where it is another's.
    pub(super) fn check(&self, request: &Request) -> Result<(), Problem> {
        let Self::Only(names) = self else {
            return Ok(());
        };
        // A request line may hold a whole address, which counts more than the header.
        let header = single(request, &header::HOST)?;
        let authority = request
            .uri()
            .authority()
            .map(|authority| authority.as_str());
        for text in [header, authority].into_iter().flatten() {
            let host = without_port(text).ok_or_else(no_host)?;
            if !names.iter().any(|name| name.eq_ignore_ascii_case(host)) {
                return Err(Problem::new(
                    StatusCode::MISDIRECTED_REQUEST,
                    "this service does not answer to the host in the header Host: open it by \
                     127.0.0.1 or localhost, or let it be started with your host among the allowed \
                     ones",
                ));
            }
        }
        match header.or(authority) {
            Some(_) => Ok(()),
            None => Err(no_host()),
        }
    }
}

fn no_host() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "the header Host is missing or no host: send the one that stands in the address",
    )
}

/// Whether a text is a host without a port: a name, an IPv4 address, or an IPv6 address in brackets.
pub(crate) fn is_host(text: &str) -> bool {
    let name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    without_port(text) == Some(text)
        && match text
            .strip_prefix('[')
            .and_then(|text| text.strip_suffix(']'))
        {
            Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
            None => !text.is_empty() && text.bytes().all(name),
        }
}

/// `host` of `host` or `host:port`.
fn without_port(text: &str) -> Option<&str> {
    let end = match text.starts_with('[') {
        true => text.find(']')? + 1,
        false => text.find(':').unwrap_or(text.len()),
    };
    let (host, port) = text.split_at(end);
    let port = port.strip_prefix(':').unwrap_or(port);
    (!host.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())).then_some(host)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn status(hosts: &Hosts, host: Option<&str>, target: &str) -> u16 {
        let mut request = Request::builder().uri(target);
        if let Some(host) = host {
            request = request.header(header::HOST, host);
        }
        let request = request.body(Body::empty()).unwrap();
        hosts
            .check(&request)
            .map_or_else(|problem| problem.parts().0, |()| 200)
    }

    #[test]
    fn loopback_answers_to_its_own_names_alone() {
        let hosts = Hosts::of("127.0.0.1:80".parse().unwrap(), &["Privet.example".into()]);
        for host in [
            "localhost",
            "LOCALHOST:8080",
            "127.0.0.1:1",
            "[::1]",
            "[::1]:9",
            "privet.example:1",
        ] {
            assert_eq!(status(&hosts, Some(host), "/"), 200, "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "127.0.0.2",
            "[::2]",
            "localhost.",
        ] {
            assert_eq!(status(&hosts, Some(host), "/"), 421, "{host}");
        }
        for host in [
            "",
            ":80",
            "localhost:x",
            "localhost:80:80",
            "[::1",
            "[::1]x",
            "a@localhost:x",
        ] {
            assert_eq!(status(&hosts, Some(host), "/"), 400, "{host}");
        }
        assert_eq!(status(&hosts, None, "/"), 400);
        assert_eq!(
            status(&hosts, Some("localhost"), "http://evil.example/"),
            421
        );
        assert_eq!(
            status(&hosts, Some("evil.example"), "http://localhost/"),
            421
        );
    }

    #[test]
    fn elsewhere_hosts_count_once_they_are_named() {
        let any = "0.0.0.0:80".parse().unwrap();
        assert_eq!(Hosts::of(any, &[]), Hosts::Any);
        let named = Hosts::of(any, &["privet.example".into()]);
        assert_eq!(status(&named, Some("privet.example"), "/"), 200);
        assert_eq!(status(&named, Some("other.example"), "/"), 421);
        let mapped = "[::ffff:127.0.0.1]:80".parse().unwrap();
        assert_ne!(Hosts::of(mapped, &[]), Hosts::Any);
    }

    #[test]
    fn an_allowed_host_is_a_host() {
        for host in ["privet.example", "10.0.0.1", "[::1]", "my_host"] {
            assert!(is_host(host), "{host}");
        }
        for host in [
            "",
            "privet.example:80",
            "http://a",
            "a/b",
            "[::1]:80",
            "[x]",
            "*",
        ] {
            assert!(!is_host(host), "{host}");
        }
    }
}
