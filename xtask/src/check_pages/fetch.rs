//! Fetches pages politely: one at a time from each host, with a pause, and only what changed.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use fluent_uri::{Uri, UriRef};
use ureq::http::Response;
use ureq::{Agent, Body};

/// How the program introduces itself to servers.
pub const USER_AGENT: &str =
    concat!("port-catalog-check-pages/", env!("CARGO_PKG_VERSION"), " (+", env!("CARGO_PKG_REPOSITORY"), ")");

/// The number of redirects that are followed.
const MAX_REDIRECTS: usize = 10;

/// How much time and space a page may take.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The pause between the requests to one host.
    pub delay: Duration,
    /// The time for one request.
    pub timeout: Duration,
    /// The size of a page.
    pub max_bytes: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            delay: Duration::from_secs(2),
            timeout: Duration::from_secs(60),
            max_bytes: port_import::page::MAX_BYTES as u64,
        }
    }
}

/// What is known about an address, so that the server needn't send the same page again.
#[derive(Clone, Copy, Debug)]
pub struct Conditions<'a> {
    /// The address that answered. The conditions say nothing about others.
    pub url: &'a str,
    /// The version that it sent.
    pub etag: Option<&'a str>,
    /// The time that it sent.
    pub last_modified: Option<&'a str>,
}

/// What a server answered, perhaps after redirects.
#[derive(Debug)]
pub struct Fetched {
    /// The answer.
    pub outcome: Outcome,
    /// The address that answered.
    pub url: String,
    /// The redirects: each with its status and its target.
    pub redirects: Vec<String>,
    /// The new address of a page that moved permanently.
    pub moved_to: Option<String>,
}

/// An answer.
#[derive(Debug)]
pub enum Outcome {
    /// A page.
    Page {
        /// Its bytes.
        body: Vec<u8>,
        /// Its type.
        content_type: String,
        /// Its version.
        etag: Option<String>,
        /// When it changed.
        last_modified: Option<String>,
    },
    /// The page is the one of the conditions.
    NotModified,
    /// There is no such page any more.
    Gone(u16),
    /// The page is too large.
    TooLarge,
    /// The page can't be fetched, and why.
    Failed(String),
}

/// When the last request to a host ended. Whoever holds the lock may ask the host.
type Gate = Arc<Mutex<Option<Instant>>>;

/// Fetches pages.
#[derive(Debug)]
pub struct Fetcher {
    agent: Agent,
    /// How much a page may take.
    pub limits: Limits,
    gates: Mutex<HashMap<String, Gate>>,
}

impl Fetcher {
    /// A client with some limits.
    #[must_use]
    pub fn new(limits: Limits) -> Fetcher {
        let config = Agent::config_builder()
            .user_agent(USER_AGENT)
            .accept("text/html, text/markdown, text/plain;q=0.9, text/csv;q=0.9, */*;q=0.1")
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(limits.timeout))
            .build();
        Fetcher { agent: config.into(), limits, gates: Mutex::default() }
    }

    /// Fetches a page, and follows redirects.
    pub fn fetch(&self, url: &str, conditions: Option<&Conditions<'_>>) -> Fetched {
        let mut fetched =
            Fetched { outcome: Outcome::NotModified, url: url.to_string(), redirects: Vec::new(), moved_to: None };
        let mut is_permanent = true;
        let mut visited = vec![fetched.url.clone()];
        fetched.outcome = loop {
            let conditions = conditions.filter(|conditions| conditions.url == fetched.url);
            match self.request(&fetched.url, conditions) {
                Ok(Answer::Redirect { status, to }) => {
                    is_permanent &= matches!(status, 301 | 308);
                    fetched.redirects.push(format!("{status} {to}"));
                    let is_circle = visited.contains(&to);
                    if is_circle || fetched.redirects.len() > MAX_REDIRECTS {
                        // A page that never answers didn't move.
                        fetched.moved_to = None;
                        break Outcome::Failed(match is_circle {
                            true => "redirects lead in a circle".to_string(),
                            false => format!("more than {MAX_REDIRECTS} redirects"),
                        });
                    }
                    if is_permanent {
                        fetched.moved_to = Some(to.clone());
                    }
                    visited.push(to.clone());
                    fetched.url = to;
                }
                Ok(Answer::Final(outcome)) => break outcome,
                Err(why) => break Outcome::Failed(why),
            }
        };
        fetched
    }

    /// One request, after the pause that its host gets.
    fn request(&self, url: &str, conditions: Option<&Conditions<'_>>) -> Result<Answer, String> {
        let host = host(url)?;
        let gate = Arc::clone(self.gates.lock().map_err(|error| error.to_string())?.entry(host.clone()).or_default());
        let mut last = gate.lock().map_err(|error| error.to_string())?;
        if let Some(last) = *last {
            thread::sleep(self.limits.delay.saturating_sub(last.elapsed()));
        }
        let answer = self.request_now(url, is_loopback(&host), conditions);
        *last = Some(Instant::now());
        answer
    }

    fn request_now(&self, url: &str, is_local: bool, conditions: Option<&Conditions<'_>>) -> Result<Answer, String> {
        let mut request = self.agent.get(url);
        if is_local {
            // A proxy can't reach this machine.
            request = request.config().proxy(None).build();
        }
        for (name, value) in conditions.into_iter().flat_map(|conditions| {
            [("If-None-Match", conditions.etag), ("If-Modified-Since", conditions.last_modified)]
        }) {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let response = request.call().map_err(|error| self.failure(&error))?;
        let status = response.status().as_u16();
        Ok(match (status, header(&response, "location")) {
            (301 | 302 | 303 | 307 | 308, Some(location)) => Answer::Redirect { status, to: resolve(url, &location)? },
            (200, _) => Answer::Final(self.page(response)?),
            (304, _) => Answer::Final(Outcome::NotModified),
            (404 | 410, _) => Answer::Final(Outcome::Gone(status)),
            _ => return Err(format!("the server answers {status}")),
        })
    }

    /// Reads a page up to the limit.
    fn page(&self, mut response: Response<Body>) -> Result<Outcome, String> {
        if response.body().content_length().is_some_and(|length| length > self.limits.max_bytes) {
            return Ok(Outcome::TooLarge);
        }
        let body = match response.body_mut().with_config().limit(self.limits.max_bytes).read_to_vec() {
            Ok(body) => body,
            Err(ureq::Error::BodyExceedsLimit(_)) => return Ok(Outcome::TooLarge),
            Err(error) => return Err(self.failure(&error)),
        };
        Ok(Outcome::Page {
            body,
            content_type: header(&response, "content-type").unwrap_or_default(),
            etag: header(&response, "etag"),
            last_modified: header(&response, "last-modified"),
        })
    }

    fn failure(&self, error: &ureq::Error) -> String {
        match error {
            ureq::Error::Timeout(_) => format!("no answer within {} seconds", self.limits.timeout.as_secs_f32()),
            _ => error.to_string().replace('\n', ", "),
        }
    }
}

enum Answer {
    Redirect { status: u16, to: String },
    Final(Outcome),
}

/// A header, if it consists of visible ASCII.
fn header(response: &Response<Body>, name: &str) -> Option<String> {
    let value = response.headers().get(name)?.to_str().ok()?.trim();
    (!value.is_empty()).then(|| value.to_string())
}

/// The host of an address that may be fetched: with TLS, or on this machine.
///
/// # Errors
///
/// Why it may not be fetched.
pub fn host(url: &str) -> Result<String, String> {
    let uri = Uri::parse(url).map_err(|error| format!("invalid address {url:?} ({error})"))?;
    let host = uri.authority().map(|authority| authority.host().to_lowercase()).unwrap_or_default();
    match uri.scheme().as_str() {
        _ if host.is_empty() => Err(format!("address without a host ({url:?})")),
        "https" => Ok(host),
        "http" if is_loopback(&host) => Ok(host),
        _ => Err(format!("address isn't https ({url:?})")),
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// The target of a redirect, which may be relative, without its fragment.
fn resolve(url: &str, location: &str) -> Result<String, String> {
    let invalid = || format!("redirect to an invalid address ({location:?})");
    let base = Uri::parse(url).map_err(|_| invalid())?;
    let base = base.strip_fragment();
    let target = UriRef::parse(location).map_err(|_| invalid())?;
    let target = target.resolve_against(&base).map_err(|_| invalid())?;
    Ok(target.strip_fragment().to_string())
}

#[cfg(test)]
mod tests {
    use super::{USER_AGENT, host, resolve};

    #[test]
    fn only_addresses_with_tls_or_on_this_machine_may_be_fetched() {
        for (url, expected) in [
            ("https://Acme.example:8443/a", "acme.example"),
            ("http://127.0.0.1:80/a", "127.0.0.1"),
            ("http://[::1]/", "[::1]"),
            ("http://localhost:1/", "localhost"),
        ] {
            assert_eq!(host(url).as_deref(), Ok(expected));
        }
        for url in
            ["http://acme.example/", "ftp://acme.example/", "file:///etc/hosts", "/a", "https://", "https://a b/"]
        {
            assert!(host(url).is_err(), "{url}");
        }
    }

    #[test]
    fn redirects_may_be_relative() {
        let from = "https://acme.example/a/b?c#d";
        for (location, expected) in [
            ("../e", "https://acme.example/e"),
            ("/e?f#g", "https://acme.example/e?f"),
            ("//b.example/", "https://b.example/"),
            ("https://b.example/x", "https://b.example/x"),
        ] {
            assert_eq!(resolve(from, location).as_deref(), Ok(expected));
        }
        assert!(resolve(from, "https://a b/").is_err());
    }

    #[test]
    fn servers_learn_which_project_asks() {
        assert!(
            USER_AGENT.starts_with("port-catalog-check-pages/") && USER_AGENT.contains("(+https://"),
            "{USER_AGENT}"
        );
    }
}
