//! The cases.

use port_catalog_tests::diagnostics::Cases;

use crate::harness::{Product, flow, page};

const FILE: &str = "port-import/tests/updates/cases.txt";

const INBOUND: &str = "tables = [{ direction = \"inbound\" }]\n";
const PEERS: &str = "\n[peers]\n\"Mail servers\" = \"email-server\"\n\"Browser\" = \"admin\"\n";
const BROWSER: &str = "\n[peers]\n\"Browser\" = \"admin\"\n";
const MAIL: &str = "Mail servers | Receive mail | TCP/25 or TCP/465 | ";
const WEB: &str = "Browser | Administer | TCP/8443 | ";

/// A page with two rows, each with a label as its key.
fn mail_and_web() -> Product {
    let flows = flow("in-mail", "label = \"Receive mail\"") + &flow("in-web", "label = \"Administer\"");
    let product = Product::new(&format!("{INBOUND}{PEERS}{flows}"));
    product.accept(&page(&[MAIL, WEB]));
    product
}

/// Two rows that differ only in prose. The flows have the same key, which doesn't name it.
fn twins(more: &str) -> Product {
    let key = "peer = \"Internet\", label = \"Server\", ports = \"TCP/443\"";
    let flows = flow("out-policies", key) + &flow("out-reports", key) + more;
    Product::new(&format!("tables = [{{ direction = \"outbound\" }}]\n\n[peers]\n\"Internet\" = \"internet\"\n{flows}"))
}

const POLICIES: &str = "Internet | Server | TCP/443 | Fetches policies";
const REPORTS: &str = "Internet | Server | TCP/443 | Delivers reports";
const LOCATIONS: &str = "Internet | Server | TCP/443 | Fetches locations";

/// Rows that differ only in ports. The flows have the same key.
fn ports(keys: [&str; 2]) -> Product {
    let key = |ports: &str| format!("label = \"Administer\"{ports}");
    let flows = flow("in-web", &key(keys[0])) + &flow("in-other", &key(keys[1]));
    Product::new(&format!("{INBOUND}{BROWSER}{flows}"))
}

#[test]
fn every_change_of_an_accepted_page_is_reported() {
    let mut cases = Cases::new(FILE);
    rename_cases(&mut cases);
    twin_cases(&mut cases);
    transport_cases(&mut cases);
    prose_cases(&mut cases);
    port_cases(&mut cases);
    structure_cases(&mut cases);
    doubled_cases(&mut cases);
    fact_cases(&mut cases);
    cases.assert();
}

fn rename_cases(cases: &mut Cases) {
    let product = mail_and_web();
    for (name, row) in [
        ("a row out and another one in", "Cloud | Fetch signatures | TCP/9443 | "),
        ("only the ports agree", "Cloud | Fetch signatures | TCP/8443 | "),
        ("only the label's words agree", "Cloud | Administer it | TCP/9443 | "),
        ("only the peer agrees", "Browser | Fetch signatures | TCP/9443 | "),
        ("the label is renamed", "Browser | Manage | TCP/8443 | "),
        ("the label and the prose are renamed", "Browser | Manage | TCP/8443 | See the manual."),
    ] {
        product.reject(cases, name, &page(&[MAIL, row]));
    }
    // The peer isn't in the key, so that the flow keeps its row.
    product.curate_more(
        "\n[same.peer]\n\"Browser\" = [\"Web browser\"]\n\n[same.label]\n\"Receive mail\" = [\"Take mail\"]\n",
    );
    product.reject(cases, "another spelling of the peer agrees", &page(&[MAIL, "Web browser | Manage | TCP/8443 | "]));
    let flows = flow("in-a", "label = \"A\"") + &flow("in-b", "label = \"B\"") + &flow("in-c", "label = \"See all\"");
    let product = Product::new(&format!("{INBOUND}{BROWSER}{flows}"));
    product.accept(&page(&["Browser | A | TCP/1 | ", "Browser | B | TCP/1 | ", "Browser | See all | TCP/1 | "]));
    let renamed = ["Browser | See everything | TCP/1 | ", "Browser | C | TCP/1 | ", "Browser | D | TCP/1 | "];
    product.reject(cases, "three rows are renamed", &page(&renamed));
    product.reject(
        cases,
        "a row is removed and another one renamed",
        &page(&["Browser | A | TCP/1 | ", "Browser | E | TCP/1 | "]),
    );
    let flows = flow("in-web", "peer = \"Browser\", section = \"One\"");
    let curation = "tables = [{ heading = \"One\", section = \"One\", direction = \"inbound\" }, \
                    { heading = \"Two\", section = \"Two\", direction = \"inbound\" }, \
                    { heading = \"Out\", section = \"Out\", direction = \"outbound\" }]\n";
    let mail = ["in-mail-one", "in-mail-two", "out-mail"].iter().zip(["One", "Two", "Out"]);
    let mail: String =
        mail.map(|(id, section)| flow(id, &format!("peer = \"Mail servers\", section = \"{section}\""))).collect();
    let product = Product::new(&format!("{curation}{PEERS}{flows}{mail}"));
    let tables = |one: &[&str], two: &[&str], out: &[&str]| {
        format!("# One\n\n{}\n# Two\n\n{}\n# Out\n\n{}", page(one), page(two), page(out))
    };
    product.accept(&tables(&[MAIL, WEB], &[MAIL], &[MAIL]));
    product.reject(cases, "a row is moved to another section", &tables(&[MAIL], &[MAIL, WEB], &[MAIL]));
    product.reject(
        cases,
        "a row is moved to a section of the other direction",
        &tables(&[MAIL], &[MAIL], &[MAIL, WEB]),
    );
}

/// Rows that differ only in a cell that keys don't have.
fn transport_cases(cases: &mut Cases) {
    let rows = |transports: [&str; 2]| {
        let row = |transport| format!("| Daemon | {transport} | 3001 |\n");
        format!("| Use | Protocol | Port |\n|---|---|---|\n{}", transports.map(row).concat())
    };
    let columns = "{ head = \"Use\", is = \"label\" }, { head = \"Protocol\", is = \"protocol\" }, { head = \"Port\", is = \"ports\" }";
    let flows = flow("in-tcp", "label = \"Daemon\"") + &flow("in-udp", "label = \"Daemon\"");
    let table = format!("{{ direction = \"inbound\", peer = \"admin\", columns = [{columns}] }}");
    let product = Product::new(&format!("tables = [{table}]\n{flows}"));
    product.accept(&rows(["TCP", "UDP"]));
    product.reject(cases, "rows that differ in the transport are swapped", &rows(["UDP", "TCP"]));
    // A column of ports without a port leaves nothing in the printed ports.
    let columns = "{ head = \"Use\", is = \"label\" }, { head = \"UDP\", is = \"udp-ports\" }, { head = \"TCP\", is = \"tcp-ports\" }";
    let table = format!("{{ direction = \"inbound\", peer = \"admin\", columns = [{columns}] }}");
    let product = Product::new(&format!("tables = [{table}]\n{}", flow("in-daemon", "label = \"Daemon\"")));
    let report = product.accept("| Use | UDP | TCP |\n|---|---|---|\n| Daemon | | 80 |\n");
    assert_eq!(report.added[0]["source"]["ports"], "80");
}

/// A peer cell that is a sentence, which the curation reads by its digest.
fn prose_cases(cases: &mut Cases) {
    let page = |peer: &str| format!("| Who | Use | Port |\n|---|---|---|\n| {peer} | Manage | TCP/22 |\n");
    let sentence = "Any machine on which somebody runs the tools of an administrator";
    let digest = port_import::capture::Prose::digest(sentence).digest;
    let curation = |means: &str| {
        let columns = format!(
            "{{ head = \"Who\", is = \"peer\"{means} }}, {{ head = \"Use\", is = \"label\" }}, {{ head = \"Port\", is = \"ports\" }}"
        );
        let table = format!("tables = [{{ direction = \"inbound\", columns = [{columns}] }}]\n");
        format!("{table}\n[peers]\n\"Machines\" = \"admin\"\n{}", flow("in-admin", "label = \"Manage\""))
    };
    let product = Product::new(&curation(&format!(", means = {{ \"{digest}\" = \"Machines\" }}")));
    product.accept(&page(sentence));
    product.reject(cases, "a peer cell that is a sentence is reworded", &page(&format!("{sentence} again")));
}

fn twin_cases(cases: &mut Cases) {
    let product = twins("");
    product.accept(&page(&[POLICIES, REPORTS]));
    product.reject(cases, "a twin out and another one in", &page(&[REPORTS, LOCATIONS]));
    product.reject(cases, "twins are swapped", &page(&[REPORTS, POLICIES]));
    product.reject(cases, "a twin is removed", &page(&[REPORTS]));
    product.reject(cases, "a third twin is added", &page(&[LOCATIONS, POLICIES, REPORTS]));
    product.reject(
        cases,
        "both twins are reworded",
        &page(&[LOCATIONS, "Internet | Server | TCP/443 | Fetches updates"]),
    );
    product.reject(cases, "the twins become equal", &page(&[REPORTS, REPORTS]));
    product.reject(
        cases,
        "the twins and their ports change",
        &page(&["Internet | Server | TCP/80 | Fetches policies", "Internet | Server | TCP/80 | Fetches reports"]),
    );
    // A new flow of the same key gets the new row.
    let key = "peer = \"Internet\", label = \"Server\", ports = \"TCP/443\"";
    product.curate_more(&flow("out-locations", key));
    let report = product.accept(&page(&[POLICIES, REPORTS, LOCATIONS]));
    assert!(report.reworded.is_empty(), "{report}");
    assert_eq!(product.row_of("relay-out-policies"), "1 Internet | Server | TCP/443");
    assert_eq!(product.row_of("relay-out-locations"), "3 Internet | Server | TCP/443");
    product.curate_more(&(flow("out-more", key) + &flow("out-most", key)));
    product.reject(
        cases,
        "two new flows for one new twin",
        &page(&[POLICIES, REPORTS, LOCATIONS, "Internet | Server | TCP/443 | More"]),
    );
    // Of a page that hasn't been read before, nothing is known.
    twins(&flow("out-locations", key)).reject(cases, "three flows for two new twins", &page(&[POLICIES, REPORTS]));
    twins("").reject(cases, "two flows for three new twins", &page(&[POLICIES, REPORTS, LOCATIONS]));
    keyed_twin_cases(cases);
}

/// Twins whose keys name their prose.
fn keyed_twin_cases(cases: &mut Cases) {
    let digest = |text: &str| port_import::capture::Prose::digest(text).digest;
    let key = |text: &str| format!("label = \"Server\", prose = \"{}\"", digest(text));
    let flows = flow("out-reports", &key("Delivers reports")) + &flow("out-policies", &key("Fetches policies"));
    let head = "tables = [{ direction = \"outbound\" }]\n\n[peers]\n\"Internet\" = \"internet\"\n";
    let product = Product::new(&format!("{head}{flows}"));
    product.accept(&page(&[POLICIES, REPORTS]));
    assert_eq!(product.row_of("relay-out-reports"), "2 Internet | Server | TCP/443");
    product.accept(&page(&[REPORTS, POLICIES]));
    assert_eq!(product.row_of("relay-out-reports"), "1 Internet | Server | TCP/443");
    product.reject(cases, "a twin with prose in its key is reworded", &page(&[REPORTS, LOCATIONS]));
    // The flow without prose in its key has the other row.
    let flows = flow("out-policies", "label = \"Server\"") + &flow("out-reports", &key("Delivers reports"));
    let product = Product::new(&format!("{head}{flows}"));
    product.accept(&page(&[POLICIES, REPORTS]));
    assert_eq!(product.row_of("relay-out-reports"), "2 Internet | Server | TCP/443");
    assert_eq!(product.row_of("relay-out-policies"), "1 Internet | Server | TCP/443");
    let report = product.accept(&page(&[REPORTS, LOCATIONS]));
    assert_eq!(report.reworded.len(), 1, "{report}");
    assert_eq!(product.row_of("relay-out-policies"), "2 Internet | Server | TCP/443");
    // Prose instead of a label.
    let long = "A long label of more than eight words is prose and not a label";
    let flows = flow("out-long", &format!("prose = \"{}\"", digest(long))) + "label = \"Long\"\n";
    let product = Product::new(&format!("{head}{flows}"));
    product.accept(&page(&[&format!("Internet | {long} | TCP/443 | ")]));
    product.reject(cases, "a label of prose is reworded", &page(&[&format!("Internet | {long} at all | TCP/443 | ")]));
}

fn port_cases(cases: &mut Cases) {
    let row = |ports: &str| format!("Browser | Administer | {ports} | ");
    let rows = |ports: [&str; 2]| {
        let rows = ports.map(row);
        page(&rows.each_ref().map(String::as_str))
    };
    let product = ports(["", ""]);
    product.accept(&rows(["TCP/80", "TCP/443"]));
    let report = product.accept(&rows(["TCP/80", "TCP/8443"]));
    assert_eq!(
        report.changed.iter().map(|change| change.id.as_str()).collect::<Vec<_>>(),
        ["relay-in-other"; 2],
        "{report}"
    );
    product.reject(cases, "the ports of both rows with one key change", &rows(["TCP/81", "TCP/82"]));
    product.reject(cases, "rows with one key are swapped", &rows(["TCP/8443", "TCP/80"]));
    product.reject(
        cases,
        "the ports and the prose of a row with one key change",
        &page(&[&row("TCP/80"), "Browser | Administer | TCP/1 | New."]),
    );
    let product = ports([", ports = \"TCP/80\"", ", ports = \"TCP/443\""]);
    product.accept(&rows(["TCP/443", "TCP/80"]));
    assert_eq!(product.row_of("relay-in-web"), "2 Browser | Administer | TCP/80");
    product.reject(cases, "ports in a key change", &rows(["TCP/443", "TCP/81"]));
    product.reject(cases, "ports in two keys change", &rows(["TCP/444", "TCP/81"]));
    product.reject(
        cases,
        "ports in a key and the peer change",
        &page(&[&row("TCP/443"), "Mail servers | Administer | TCP/81 | "]),
    );
    // Without an accepted page, the label decides.
    ports([", ports = \"TCP/80\"", ", ports = \"TCP/443\""]).reject(
        cases,
        "ports in a key aren't printed",
        &rows(["TCP/443", "TCP/81"]),
    );
    let flows = flow("in-web", "peer = \"Browser\", ports = \"TCP/80\"") + &flow("in-mail", "peer = \"Mail servers\"");
    let product = Product::new(&format!("{INBOUND}{PEERS}{flows}"));
    product.reject(cases, "only the peer is in the key", &page(&[MAIL, &row("TCP/81")]));
    // One flow has the ports in its key, the other one has the other row.
    let product = ports([", ports = \"TCP/80\"", ""]);
    product.accept(&rows(["TCP/443", "TCP/80"]));
    assert_eq!(product.row_of("relay-in-other"), "1 Browser | Administer | TCP/443");
    product.reject(cases, "the row of a key with ports is removed", &page(&[&row("TCP/443")]));
}

fn structure_cases(cases: &mut Cases) {
    let product = mail_and_web();
    let renamed = page(&[MAIL, WEB]).replace("| Use |", "| Purpose |");
    product.reject(cases, "a column is renamed", &renamed);
    let two = format!("{}\n{}", page(&[MAIL]), page(&[WEB]).replace("| Use |", "| Purpose |"));
    product.reject(cases, "a table is split and a column renamed", &two);
    let two = format!(
        "{}\n{}",
        page(&[MAIL, "Browser | Manage | TCP/8443 | "]),
        page(&[WEB]).replace("| Use |", "| Purpose |")
    );
    product.reject(cases, "a row resembles one of a table that can't be read", &two);
    product.reject(cases, "a row can't be read", &page(&[MAIL, "Browser | | TCP/8443 | "]));
    product.reject(cases, "a row can't be read and is of no known flow", &page(&[MAIL, "Cloud | | TCP/1 | "]));
    // A row that can't be read is still the row of its flow.
    let curation = |flows: &str| {
        format!(
            "layout = \"markdown\"\ncolumns = [{{ head = \"Way\", is = \"direction\" }}, {{ head = \"Peer\", is = \"peer\" }}, \
         {{ head = \"Use\", is = \"label\", may_be_empty = true }}, {{ head = \"Ports\", is = \"ports\" }}]\ntables = [{{}}]\n{PEERS}{flows}"
        )
    };
    let key = |direction: &str, peer: &str| format!("direction = \"{direction}\", peer = \"{peer}\"");
    let flows = flow("in-mail", &key("inbound", "Mail servers"))
        + &flow("in-web", &key("inbound", "Browser"))
        + &flow("out-web", &key("outbound", "Browser"));
    let product = Product::with_curation(&curation(&flows));
    let rows = |rows: [&str; 3]| {
        let rows: String = rows.iter().map(|row| format!("| {row} |\n")).collect();
        format!("| Way | Peer | Use | Ports |\n|---|---|---|---|\n{rows}")
    };
    let [mail, web, out] =
        ["In | Mail servers | Mail | TCP/25", "In | Browser | Web | TCP/443", "Out | Browser | Web | TCP/443"];
    product.accept(&rows([mail, web, out]));
    product.reject(
        cases,
        "the direction of a row can't be read",
        &rows(["Up | Mail servers | Mail | TCP/25", web, out]),
    );
    product.reject(
        cases,
        "a row that can't be read may be that of a flow",
        &rows([mail, web, "Up | Web | Web | TCP/443"]),
    );
    product.reject(cases, "one of two rows can't be read", &rows([mail, "Up | Browser | Web | TCP/443", out]));
    product.reject(
        cases,
        "rows that can't be read have two flows",
        &rows([mail, "Up | Browser | Web | TCP/1", "Up | Browser | Web | TCP/2"]),
    );
    product.reject(
        cases,
        "a row can't be read and another one is gone",
        &rows(["Up | Mail servers | Mail | TCP/25", web, web]),
    );
    product.reject(
        cases,
        "a row can't be read and another one is renamed",
        &rows([mail, "In | Browsers | Web | TCP/443", "Up | Web | Web | TCP/443"]),
    );
}

fn doubled_cases(cases: &mut Cases) {
    let product = mail_and_web();
    product.reject(cases, "a row is doubled", &page(&[MAIL, WEB, WEB]));
    product.reject(cases, "another row has the same label", &page(&[MAIL, "Cloud | Administer | TCP/1 | ", WEB]));
    product.reject(
        cases,
        "a row is changed and doubled",
        &page(&[MAIL, "Browser | Administer | TCP/1 | ", "Browser | Administer | TCP/1 | "]),
    );
    product.curate_more("\n[[row]]\nrow = { label = \"Administer\" }\nrepeats = true\nno_flow = \"Printed twice.\"\n");
    product.accept(&page(&[MAIL, WEB, WEB]));
    assert_eq!(product.row_of("relay-in-web"), "2 Browser | Administer | TCP/8443");
    product.reject(cases, "a row is no longer doubled", &page(&[MAIL, WEB]));
    product.reject(cases, "a doubled row differs", &page(&[MAIL, WEB, "Cloud | Administer | TCP/8443 | "]));
    // Twins of which one is doubled.
    twins("").reject(cases, "one of two new twins is doubled", &page(&[POLICIES, REPORTS, REPORTS]));
    let product = twins("");
    product.accept(&page(&[POLICIES, REPORTS]));
    product.reject(cases, "one of two twins is doubled", &page(&[POLICIES, POLICIES, REPORTS]));
    let new = mail_and_web();
    new.curate_more(&flow("in-all", "peer = \"Browser\""));
    new.reject(cases, "a row has the keys of two flows", &page(&[MAIL, WEB]));
}

fn fact_cases(cases: &mut Cases) {
    // A note rests on a text of the page.
    let flows = flow("in-mail", "label = \"Receive mail\"")
        + &flow("in-poll", "label = \"Administer\"")
        + "services = { 161 = \"snmp\" }\nnote = \"The page prints TCP; SNMP normally uses UDP.\"\nnote_of = \"TCP/161\"\n";
    let product = Product::new(&format!("{INBOUND}{PEERS}{flows}"));
    product.accept(&page(&[MAIL, "Browser | Administer | TCP/161 | "]));
    product.reject(cases, "the text of a note changes", &page(&[MAIL, "Browser | Administer | UDP/161 | "]));
    // A lost cell that the page prints.
    let flows = flow("in-mail", "label = \"Receive mail\"")
        + &flow("in-push", "label = \"Push\"")
        + "adds = { peer = \"manager\", reason = \"Other editions print it.\" }\n"
        + &flow("in-web", "label = \"Administer\"");
    let lost = "\n[[lost]]\nsection = \"Inbound\"\ncolumn = \"Peer\"\nlabels = [\"Push\"]\nreason = \"A link.\"\n";
    let table =
        "tables = [{ heading = \"Inbound\", section = \"Inbound\", direction = \"inbound\" }]\nspanning = [\"Peer\"]\n";
    let product = Product::with_curation(&format!(
        "layout = \"html\"\ncolumns = [{{ head = \"Peer\", is = \"peer\" }}, {{ head = \"Use\", is = \"label\" }}, \
         {{ head = \"Ports\", is = \"ports\" }}]\n{table}{lost}{PEERS}{flows}"
    ));
    let html = |span: &str, peer: &str| {
        format!(
            "<h2>Inbound</h2>\n<table>\n<tr><th>Peer</th><th>Use</th><th>Ports</th></tr>\n\
             <tr><td{span}>Browser</td><td>Administer</td><td>TCP/8443</td></tr>\n<tr>{peer}<td>Push</td><td>TCP/22</td></tr>\n\
             <tr><td>Mail servers</td><td>Receive mail</td><td>TCP/25</td></tr>\n</table>\n"
        )
    };
    product.accept(&html("", "<td></td>"));
    product.reject(cases, "a lost cell is printed in a cell that spans rows", &html(" rowspan=\"2\"", ""));
    product.reject(cases, "a lost cell is printed", &html("", "<td>Browser</td>"));
}
