//! Who the request was meant for.
//!
//! A page of another site can make a browser ask `http://its-name:port/` after pointing that name at
//! 127.0.0.1 (DNS rebinding); to the browser that is the site's own origin, and it may read the answers.
//! Its name still stands in the header Host, so a service answers to names that it was told only. An address
//! in numbers is nobody's name, and cannot be pointed elsewhere.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::extract::Request;
use axum::http::{StatusCode, header};

use super::single;
use crate::problem::Problem;

/// The hosts that are answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hosts {
    /// In lower case, without ports.
    names: Vec<String>,
    /// Whether every address in numbers is one of them too.
    addresses: bool,
}

impl Hosts {
    /// The names of loopback and `allowed` for a service bound to `address`; any address in numbers too where
    /// it is not on loopback and none is named.
    pub(crate) fn of(address: SocketAddr, allowed: &[String]) -> Self {
        let ip = address.ip().to_canonical();
        let mut names = ["localhost", "127.0.0.1", "[::1]"]
            .map(str::to_owned)
            .to_vec();
        names.push(match ip {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => format!("[{ip}]"),
        });
        names.extend(allowed.iter().map(|host| host.to_ascii_lowercase()));
        Self {
            names,
            addresses: allowed.is_empty() && !ip.is_loopback(),
        }
    }

    fn has(&self, host: &str) -> bool {
        let named = self
            .names
            .iter()
            .any(|name| name.eq_ignore_ascii_case(host));
        named || (self.addresses && is_address(host))
    }

    /// # Errors
    /// 400 where the header Host is missing or no host, 421 where it is another's.
    pub(super) fn check(&self, request: &Request) -> Result<(), Problem> {
        // A request line may hold a whole address, which counts more than the header.
        let header = single(request, &header::HOST)?;
        let authority = request
            .uri()
            .authority()
            .map(|authority| authority.as_str());
        for text in [header, authority].into_iter().flatten() {
            let host = without_port(text).ok_or_else(no_host)?;
            if !self.has(host) {
                return Err(Problem::new(
                    StatusCode::MISDIRECTED_REQUEST,
                    "this service does not answer to the host in the header Host: open it by its \
                     address in numbers, such as 127.0.0.1, or let it be started with that host among \
                     the allowed ones (`privet serve --allowed-host NAME`)",
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
        && (is_address(text) || (!text.is_empty() && text.bytes().all(name)))
}

/// Whether a host is an address in numbers: IPv4, or IPv6 in brackets.
fn is_address(host: &str) -> bool {
    let inside = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    match inside {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => host.parse::<Ipv4Addr>().is_ok(),
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
    fn elsewhere_names_have_to_be_allowed_and_addresses_need_not() {
        let any = "0.0.0.0:80".parse().unwrap();
        let open = Hosts::of(any, &[]);
        for host in ["192.168.1.7:8080", "[fe80::1]:8080", "[::1]", "localhost"] {
            assert_eq!(status(&open, Some(host), "/"), 200, "{host}");
        }
        for host in [
            "rebound.example",
            "192.168.1.7.example",
            "1.2.3",
            "[x]",
            "localhost.example",
        ] {
            assert_eq!(status(&open, Some(host), "/"), 421, "{host}");
        }
        assert_eq!(
            status(&open, Some("192.168.1.7"), "http://evil.example/"),
            421
        );
        let named = Hosts::of(any, &["privet.example".into()]);
        assert_eq!(status(&named, Some("privet.example"), "/"), 200);
        assert_eq!(status(&named, Some("other.example"), "/"), 421);
        assert_eq!(status(&named, Some("192.168.1.7"), "/"), 421);
        let mapped = Hosts::of("[::ffff:127.0.0.1]:80".parse().unwrap(), &[]);
        assert_eq!(status(&mapped, Some("192.168.1.7"), "/"), 421);
        assert_eq!(status(&mapped, Some("127.0.0.1"), "/"), 200);
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
