//! Drafts of pages that we made up, one for each way in which pages are written.

use std::fs;

use port_import::new_product::{NewEdition, NewProduct, fields_in_use, new_edition, new_product};

use crate::{Workspace, draft};

/// A page with one table.
fn table(lines: &[&str]) -> String {
    let columns = lines[0].split('|').count();
    let (header, rows) = lines.split_first().unwrap();
    let rows: String = rows.iter().map(|row| format!("| {row} |\n")).collect();
    format!("# Ports\n\n| {header} |\n{}\n{rows}", "|---".repeat(columns) + "|")
}

#[test]
fn a_row_without_a_port_is_left_to_a_person() {
    let draft = draft(&table(&["Port | Protocol | Use", "443 | TCP | pages", " | UDP | quic"]));
    assert_eq!(draft.ports()[0], "tcp/443");
    assert_eq!(draft.summary.rows, 2);
    let text = draft.flows.clone() + &draft.edition;
    let quic = &text[text.find("quic").unwrap()..];
    assert!(quic.contains("FIXME"), "{text}");
}

#[test]
fn directions_are_read_from_words() {
    let draft = draft(&table(&[
        "Port | Use | Direction",
        "443 | pages | Ingress",
        "444 | more | both",
        "445 | third | Bidirectional",
        "446 | fourth | server to agent",
        "447 | fifth | Outbound (to mirror)",
    ]));
    draft.assert_has(&[
        "id = \"relay-in-pages\"",
        "id = \"relay-in-more\"",
        "id = \"relay-out-more\"",
        "shares_row_with = \"relay-in-more\"",
        "id = \"relay-in-third\"",
        "id = \"relay-out-third\"",
        "\"server to agent\" = \"FIXME\"",
        "\"Outbound (to mirror)\" = \"outbound\"",
        "id = \"relay-out-fifth\"",
    ]);
}

#[test]
fn parts_of_the_product_at_both_ends_are_components() {
    let page = table(&[
        "Source | Destination | Protocol | Port | Use",
        "Agents | Servers | TCP | 6443 | API",
        "Servers | Servers | TCP | 2379-2380 | store",
        "All nodes | All nodes | UDP | 8472 | overlay",
    ]);
    let workspace = Workspace::new();
    let draft = workspace.draft(&workspace.product("relay", "page.md", &page));
    draft.assert_has(&[
        "\"Servers\" = \"server\"",
        "\"All nodes\" = \"node\"",
        "\"Agents\" = \"FIXME\"",
        "id = \"relay-in-server-api\" # tcp/6443",
        "id = \"relay-in-server-store\" # tcp/2379-2380",
    ]);
    let peers = fs::read_to_string(workspace.data().join("tables/peers.csv")).unwrap();
    assert!(peers.contains("relay-server,FIXME server,,component,A part of FIXME,,relay\n"), "{peers}");
    let products = fs::read_to_string(workspace.data().join("tables/products.csv")).unwrap();
    assert!(products.contains("relay,FIXME,FIXME,,FIXME,,\"node, server\""), "{products}");
}

#[test]
fn the_field_of_a_product_is_an_option_or_left_to_a_person() {
    let page = table(&["Peer | Use | Port", "Clients | Web | TCP/443"]);
    for (field, cell, left) in [(None, "FIXME", 1), (Some("mail"), "mail", 0)] {
        let workspace = Workspace::new();
        let new = workspace.product("relay", "page.md", &page);
        let draft = workspace.draft(&NewProduct { field: field.map(str::to_string), ..new });
        let products = fs::read_to_string(workspace.data().join("tables/products.csv")).unwrap();
        assert!(products.ends_with(&format!("\nrelay,FIXME,FIXME,,{cell},,\n")), "{products}");
        assert_eq!(draft.summary.left.iter().filter(|left| left.key == "field").count(), left);
    }
    let fields = fields_in_use(&port_catalog_tests::root().join("port-data/tables"));
    assert!(fields.contains("mail") && !fields.contains(""), "{fields:?}");
    assert!(fields_in_use("nowhere".as_ref()).is_empty());
}

#[test]
fn lists_are_tables() {
    let draft = draft("# Ports\n\n- TCP 443: web pages\n- UDP 123: time\n- See the guide for others.\n");
    assert_eq!(draft.ports(), ["tcp/443", "udp/123"]);
    draft.assert_has(&["\"{Ports}: {Label}\"", "purpose = \"web pages\"", "purpose = \"time\""]);
    draft.assert_has(&["no_flow = \"The item of the list states no port.\""]);
}

#[test]
fn one_end_alone_is_the_peer() {
    let from = draft(&table(&["From | Port | Protocol", "Manager | 9500 | TCP"]));
    from.assert_has(&["is = \"from\"", "\"Manager\" = \"FIXME\"", "# tcp/9500", "row = { peer = \"Manager\" }"]);
    let to = draft(&table(&["Service | Destination server | Port", "Store data | Database server | TCP/1433"]));
    to.assert_has(&["is = \"to\"", "id = \"relay-out-store-data\" # tcp/1433"]);
    let both = draft(&table(&["Use | Port | To/From | Direction", "Names | UDP/53 | DNS server | Outbound"]));
    both.assert_has(&["\"DNS server\" = \"dns-server\"", "id = \"relay-out-names\" # udp/53"]);
    both.assert_lacks(&["FIXME:"]);
}

#[test]
fn numbers_below_unknown_names_are_ports_only_if_a_person_agrees() {
    let draft = draft(&table(&["Service | TLS | Plain", "Mail | 465 | 25"]));
    draft.assert_has(&["{ head = \"TLS\", is = \"ports\" }, # FIXME", "{ head = \"Plain\", is = \"ports\" }, # FIXME"]);
}

#[test]
fn names_of_settings_are_no_hosts() {
    let draft =
        draft(&table(&["Port | Property | Use", "9997 | tserver.port.client | serve", "9874 | site.xml | web pages"]));
    assert_eq!(draft.ports(), ["any/9997", "any/9874"]);
    draft.assert_has(&["{ head = \"Property\", is = \"ignored\", reason = "]);
}

#[test]
fn a_label_is_what_the_page_shows() {
    let draft = draft("# Ports\n\n| Port | Use |\n|---|---|\n| 443 | See the [pages][1] |\n\n[1]: https://x.example\n");
    draft.assert_has(&["label = \"See the pages\""]);
}

#[test]
fn columns_of_ports_come_in_pairs() {
    let ends = draft(&table(&[
        "Service | Protocol | Start Port | End Port",
        "store | TCP | 2379 | 2380",
        "ssh | TCP | 22 | N/A",
    ]));
    ends.assert_has(&["is = \"first-port\"", "is = \"last-port\""]);
    let kinds = draft(&table(&["Use | TCP Port | UDP Port", "NFS | 2049 | 2049", "Time | | 123", "Web | 443 | "]));
    kinds.assert_has(&["is = \"tcp-ports\"", "is = \"udp-ports\"", "purpose = \"Access files with NFS\""]);
    let one = draft(&table(&["Use | TCP port", "Web | 443"]));
    one.assert_has(&["is = \"tcp-ports\""]);
}

#[test]
fn tables_without_ports_are_proposed_as_ignored() {
    let hardware = "# Requirements\n\n## Hardware\n\n| Node | CPU | RAM |\n|---|---|---|\n| Server | 2 | 8 GB |\n\n";
    let draft =
        draft(&format!("{hardware}## Ports\n\n| Protocol | Port | Use |\n|---|---|---|\n| TCP | 6443 | API |\n"));
    draft.assert_has(&["heading = \"Hardware\"\nignore = \"No column contains ports.\"", "# tcp/6443"]);
    assert_eq!((draft.summary.rows, draft.summary.ignored_tables), (1, 1));
    let workspace = Workspace::new();
    let errors = new_product(&workspace.product("relay", "page.md", hardware)).unwrap_err();
    assert!(errors[0].message.contains("no column that seems to contain ports"), "{errors:?}");
}

#[test]
fn column_names_are_known_in_several_languages() {
    for (header, row) in [
        ("端口 | 作用", "443 | HTTPS"),
        ("Zielport | Dienst", "443 | HTTPS"),
        ("Puerto | Servicio", "443 | HTTPS"),
        ("ポート | 用途", "443 | HTTPS"),
        ("Porte | Fonction", "443 | HTTPS"),
    ] {
        let page = table(&[header, row]);
        let draft = draft(&page);
        assert_eq!(draft.ports(), ["any/443"], "{header}");
        draft.assert_has(&["services = { 443 = \"https\" }", "is = \"ports\"", "is = \"label\""]);
    }
}

#[test]
fn html_and_tags_are_read_like_a_browser_shows_them() {
    let html = "# Ports\n<table>\n<tr><th>Use</th><th>Port</th><th>Peer</th></tr>\n<tr><td>Names</td><td>UDP/53</td><td>DNS server</td></tr>\n</table>\n";
    let tag = "# Ports\n<Tabs>\n\n| Use | Port | Peer |\n|---|---|---|\n| Names | UDP/53 | DNS server |\n</Tabs>\n";
    for page in [html, tag] {
        let draft = draft(page);
        assert_eq!(draft.ports(), ["udp/53"]);
        draft.assert_has(&["\"DNS server\" = \"dns-server\""]);
    }
}

#[test]
fn protocols_and_transports_have_columns_of_their_own() {
    let web = draft(&table(&[
        "Use | Port | Protocol",
        "Web | 443 | HTTP/HTTPS",
        "Sign | 5061 | TCP (TLS)",
        "Ping | - | ICMP",
    ]));
    assert_eq!(web.summary.drafted_rows, 3);
    web.assert_has(&["# tcp/5061", "# icmp"]);
    let both = draft(&table(&["Protocol | Transport | Port | Peer", "LDAP | TCP | 389 | Directory"]));
    both.assert_has(&["{ head = \"Transport\", is = \"protocol\" }", "\"Directory\" = \"FIXME\"", "389 = \"ldap\""]);
    let icmp = draft(&table(&["Use | Port", "Ping | ICMP"]));
    assert_eq!(icmp.ports(), ["icmp"]);
}

#[test]
fn titles_of_rows_are_no_flows() {
    let draft = draft(
        "# Ports\n| Use | Port | Peer |\n|---|---|---|\n| **Internal ports**||\n| Names | UDP/53 | DNS server |\n",
    );
    draft.assert_has(&["row = { label = \"Internal ports\" }\nno_flow = \"A title of the rows below it.\""]);
    assert_eq!(draft.ports(), ["udp/53"]);
}

#[test]
fn a_service_is_read_from_a_column_of_services() {
    let draft = draft(&table(&["Port | Service | Software", "25 | smtp | Postfix", "10024 | | Amavis"]));
    draft.assert_has(&[
        "purpose = \"smtp of Postfix\"",
        "services = { 25 = \"smtp\" }",
        "purpose = \"Amavis\" # FIXME",
    ]);
}

#[test]
fn headings_and_introductions_apply_to_all_rows() {
    let page = "# Ports\n\n## Inbound rules\n\n| Port | Use |\n|---|---|\n| 443 | Serve pages |\n\n## UDP\n\n| Port | Use |\n|---|---|\n| 53 | Ask names |\n\n## Control plane\n\nThe server listens on these ports.\n\n| Port | Use |\n|---|---|\n| 22 | Shell |\n\n## Browser --> Console\n\n| Port | Use |\n|---|---|\n| 8443 | Administer |\n";
    let draft = draft(page);
    draft.assert_has(
        &[
            "section = \"Inbound rules\"\ndirection = \"inbound\" # FIXME: if the page says who connects, write peer\n",
            "adds = { peer = \"any-host\", reason = \"The row prints no peer.\" }",
            "transport = \"tcp\"",
            "component = \"control-plane\"",
        ][..2],
    );
    draft.assert_has(&[
        "transport = \"udp\"\n",
        "direction = \"inbound\" # FIXME",
        "component = \"control-plane\"",
        "# udp/53",
    ]);
}

#[test]
fn a_row_between_two_parts_in_both_directions_has_two_flows() {
    let draft = draft(&table(&[
        "Source | Destination | Direction | Port | Use",
        "Relay server | Relay agent | Bidirectional | TCP/8443 | HTTPS",
        "Relay server | DNS server | Outbound | UDP/53 | Ask names",
    ]));
    draft.assert_has(&[
        "purpose = \"Connect the agent to the server over HTTPS\"",
        "component = \"agent\"\npeer = \"relay-server\"",
        "component = \"server\"\npeer = \"relay-agent\"",
    ]);
    assert_eq!(draft.ports().len(), 3, "{}", draft.flows);
}

#[test]
fn parts_of_other_products_are_no_peers() {
    let workspace = Workspace::new();
    let file = workspace.data().join("tables/peers.csv");
    let peers = fs::read_to_string(&file).unwrap() + "gate-worker,Worker,,component,A part of Gate,,gate\n";
    fs::write(&file, peers).unwrap();
    let page = table(&["From | Use | Port", "Worker | Hand over | TCP/515", "DNS server | Ask | TCP/53"]);
    let draft = workspace.draft(&workspace.product("relay", "page.md", &page));
    draft.assert_has(&["\"Worker\" = \"FIXME\"", "\"DNS server\" = \"dns-server\""]);
}

#[test]
fn headings_name_both_ends() {
    let table = "| Use | TCP |\n|---|---|\n| HTTPS | 443 |\n\n";
    let page = format!(
        "# Ports\n\n## Relay -- > SQL Server\n\n{table}## Relay < -- > Agents\n\n{table}## Ports used for tool to relay traffic\n\n{table}"
    );
    let draft = draft(&page);
    draft.assert_has(&[
        "from = \"Relay\"\nto = \"SQL Server\"\n",
        "to = \"Agents\"\nboth_ways = true\n",
        "from = \"tool\"\nto = \"relay\"\n",
        "\"SQL Server\" = \"sql-server\"",
        "\"Agents\" = \"FIXME\"",
        "\"Relay\" = \"\"",
        // Who opens the connection depends on who the agents are.
        "id = \"relay-agents-https\"",
        "purpose = \"Connect Relay and agents over HTTPS\"",
        "id = \"relay-out-https\"",
        "purpose = \"Connect Relay to SQL Server over HTTPS\"",
    ]);
}

#[test]
fn headings_above_ingress_and_egress_are_parts_of_the_product() {
    let ingress = |from: &str| format!("### Ingress\n\n| From | Port |\n|---|---|\n| {from} | TCP/9500 |\n\n");
    let egress = |to: &str| format!("### Egress\n\n| To | Port |\n|---|---|\n| {to} | TCP/9501 |\n\n");
    let page = format!(
        "# Ports\n\n## Manager\n\n{}{}## UI/API server\n\n{}",
        ingress("Other manager"),
        egress("Store"),
        egress("Manager")
    );
    let draft = draft(&page);
    draft.assert_has(&[
        "section = \"Manager: Ingress\"\ncomponent = \"manager\"\n",
        "component = \"ui-api-server\" # FIXME: is the heading above that of a part of the product?",
        "\"Other manager\" = \"manager\"",
        "\"Store\" = \"FIXME\"",
        "id = \"relay-in-manager-other\" # tcp/9500",
    ]);
}

#[test]
fn rows_that_say_more_than_their_cells_are_doubted() {
    let draft = draft(&table(&[
        "Use | Port | Listen | Pod-internal only | Configurable | Notes",
        "Time sync of agents (UDP) | 123 | 0.0.0.0 | no | yes | Fast",
        "Lowest port (min) | TCP/21000 | 127.0.0.1 | no | no | ",
        "Web and API | 80/443 80/8443 | 0.0.0.0 | yes | no | ",
        "Old calls | TCP/99 | 0.0.0.0 | no | no | No longer supported",
    ]));
    draft.assert_has(&[
        "# FIXME: another cell prints UDP",
        "# FIXME: is this one end of a range?",
        "# FIXME: any/80 is printed twice",
        "# FIXME: does the row still apply?",
        "scope = \"host\"",
        "scope = \"pod\"",
        "configurable = true",
    ]);
}

#[test]
fn services_of_a_row_are_filled_in_and_new_ones_are_added_once() {
    let page = table(&[
        "Service | Port | Protocol",
        "DNS of the console | 53 | TCP/UDP",
        "Server Message Block (SMB) | 445 | TCP",
        "HTTP of the console | 80 or 8530 | TCP",
        "Call the store | 5000 | gRPC",
        "Call the agent | 5001 | gRPC",
    ]);
    let workspace = Workspace::new();
    // The catalog has the service by now.
    let file = workspace.data().join("tables/services.csv");
    let services = fs::read_to_string(&file).unwrap();
    let others: String = services.split_inclusive('\n').filter(|line| !line.starts_with("grpc,")).collect();
    fs::write(&file, others).unwrap();
    let draft = workspace.draft(&workspace.product("relay", "page.md", &page));
    draft.assert_has(&["services = { 53 = \"dns\" }", "services = { 445 = \"smb\" }", "services = { 80 = \"http\" }"]);
    let services = fs::read_to_string(&file).unwrap();
    assert_eq!(services.matches("grpc,gRPC,,,,FIXME,").count(), 1, "{services}");
}

#[test]
fn a_source_column_of_html_is_the_peer() {
    let page = "<h1>Ports</h1><table><tr><th>Source IP address</th><th>Purpose</th><th>Port</th></tr><tr><td>Administrators</td><td>Manage</td><td>TCP/443</td></tr></table>";
    let workspace = Workspace::new();
    let draft = workspace.draft(&workspace.product("relay", "page.html", page));
    draft.assert_has(&["is = \"from\"", "\"Administrators\" = \"admin\"", "id = \"relay-in-manage\" # tcp/443"]);
}

#[test]
fn pages_with_ports_in_sentences_only_are_reported_line_by_line() {
    let workspace = Workspace::new();
    let page = "# Ports\n\nThe node needs port 7000.\n\nClients use TCP 9042.\n";
    let errors = new_product(&workspace.product("relay", "page.md", page)).unwrap_err();
    let lines: Vec<usize> = errors.iter().map(|error| error.place.line).collect();
    assert_eq!(lines, [3, 5], "{errors:?}");
}

#[test]
fn another_edition_has_one_row_more_and_the_same_text() {
    let first = "# Ports\n\nThis page is about\nports of the thing.\n\n| Port | Use |\n|---|---|\n| 443 | pages |\n\nA word after it.\n\nAnother word.\n";
    let second = first
        .replace("is about\nports", "is\nabout ports")
        .replace("thing.\n\n", "thing.\n\n| Port | Use |\n|---|---|\n| 80 | new |\n\n");
    let workspace = Workspace::new();
    workspace.draft(&workspace.product("relay", "page.md", first));
    let doc = workspace.product("relay", "page.md", &second).doc;
    let data = workspace.data();
    let new =
        NewEdition { data: data.clone(), product: "relay".into(), edition: "2".into(), doc, ..NewEdition::default() };
    let summary = new_edition(&new).unwrap_or_else(|errors| panic!("{errors:?}"));
    assert_eq!(summary.rows, 2);
    let text = fs::read_to_string(data.join("curation/relay/2.toml")).unwrap();
    assert!(!text.contains("[[absent]]"), "{text}");
    assert_eq!(text.matches("[flow.").count(), 1, "{text}");
    assert!(text.contains("label = \"new\""), "{text}");
    let old = fs::read_to_string(data.join("curation/relay/1.toml")).unwrap();
    let digests = |text: &str| -> Vec<String> {
        text.lines().filter(|line| line.starts_with("digest")).map(str::to_string).collect()
    };
    assert_eq!(digests(&text), digests(&old));
}

#[test]
fn a_phrase_for_a_service_depends_on_the_direction_only_if_that_is_certain() {
    let table = "| Service | Port |\n|---|---|\n| SMTP | TCP/25 |\n";
    draft(&format!("# Inbound ports\n\n{table}")).assert_has(&["purpose = \"Receive mail\""]);
    draft(&format!("# Ports\n\n{table}")).assert_has(&["purpose = \"Send mail\""]);
}

#[test]
fn what_a_row_says_against_its_table_is_drafted_or_asked() {
    let workspace = Workspace::new();
    let page = "# Ports\n\n| Use | Ports |\n|---|---|\n| Web interface | 8006 (TCP, HTTP/1.1 over TLS) |\n| sendmail | 25 (TCP, outgoing) |\n| POP3 clients | 110 (TCP) |\n| SSH | UDP/22 |\n\n## Windows Specific Rules\n\n| Source | Use | Port |\n|---|---|---|\n| Console | Calico CNI with BGP | TCP/179 |\n\n## Mail flow (no gateway)\n\n| Source | Use | Port |\n|---|---|---|\n| Console | Store | User defined |\n| Console | Hand over | TCP/515 |\n| Console | Store (if proxied) | TCP/717 |\n";
    let draft = workspace.draft(&workspace.product("relay", "page.md", page));
    draft.assert_has(&[
        "services = { 8006 = \"https\" }\n",
        "direction = \"outbound\"\npeer = \"FIXME\"\n",
        "condition = \"nodes run Windows\" # FIXME: is that when these rows are needed?\nnote_of = \"Windows Specific Rules\"\n",
        "condition = \"nodes run Windows, and the CNI is Calico with BGP\"\n",
        "note_of = [\"Windows Specific Rules\", \"Calico CNI with BGP\"]\n",
        "condition = \"FIXME\" # does the heading say when these rows are needed?",
        "condition = \"FIXME\" # the label says when the row is needed",
        ".note_of = \"Store (if proxied)\"\n",
        "no_flow = \"The page leaves the port to the user, and a flow needs a port.\"\n",
    ]);
    let flow = |label: &str| {
        let row = format!("label = {label:?}");
        draft.flows.split("[[flow]]").find(|flow| flow.contains(&row)).unwrap_or_else(|| panic!("{}", draft.flows))
    };
    assert!(!flow("POP3 clients").contains("any-host"), "{}", draft.flows);
    assert!(!flow("SSH").contains("services"), "ssh isn't over UDP: {}", draft.flows);
}
