//! A small product with a page and a curation written for the tests.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

/// The page of the small product.
pub const PAGE: &str = "\
# Inbound

| Peer | Use | Ports | Remarks |
|---|---|---|---|
| Mail clients | Send mail | TCP/25 or 465 | Ask the help desk. |
| Console | Administer | TCP/443 (default) | |

# Outbound

| Peer | Use | Ports | Remarks |
|---|---|---|---|
| Directory | Look up users | TCP/389 | See ldap.acme.example or port 636. |
| | Look up groups | UDP/389 | |
";

/// The curation of the small product, all of it in the file of its only edition.
pub const CURATION: &str = r#"
layout = "markdown"
columns = [
    { head = "Peer", is = "peer" },
    { head = "Use", is = "label" },
    { head = "Ports", is = "ports" },
    { head = "Remarks", is = "note" },
]
tables = [
    { heading = "Inbound", section = "Inbound", direction = "inbound" },
    { heading = "Outbound", section = "Outbound", direction = "outbound" },
]

[peers]
"Mail clients" = "client"
"Console" = "admin"
"Directory" = "ldap-server"

[flow.relay-in-client]
row = { peer = "Mail clients", label = "Send mail" }
purpose = "Take mail"
services = { 25 = "smtp", 465 = "smtps" }

[flow.relay-in-admin]
row = { peer = "Console" }
purpose = "Administer the relay"

[flow.relay-out-ldap-users]
row = { label = "Look up users" }
purpose = "Look up users"
other_numbers = ["636"]

[flow.relay-out-ldap-groups]
row = { label = "Look up groups" }
purpose = "Look up groups"
adds = { peer = "ldap-server", reason = "The cell is empty." }
"#;

/// The curation of [`html_page`].
pub const HTML_CURATION: &str = r#"layout = "html"
columns = [{ head = "Peer", is = "peer" }, { head = "Use", is = "label" }, { head = "Ports", is = "ports" }]
tables = [{ heading = "Inbound", section = "Inbound", direction = "inbound" }]

[peers]
"Mail clients" = "client"
"Browser" = "admin"

[flow.relay-in-mail]
row = { label = "Receive mail" }
purpose = "Receive mail"

[flow.relay-in-web]
row = { label = "Administer" }
purpose = "Administer"
"#;

/// A page of HTML with two rows, with the markup of their ports.
pub fn html_page(mail: &str, web: &str) -> String {
    format!(
        "<h2>Inbound</h2>\n<table>\n<tr><th>Peer</th><th>Use</th><th>Ports</th></tr>\n\
         <tr><td>Mail clients</td><td>Receive mail</td><td>{mail}</td></tr>\n\
         <tr><td>Browser</td><td>Administer</td><td>{web}</td></tr>\n</table>\n"
    )
}

/// The data of the small product in a temporary directory, before its first regeneration, next to its page `relay.md`.
///
/// # Panics
///
/// If the directory can't be written.
pub fn relay() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let write = |path: &str, text: &str| {
        let path = data.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("tables/vendors.csv", "id,name,url\nacme,Acme,https://acme.example\n");
    write("tables/products.csv", "id,vendor,name\nrelay,acme,Relay\n");
    write(
        "tables/editions.csv",
        "product,edition,printed_edition,document,url,retrieved\nrelay,1,1,Ports,https://acme.example/ports,2026-01-31\n",
    );
    write(
        "tables/peers.csv",
        "id,name,kind,description\nclient,Client,role,A client\nadmin,Administrator,role,A person\nldap-server,LDAP server,role,A directory\n",
    );
    write(
        "tables/services.csv",
        "id,name,transports,port,description\nsmtp,SMTP,tcp,25,Mail\nsmtps,SMTPS,tcp,465,Mail\n",
    );
    write("curation/relay/flows.toml", "");
    write("curation/relay/1.toml", CURATION);
    fs::write(directory.path().join("relay.md"), PAGE).unwrap();
    (directory, data)
}

/// The same data with the flows and their ends in the file that all editions share, but for the other numbers of one flow.
///
/// # Panics
///
/// If the directory can't be written.
pub fn relay_with_shared_flows() -> (TempDir, PathBuf) {
    let (directory, data) = relay();
    let (keys, flows) = CURATION.split_at(CURATION.find("[peers]").unwrap());
    let numbers = "other_numbers = [\"636\"]\n";
    fs::write(data.join("curation/relay/flows.toml"), listed_flows(flows).replace(numbers, "")).unwrap();
    let keys = format!("{}[flow]\nrelay-out-ldap-users.{numbers}", keys.trim_start());
    fs::write(data.join("curation/relay/1.toml"), keys).unwrap();
    (directory, data)
}

/// The flows of an edition as the file of all editions lists them.
pub fn listed_flows(flows: &str) -> String {
    let list = |line: &str| match line.strip_prefix("[flow.").and_then(|rest| rest.strip_suffix(']')) {
        Some(id) => format!("[[flow]]\nid = \"{id}\"\n"),
        None => format!("{line}\n"),
    };
    flows.lines().map(list).collect()
}
