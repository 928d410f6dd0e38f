//! Measures each reader, the port cells and a whole regeneration with a page of 10,000 rows.
//!
//! `cargo run --release -p port-import --example page_times`

use port_import::page::{Hints, Layout, read};
use port_import::regenerate::{Outcome, PageFacts, RegenerateOptions, regenerate};
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

const ROWS: usize = 10_000;

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

/// A page and its hints.
fn page(layout: Layout) -> (String, Hints) {
    let mut hints = Hints::default();
    let mut text = match layout {
        Layout::Bars => "Ports |\n||\n---|---|---\nPurpose |\nPort |\n|\n".to_owned(),
        Layout::Values => "Peer\n\nUse\n\nProtocol\n\nPort\n\nWay\n\n".to_owned(),
        Layout::Broken => "Peer | Port | Way | Use |\n---|---|---|---|\n".to_owned(),
        Layout::Pipes => "| Peer |\nPort |\nWay |\nUse |\n".to_owned(),
        Layout::Html => {
            "<html><body><div id='mc-main-content'><h1>Ports</h1><table><thead><tr><th>Peer</th><th>Use</th>\
                         <th>Port</th></tr></thead><tbody>"
                .to_owned()
        }
        Layout::Markdown => "# Ports\n\n| Peer | Use | Port |\n|---|---|---|\n".to_owned(),
        Layout::Csv => "Peer,Use,Port\n".to_owned(),
        Layout::Dita => "<topic><table><tgroup><tbody>\n<row><entry>Peer</entry><entry>Port</entry></row>\n".to_owned(),
        Layout::Rst | Layout::Adoc => String::new(),
    };
    if layout == Layout::Values {
        hints.columns = strings(&["Peer", "Use", "Protocol", "Port", "Way"]);
        hints.spanning = strings(&["Peer"]);
        hints.values = [
            ("Protocol".to_owned(), strings(&["TCP", "UDP"])),
            ("Way".to_owned(), strings(&["In", "Out"])),
            ("Peer".to_owned(), (0..ROWS / 2).map(|number| format!("Host {number}")).collect()),
        ]
        .into();
    }
    for row in 0..ROWS {
        let (port, host, spans) = (row + 1, row / 2, row % 2 == 1);
        match layout {
            Layout::Bars if spans => write!(text, "Fetch mail |\nTCP/{port} or 465 |\n|\n"),
            Layout::Bars => write!(text, "Host {host} |\nSend mail |\nTCP/{port} or 465 |\n"),
            Layout::Values if spans => write!(text, "Fetch mail\n\nUDP\n\nIKE 500\n\nESP\n\nOut\n\n"),
            Layout::Values => write!(text, "Host {host}\n\nSend mail\n\nTCP\n\n{port}\n\nIn\n\n"),
            Layout::Broken => write!(text, "Host {host} |\n{port} 1434 | Inbound | Some words\non it |\n"),
            Layout::Pipes => write!(text, "| Host {host} |\n{port} |\nInbound |\nSome words\non it |\n"),
            Layout::Html if spans => write!(text, "<tr>\r\n<td>Fetch&nbsp;mail</td>\r\n<td>TCP/{port}<sup>1</sup></td></tr>\r\n"),
            Layout::Html => write!(
                text,
                "<tr class='TableStyle-Body'>\r\n<td rowspan='2' style='x'><p><a class='MCXref' href='y'>Host {host}</a></p></td>\r\n\
                 <td>Send mail</td>\r\n<td><p>TCP/{port}</p><p>465</p></td></tr>\r\n"
            ),
            Layout::Markdown => writeln!(text, "| **Host {host}** | Send \\| fetch<br>mail | `TCP/{port}` |"),
            Layout::Dita => writeln!(text, "<row><entry>Host {host}</entry><entry>TCP/{port}</entry></row>"),
            Layout::Rst | Layout::Adoc => Ok(()),
            Layout::Csv => writeln!(text, "Host {host},\"Send, fetch\",TCP/{port}"),
        }
        .expect("strings take all text");
    }
    if layout == Layout::Dita {
        text.push_str("</tbody></tgroup></table></topic>");
    }
    (text, hints)
}

fn fastest(mut run: impl FnMut()) -> Duration {
    let times = (0..5).map(|_| {
        let start = Instant::now();
        run();
        start.elapsed()
    });
    times.min().unwrap_or_default()
}

fn main() {
    for layout in Layout::ALL.into_iter().filter(|layout| !layout.needs_converter()) {
        let (text, hints) = page(layout);
        let rows = read(Path::new("page"), &text, layout, &hints)
            .map(|page| page.tables.iter().map(|table| table.rows.len()).sum::<usize>());
        let time = fastest(|| drop(read(Path::new("page"), &text, layout, &hints)));
        println!(
            "{layout:?}: {} rows, {} kB, {time:.1?}",
            rows.unwrap_or_else(|errors| panic!("{}", errors[0])),
            text.len() / 1000
        );
    }
    let cells: Vec<String> = (1..=ROWS).map(|port| format!("UDP/{port} or 8888, TCP/443 (HTTPS)")).collect();
    let time = fastest(|| {
        for cell in &cells {
            drop(port_import::port_cell::parse(cell, None));
        }
    });
    println!("port cells: {ROWS}, {time:.1?}");
    regeneration();
}

/// Measures a regeneration of a product with a flow for each row of its page.
fn regeneration() {
    let directory = tempfile::tempdir().expect("there is room");
    let data = directory.path().join("data");
    let write = |path: &str, text: &str| {
        let path = data.join(path);
        fs::create_dir_all(path.parent().expect("a path in a directory")).expect("there is room");
        fs::write(path, text).expect("there is room");
    };
    write("tables/vendors.csv", "id,name,url\nacme,Acme,https://acme.example\n");
    write("tables/products.csv", "id,vendor,name\nrelay,acme,Relay\n");
    write(
        "tables/editions.csv",
        "product,edition,printed_edition,document,url\nrelay,1,1,Ports,https://acme.example\n",
    );
    write("tables/peers.csv", "id,name,kind,description\nclient,Client,role,A client\n");
    write("tables/services.csv", "id,name,transports,port,description\nsmtp,SMTP,tcp,25,Mail\n");
    let mut page = "# Ports\n\n| Peer | Use | Port |\n|---|---|---|\n".to_string();
    let mut curation = "layout = \"markdown\"\ncolumns = [{ head = \"Peer\", is = \"peer\" }, { head = \"Use\", is = \"label\" }, \
                        { head = \"Port\", is = \"ports\" }]\ntables = [{ direction = \"inbound\" }]\n[peers]\n\"Client\" = \"client\"\n"
        .to_string();
    for row in 1..=ROWS {
        page += &format!("| Client | Use x{row} | TCP/{row} |\n");
        curation +=
            &format!("[[flow]]\nid = \"relay-in-{row}\"\nrow = {{ label = \"Use x{row}\" }}\npurpose = \"Use\"\n");
    }
    write("curation/relay/flows.toml", "");
    write("curation/relay/1.toml", &curation);
    let doc = directory.path().join("relay.md");
    fs::write(&doc, page).expect("there is room");
    let regeneration = RegenerateOptions {
        data: data.clone(),
        root: data,
        docs: vec![("relay".to_string(), doc)],
        docs_directory: None,
        out: None,
        no_drafts: false,
        check: false,
        page_facts: PageFacts::default(),
    };
    for run in ["first", "again"] {
        let start = Instant::now();
        let (report, end) = regenerate(&regeneration);
        assert_eq!(end, Outcome::Done, "{report}");
        println!("regeneration, {run}: {ROWS} rows, {:.1?}", start.elapsed());
    }
}
