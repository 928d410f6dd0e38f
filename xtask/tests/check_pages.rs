//! Checks pages on a local server: every answer, the state between runs, and how politely it is asked.

// The helpers make answers for a server that may also give none.
#![allow(clippy::unnecessary_wraps)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use port_catalog_tests::relay::{PAGE, relay};
use port_import::curation::Curation;
use port_import::page::Layout;
use port_import::page_file::capture_text;
use tempfile::TempDir;
use xtask::check_pages::fetch::{Limits, USER_AGENT};
use xtask::check_pages::report::{PagesReport, Status};
use xtask::check_pages::{CheckPages, check_pages};

/// A request: its path, its headers with their names in lowercase, and when it began and ended.
#[derive(Clone, Debug)]
struct Request {
    host: String,
    path: String,
    headers: BTreeMap<String, String>,
    began: Instant,
    ended: Option<Instant>,
}

/// What the server answers, by path: the status, the headers and the body. Nothing means no answer at all.
type Answer = Option<(u16, Vec<(&'static str, String)>, Vec<u8>)>;

/// A server on this machine, which records every request.
struct Server {
    port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    fn new(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Server {
        Server::at("127.0.0.1", answer).unwrap()
    }

    /// A server at another address of this machine, if it has one.
    fn at(address: &str, answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Option<Server> {
        let listener = TcpListener::bind((address, 0)).ok()?;
        let port = listener.local_addr().unwrap().port();
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let (log, answer) = (Arc::clone(&requests), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                thread::spawn(move || serve(&stream.unwrap(), &log, &*answer));
            }
        });
        Some(Server { port, requests })
    }

    fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

fn serve(mut stream: &TcpStream, log: &Mutex<Vec<Request>>, answer: &dyn Fn(&Request) -> Answer) {
    let began = Instant::now();
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let Some(first) = lines.next() else { return };
    let path = first.split(' ').nth(1).unwrap().to_string();
    let headers: BTreeMap<String, String> = lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_string())))
        .collect();
    let host = headers["host"].split(':').next().unwrap().to_string();
    let request = Request { host, path, headers, began, ended: None };
    let index = {
        let mut log = log.lock().unwrap();
        log.push(request.clone());
        log.len() - 1
    };
    let Some((status, headers, body)) = answer(&request) else {
        // Until the client gives up.
        let _ = BufReader::new(stream).lines().next();
        return;
    };
    let mut head = format!("HTTP/1.1 {status} X\r\nConnection: close\r\n");
    if !headers.iter().any(|(name, _)| *name == "Content-Length") && status != 304 {
        head += &format!("Content-Length: {}\r\n", body.len());
    }
    for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
        head += &format!("{name}: {value}\r\n");
    }
    log.lock().unwrap()[index].ended = Some(Instant::now());
    let _ = stream.write_all(format!("{head}\r\n").as_bytes()).and_then(|()| stream.write_all(&body));
}

fn page(content_type: &str, body: &str) -> Answer {
    Some((200, vec![("Content-Type", content_type.to_string())], body.as_bytes().to_vec()))
}

fn status(status: u16) -> Answer {
    Some((status, Vec::new(), b"words".to_vec()))
}

fn redirect(status: u16, to: &str) -> Answer {
    Some((status, vec![("Location", to.to_string())], Vec::new()))
}

/// The page of the small product as HTML, with something that changes at every request.
fn html(counter: &str) -> String {
    let mut html = format!("<head><script>{counter}</script></head><main>");
    for line in PAGE.lines().filter(|line| !line.starts_with("|---")) {
        if let Some(heading) = line.strip_prefix("# ") {
            html += &format!("</table><h1>{heading}</h1><table>");
        } else if let Some(cells) = line.strip_prefix('|') {
            let tag = if line.contains("Peer") { "th" } else { "td" };
            let cells = cells.trim_end_matches('|').split('|');
            html += &format!("<tr>{}</tr>\n", cells.map(|cell| format!("<{tag}>{cell}</{tag}>")).collect::<String>());
        }
    }
    html + "</table></main>"
}

/// Data whose editions have the captures of the small page and the addresses of a list.
fn data(addresses: &[(&str, String)]) -> (TempDir, PathBuf) {
    let (directory, data) = relay();
    let file = data.join("curation/relay/1.toml");
    let text = fs::read_to_string(&file).unwrap();
    let curation = Curation::parse(&file, &text).unwrap();
    let mut table = "product,edition,printed_edition,document,url,retrieved,saved\n".to_string();
    fs::create_dir_all(data.join("captures/relay")).unwrap();
    for (edition, url) in addresses {
        let saved = if edition.starts_with("by-hand") { "by-hand" } else { "" };
        table += &format!("relay,{edition},{edition},Ports,{url},2026-01-31,{saved}\n");
        fs::write(data.join(format!("curation/relay/{edition}.toml")), &text).unwrap();
        let (page, layout) = match edition.starts_with("html") {
            true => (html("1"), Layout::Html),
            false => (PAGE.to_string(), Layout::Markdown),
        };
        let capture = capture_text(&page, Path::new("page"), layout, &curation).unwrap();
        fs::write(data.join(format!("captures/relay/{edition}.csv")), capture.to_csv()).unwrap();
    }
    fs::write(data.join("tables/editions.csv"), table).unwrap();
    (directory, data)
}

/// Data whose editions have addresses with their names on a server.
fn data_on(server: &Server, editions: &[&str]) -> (TempDir, PathBuf) {
    let address = |edition: &str| format!("http://127.0.0.1:{}/{edition}", server.port);
    data(&editions.iter().map(|edition| (*edition, address(edition))).collect::<Vec<_>>())
}

fn limits() -> Limits {
    // Long enough for any answer but the one that never comes.
    Limits { delay: Duration::ZERO, timeout: Duration::from_secs(3), max_bytes: 100_000 }
}

fn check(data: &Path, update: bool) -> PagesReport {
    let options = CheckPages { data: data.to_path_buf(), update, limits: limits() };
    check_pages(&options).unwrap_or_else(|diagnostics| panic!("{diagnostics:?}"))
}

fn statuses(report: &PagesReport) -> Vec<Status> {
    report.pages.iter().map(|page| page.status).collect()
}

fn answer(request: &Request) -> Answer {
    let changed = PAGE.replace("TCP/389", "TCP/390");
    match request.path.as_str() {
        "/same" | "/elsewhere" => page("text/markdown", PAGE),
        "/same.md" => page("text/plain; charset=utf-8", PAGE),
        "/html" => page("text/html; charset=utf-8", &html("2")),
        "/changed" => page("text/markdown", &changed),
        "/unreadable" => page("text/html", "<p>Please enable scripts.</p>"),
        "/latin" => Some((200, vec![("Content-Type", "text/html".into())], b"caf\xe9".to_vec())),
        "/gone" => status(410),
        "/missing" => status(404),
        "/error" => status(503),
        "/pdf" => page("application/pdf", "%PDF"),
        "/long" => page("text/html", &"x".repeat(200_000)),
        "/endless" => {
            let headers = vec![("Content-Type", "text/html".to_string()), ("Content-Length", String::new())];
            Some((200, headers, vec![b'x'; 200_000]))
        }
        "/moved" => redirect(301, "/moved-again"),
        "/moved-again" => redirect(308, "elsewhere"),
        "/moved-and-changed" => redirect(301, "changed"),
        "/for-now" => redirect(302, "/elsewhere"),
        "/loop" => redirect(301, "/loop"),
        "/insecure" => redirect(301, "http://acme.example/"),
        _ => None,
    }
}

const EDITIONS: [&str; 20] = [
    "same",
    "same.md",
    "html",
    "changed",
    "unreadable",
    "latin",
    "gone",
    "missing",
    "error",
    "pdf",
    "long",
    "endless",
    "moved",
    "moved-and-changed",
    "for-now",
    "loop",
    "insecure",
    "slow",
    "by-hand",
    "by-hand-2",
];

#[test]
fn every_answer_is_reported() {
    let server = Server::new(answer);
    let (_directory, data) = data_on(&server, &EDITIONS);
    let report = check(&data, false);
    let (text, markdown) = (report.to_string(), report.to_markdown());
    let json = serde_json::to_string_pretty(&report).unwrap();
    let without_port = |text: &str| text.replace(&format!(":{}", server.port), ":PORT");
    let expected = "\
unchanged  relay@same http://127.0.0.1:PORT/same
unchanged  relay@same.md http://127.0.0.1:PORT/same.md
unchanged  relay@html http://127.0.0.1:PORT/html
changed    relay@changed http://127.0.0.1:PORT/changed: the page would add 1 line to its capture and remove 1
";
    let text = without_port(&text);
    assert!(text.starts_with(expected), "{text}");
    port_catalog_tests::assert_snapshot("check_pages_text", &text);
    port_catalog_tests::assert_snapshot("check_pages_markdown", &without_port(&markdown));
    assert!(
        json.contains("\"status\": \"wrong-type\"") && json.contains("\"moved_to\": \"http://127.0.0.1:"),
        "{json}"
    );
    assert!(report.has_changes());
    // The same again, in whatever order the answers came.
    assert_eq!(check(&data, false).pages, report.pages);
    // Pages that are saved by hand aren't fetched, and nothing is recorded without --update.
    assert!(!server.requests().iter().any(|request| request.path.starts_with("/by-hand")));
    assert!(!data.join("pages.csv").exists());
    assert!(server.requests().iter().all(|request| request.headers["user-agent"] == USER_AGENT));
}

#[test]
fn what_was_recorded_is_not_a_change_until_it_changes_again() {
    use Status::{Changed, Gone, Unchanged};

    let text = Arc::new(Mutex::new("Please enable scripts.".to_string()));
    let words = Arc::clone(&text);
    let server = Server::new(move |request| match request.path.as_str() {
        "/app" => page("text/html", &format!("<script>{}</script><p>{}", request.headers.len(), words.lock().unwrap())),
        _ => answer(request),
    });
    let (_directory, data) = data_on(&server, &["app", "changed", "same", "gone"]);
    assert_eq!(statuses(&check(&data, false)), [Changed, Changed, Unchanged, Gone]);
    assert_eq!(statuses(&check(&data, true)), [Changed, Changed, Unchanged, Gone]);
    let table = fs::read_to_string(data.join("pages.csv")).unwrap();
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!(rows.len(), 4, "{table}");
    assert_eq!(rows[0], "product,edition,url,etag,last_modified,digest,capture,status");
    assert!(rows[1].starts_with("relay,app,http://127.0.0.1:") && rows[1].ends_with(",accepted"), "{table}");
    assert!(rows[2].ends_with(",accepted") && rows[3].ends_with(",capture"), "{table}");
    let report = check(&data, true);
    assert_eq!(statuses(&report), [Unchanged, Unchanged, Unchanged, Gone]);
    assert_eq!(fs::read_to_string(data.join("pages.csv")).unwrap(), table);
    *text.lock().unwrap() = "Please allow scripts.".to_string();
    let report = check(&data, false);
    assert_eq!(statuses(&report), [Changed, Unchanged, Unchanged, Gone]);
    assert!(report.pages[0].detail.contains("isn't the one that was recorded"), "{report}");
    // What was recorded about another capture doesn't count.
    let capture = data.join("captures/relay/changed.csv");
    fs::write(&capture, fs::read_to_string(&capture).unwrap().replace("UDP/389", "UDP/391")).unwrap();
    assert_eq!(statuses(&check(&data, false))[1], Changed);
}

#[test]
fn a_page_that_the_server_calls_unmodified_is_not_sent_again() {
    let server = Server::new(|request| {
        let is_known = request.headers.get("if-none-match").is_some_and(|etag| etag == "\"1\"")
            && request.headers.get("if-modified-since").is_some_and(|date| date == "Sat, 31 Jan 2026 10:00:00 GMT");
        let validators = vec![
            ("Content-Type", "text/markdown".to_string()),
            ("ETag", "\"1\"".to_string()),
            ("Last-Modified", "Sat, 31 Jan 2026 10:00:00 GMT".to_string()),
        ];
        match (request.path.as_str(), is_known) {
            ("/away", _) => redirect(302, "/there"),
            (_, true) => Some((304, validators, Vec::new())),
            _ => Some((200, validators, PAGE.into())),
        }
    });
    let (_directory, data) = data_on(&server, &["here", "away"]);
    assert!(!check(&data, true).has_changes());
    let before = server.requests().len();
    let report = check(&data, true);
    assert!(!report.has_changes(), "{report}");
    let asked: Vec<_> = server.requests()[before..]
        .iter()
        .map(|request| (request.path.clone(), request.headers.contains_key("if-none-match")))
        .collect();
    // The conditions are those of the address that answered.
    assert_eq!(asked, [("/here".into(), true), ("/away".into(), false), ("/there".into(), true)]);
    // A new capture is compared with the whole page again.
    let capture = data.join("captures/relay/here.csv");
    fs::write(&capture, fs::read_to_string(&capture).unwrap().replace("UDP/389", "UDP/391")).unwrap();
    assert_eq!(statuses(&check(&data, false)), [Status::Changed, Status::Unchanged]);
}

#[test]
fn a_host_gets_one_request_at_a_time_with_pauses() {
    let server = Server::new(|_| page("text/markdown", PAGE));
    let (_directory, data) = data_on(&server, &["a1", "a2", "a3"]);
    let delay = Duration::from_millis(50);
    let options = CheckPages { data, update: false, limits: Limits { delay, ..limits() } };
    assert!(!check_pages(&options).unwrap().has_changes());
    let requests = server.requests();
    assert_eq!(requests.iter().map(|request| request.path.as_str()).collect::<Vec<_>>(), ["/a1", "/a2", "/a3"]);
    for pair in requests.windows(2) {
        assert!(pair[1].began >= pair[0].ended.unwrap() + delay, "{pair:?}");
    }
}

/// The requests that are being answered, by host.
#[derive(Default)]
struct Active {
    now: BTreeMap<String, usize>,
    most_of_a_host: usize,
    most: usize,
}

#[test]
fn four_hosts_are_asked_at_a_time_and_redirects_wait_for_their_turn() {
    const HOSTS: u8 = 8;
    let active: Arc<Mutex<Active>> = Arc::default();
    let all = Arc::new(Barrier::new(4));
    let mut servers = Vec::new();
    for host in 1..=HOSTS {
        let (active, all) = (Arc::clone(&active), Arc::clone(&all));
        let answer = move |request: &Request| {
            {
                let mut active = active.lock().unwrap();
                let of_host = active.now.entry(request.host.clone()).or_default();
                *of_host += 1;
                active.most_of_a_host = active.most_of_a_host.max(active.now[&request.host]);
                active.most = active.most.max(active.now.values().sum());
            }
            let answer = match request.path.strip_prefix("/to/") {
                // If fewer hosts were asked at a time, nobody would get an answer.
                None if request.path.starts_with("/wait") => {
                    all.wait();
                    page("text/markdown", PAGE)
                }
                None => {
                    thread::sleep(Duration::from_millis(20));
                    page("text/markdown", PAGE)
                }
                Some(address) => redirect(302, &format!("http://{address}/page")),
            };
            *active.lock().unwrap().now.get_mut(&request.host).unwrap() -= 1;
            answer
        };
        let Some(server) = Server::at(&format!("127.0.0.{host}"), answer) else {
            port_catalog_tests::tools::missing("this machine has only one loopback address");
            return;
        };
        servers.push((format!("127.0.0.{host}:{}", server.port), server));
    }
    let names: Vec<String> = (0..HOSTS).map(|host| format!("wait-{host}")).collect();
    let addresses = |path: &dyn Fn(usize) -> String| -> Vec<(&str, String)> {
        let address = |(index, name): (usize, _)| (name, format!("http://{}/{}", servers[index].0, path(index)));
        names.iter().map(String::as_str).enumerate().map(address).collect()
    };
    let (_directory, data) = data(&addresses(&|_| "wait".to_string()));
    assert!(!check(&data, false).has_changes());
    {
        let active = active.lock().unwrap();
        assert_eq!((active.most, active.most_of_a_host), (4, 1));
    }
    // All pages redirect to one host.
    let (_directory, data) = self::data(&addresses(&|_| format!("to/{}", servers[0].0)));
    let report = check(&data, false);
    assert!(!report.has_changes(), "{report}");
    assert_eq!(active.lock().unwrap().most_of_a_host, 1);
    assert_eq!(servers[0].1.requests().iter().filter(|request| request.path == "/page").count(), usize::from(HOSTS));
}

#[test]
fn a_table_of_pages_that_somebody_edited_is_rejected() {
    let server = Server::new(answer);
    let (_directory, data) = data_on(&server, &["same"]);
    let file = data.join("pages.csv");
    for (text, expected) in [
        ("product,edition\n", "pages.csv:1: columns aren't product, edition, url"),
        (
            "product,edition,url,etag,last_modified,digest,capture,status\nrelay,same,,,,,,good\n",
            "pages.csv:2:17: status is neither capture nor accepted (found \"good\"); write the file with",
        ),
    ] {
        fs::write(&file, text).unwrap();
        let options = CheckPages { data: data.clone(), update: true, limits: limits() };
        let diagnostics = check_pages(&options).unwrap_err();
        assert!(diagnostics[0].to_string().contains(expected), "{diagnostics:?}");
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }
    assert!(server.requests().is_empty());
}

#[test]
fn a_draft_has_no_page_to_compare() {
    let server = Server::new(answer);
    let (_directory, data) = data_on(&server, &["same", "changed"]);
    let curation = data.join("curation/relay/changed.toml");
    let text = fs::read_to_string(&curation).unwrap();
    fs::write(&curation, text.replace("purpose = \"Take mail\"", "purpose = \"FIXME\"")).unwrap();
    assert_eq!(statuses(&check(&data, false)), [Status::Unchanged]);
    assert_eq!(server.requests().len(), 1, "the page of the draft isn't fetched");
}
