//! Everything that can be wrong with a directory of tables is reported, with its place and with what to do about it.

use std::fs;
use std::path::Path;

use port_catalog_tests::diagnostics::{Cases, assert_every_code_has_a_case};
use port_data::hidden::QuotedAscii;
use port_data::{Catalog, Diagnostic, codes};
use tempfile::TempDir;

/// The expected messages.
const CASES: &str = "port-data/tests/diagnostics.txt";

const VENDORS: &str = "vendors.csv";
const PRODUCTS: &str = "products.csv";
const PEERS: &str = "peers.csv";
const SERVICES: &str = "services.csv";
const FLOWS: &str = "flows/mailer.csv";
const EDITIONS: &str = "editions.csv";
const OLDER_FLOWS: &str = "flows/mailer/1.0.csv";
const NEWER_FLOWS: &str = "flows/mailer/2.0.csv";

/// Small valid tables.
const TABLES: [(&str, &str); 5] = [
    (VENDORS, "id,name,url\nacme,Acme,https://acme.example\n"),
    (
        PRODUCTS,
        "id,vendor,name,document,url,edition,retrieved,interfaces\n\
         mailer,acme,Mailer,Ports,https://acme.example/ports,1.0,2026-01-31,\"wan, lan\"\n",
    ),
    (
        PEERS,
        "id,name,kind,description,includes\n\
         client,Client,role,A client,\n\
         ldap-server,LDAP server,role,A directory,\n\
         both,Both,role,Either,\"client, ldap-server\"\n",
    ),
    (
        SERVICES,
        "id,name,transports,port,description\n\
         smtp,SMTP,tcp,25,Mail\n\
         ldap,LDAP,\"tcp, udp\",389,Directory\n",
    ),
    (
        FLOWS,
        "id,direction,peer,purpose,ports,requirement,condition,interfaces,recommended_interface,hosts,configurable,customization,note,curated,section,row,printed_peer,printed_label,printed_ports\n\
         mailer-in-client,inbound,client,Take mail,tcp/25 smtp,required,,\"wan, lan\",lan,,false,,,,In,1,Client,SMTP,TCP 25\n\
         mailer-out-ldap,outbound,ldap-server,Look up users,tcp/389 ldap,conditional,users in a directory,wan,,ldap.acme.example,true,in the settings,,service,Out,2,,LDAP,389\n",
    ),
];

/// Cases that replace one text of one file: a name, the file, the text, and its replacement.
#[rustfmt::skip]
const REPLACEMENTS: [(&str, &str, &str, &[u8]); 80] = [
    ("a table without rows", VENDORS, "acme,Acme,https://acme.example\n", b""),
    ("an empty file", VENDORS, "id,name,url\nacme,Acme,https://acme.example\n", b""),
    ("a column that only the rows have", VENDORS, ",url", b""),
    ("a misspelt vendor", PRODUCTS, "mailer,acme", b"mailer,acne"),
    ("a date in another order", PRODUCTS, "2026-01-31", b"31.1.2026"),
    ("a day that no month has", PRODUCTS, "2026-01-31", b"2026-02-29"),
    ("a URL without https", PRODUCTS, "https://acme.example/ports", b"acme.example"),
    ("an interface in capitals", PRODUCTS, "wan, lan", b"wan, LAN"),
    ("a service that is perhaps encrypted", SERVICES, "description\nsmtp,SMTP,tcp,25,Mail\nldap,LDAP,\"tcp, udp\",389,Directory\n", b"description,encrypted\nsmtp,SMTP,tcp,25,Mail,maybe\nldap,LDAP,\"tcp, udp\",389,Directory,\n"),
    ("seventeen interfaces", PRODUCTS, "wan, lan", b"a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q"),
    ("a misspelt kind of peer", PEERS, "client,Client,role", b"client,Client,rule"),
    ("a misspelt included peer", PEERS, "client, ldap-server", b"client, ldap-sever"),
    ("a peer that includes itself", PEERS, "client, ldap-server", b"client, both"),
    ("an empty description", PEERS, "A directory", b""),
    ("two ids of the same variant", PEERS, "both,Both,role,Either,\"client, ldap-server\"", b"a-1,A,role,A,\na1,A,role,A,"),
    ("a port above 65535", SERVICES, "tcp,25", b"tcp,70000"),
    ("a transport that the vocabulary does not have", SERVICES, "tcp,25", b"dccp,25"),
    ("a transport listed twice", SERVICES, "tcp, udp", b"tcp, tcp"),
    ("a duplicate flow id", FLOWS, "mailer-out-ldap", b"mailer-in-client"),
    ("a flow id in capitals", FLOWS, "mailer-out-ldap", b"Mailer_out"),
    ("an id that Rust reserves", FLOWS, "mailer-out-ldap", b"self"),
    ("an abbreviated direction", FLOWS, "inbound", b"in"),
    ("a misspelt peer", FLOWS, "inbound,client", b"inbound,cleint"),
    ("an empty port expression", FLOWS, "tcp/25 smtp", b""),
    ("port zero", FLOWS, "tcp/25 smtp", b"tcp/0 smtp"),
    ("a spec with port 65536", FLOWS, "tcp/25 smtp", b"tcp/65536"),
    ("a range that ends before it begins", FLOWS, "tcp/25 smtp", b"tcp/30-20"),
    ("a misspelt service", FLOWS, "tcp/25 smtp", b"tcp/25 smpt"),
    ("an unknown requirement", FLOWS, "required,,", b"needed,,"),
    ("a conditional flow without a condition", FLOWS, "conditional,users in a directory", b"conditional,"),
    ("a required flow with a condition", FLOWS, "conditional,users", b"required,users"),
    ("a misspelt interface", FLOWS, "\"wan, lan\"", b"\"wan, lam\""),
    ("a recommended interface that the flow does not have", FLOWS, "\"wan, lan\",lan", b"wan,lan"),
    ("a host name in capitals", FLOWS, "ldap.acme.example", b"LDAP.acme.example"),
    ("two host names without a comma", FLOWS, "ldap.acme.example", b"ldap.acme.example ns.acme.example"),
    ("yes instead of true", FLOWS, "true,in the settings", b"yes,in the settings"),
    ("a customization of a port that is not configurable", FLOWS, "true,in the settings", b"false,in the settings"),
    ("a misspelt curated fact", FLOWS, "service,Out", b"services,Out"),
    ("a row number in words", FLOWS, "Out,2,", b"Out,two,"),
    ("two flows of the same row", FLOWS, "mailer-out-ldap,outbound,ldap-server,Look up users,tcp/389 ldap,conditional,users in a directory,wan,,ldap.acme.example,true,in the settings,,service,Out,2", b"mailer-in-other,inbound,client,Take mail,tcp/25 smtp,required,,wan,,,false,,,,In,1"),
    ("a misspelt column", FLOWS, "ports,requirement", b"port,requirement"),
    ("a column that occurs twice", FLOWS, "purpose,ports", b"purpose,purpose"),
    ("a byte that is not UTF-8", FLOWS, "Take mail", b"Take \xff mail"),
    ("a cell too many", FLOWS, "Take mail", b"Take mail,"),
    ("a space at the end of a cell", FLOWS, "Take mail", b"Take mail "),
    ("a quote that is not closed", FLOWS, "Take mail", b"\"Take mail"),
    ("a cell quoted in part", FLOWS, "Take mail", b"Take \"mail\""),
    ("a right-to-left override", FLOWS, "Take mail", "Take\u{202e} mail".as_bytes()),
    ("an escape sequence", FLOWS, "Take mail", b"Take \x1b[1m mail"),
    ("groups joined in two ways", FLOWS, "tcp/25 smtp", b"\"tcp/25 smtp, tcp/26; tcp/27\""),
    ("the number of a protocol with ports", FLOWS, "tcp/25 smtp", b"ip/6"),
    ("a wildcard for all hosts of a domain", FLOWS, "ldap.acme.example", b"*.example"),
    ("a component of a role", PEERS, "both,Both,role", b"both,Both,component"),
    ("a spec listed twice", FLOWS, "tcp/25 smtp", b"tcp/25 smtp | tcp/25 smtp"),
    ("an id that begins with a digit", FLOWS, "mailer-out-ldap", b"3com"),
    ("an empty purpose", FLOWS, "Take mail", b""),
    ("a right-to-left isolate", FLOWS, "Take mail", "Take\u{2067} mail".as_bytes()),
    ("a null character", FLOWS, "Take mail", b"Take\x00 mail"),
    ("a control sequence introducer", FLOWS, "Take mail", "Take\u{9b}1m mail".as_bytes()),
    ("a tag character", FLOWS, "Take mail", "\u{e0041}Take mail".as_bytes()),
    ("a zero-width space in the header", FLOWS, "purpose", "purp\u{200b}ose".as_bytes()),
    ("a Cyrillic letter in an id", FLOWS, "mailer-out-ldap", "m\u{430}iler-out-ldap".as_bytes()),
    ("a Unicode hyphen in an id", FLOWS, "mailer-out-ldap", "mailer\u{2010}out-ldap".as_bytes()),
    ("a Cyrillic letter in a peer", FLOWS, "inbound,client", "inbound,cli\u{435}nt".as_bytes()),
    ("a Cyrillic letter in a direction", FLOWS, "inbound,client", "inb\u{43e}und,client".as_bytes()),
    ("a Cyrillic letter in a service", FLOWS, "tcp/25 smtp", "tcp/25 smt\u{440}".as_bytes()),
    ("Arabic digits in a port", FLOWS, "tcp/25 smtp", "tcp/\u{662}\u{665} smtp".as_bytes()),
    ("a Cyrillic letter in a transport", FLOWS, "tcp/25 smtp", "t\u{441}p/25 smtp".as_bytes()),
    ("a no-break space in a spec", FLOWS, "tcp/25 smtp", "tcp/25\u{a0}smtp".as_bytes()),
    ("a Cyrillic letter in a host name", FLOWS, "ldap.acme.example", "ldap.\u{430}cme.example".as_bytes()),
    ("a Cyrillic letter in an interface", FLOWS, "\"wan, lan\"", "\"wan, l\u{430}n\"".as_bytes()),
    ("a Cyrillic letter in a URL", PRODUCTS, "https://acme.example/ports", "https://\u{430}cme.example/ports".as_bytes()),
    ("a transport that contradicts its service", FLOWS, "tcp/25 smtp", b"\"tcp/25 smtp, udp/25 smtp, sctp/389 ldap\""),
    ("a list that is not quoted", FLOWS, "tcp/25 smtp", b"tcp/25 smtp, tcp/26"),
    ("a variant in lowercase", VENDORS, "id,name,url\nacme,Acme", b"id,name,variant,url\nacme,Acme,acme"),
    ("a variant of another word", VENDORS, "id,name,url\nacme,Acme", b"id,name,variant,url\nacme,Acme,Akme"),
    ("a variant with a hyphen", PEERS, "description,includes\nclient,Client,role,A client,\nldap-server,LDAP server,role,A directory,\nboth,Both,role,Either,\"client, ldap-server\"", b"description,includes,variant\nclient,Client,role,A client,,\nldap-server,LDAP server,role,A directory,,LDAP-Server\nboth,Both,role,Either,,"),
    ("a variant that the catalog reserves", SERVICES, "id,name,transports,port,description\nsmtp,SMTP,tcp,25,Mail\nldap,LDAP", b"id,name,variant,transports,port,description\nall,All,ALL,tcp,1,All\nsmtp,SMTP,,tcp,25,Mail\nldap,LDAP,"),
    ("two ids of the same written variant", SERVICES, "id,name,transports,port,description\nsmtp,SMTP,tcp,25,Mail\nldap,LDAP", b"id,name,variant,transports,port,description\nsm-tp,SMTP,SMTP,tcp,26,Mail\nsmtp,SMTP,SMTP,tcp,25,Mail\nldap,LDAP,"),
    ("a Cyrillic letter in a vendor", PRODUCTS, "mailer,acme", "mailer,\u{430}cme".as_bytes()),
];

/// The same tables in the full form, with two editions and two components.
fn tables_of_editions() -> Vec<(&'static str, String)> {
    let [vendors, _, peers, services, flows] = TABLES.map(|(_, text)| text.to_string());
    let peers = peers.replace("includes\n", "includes,product\n").replace("client,\n", "client,,\n");
    let peers = peers.replace("A directory,\n", "A directory,,\n").replace("ldap-server\"\n", "ldap-server\",\n");
    let peers = peers.replace("A client,\n", "A client,,\n");
    let queue = "mailer-queue,Queue,component,The part that keeps mail,,mailer\n";
    let flows = flows.replace("id,direction,", "id,direction,component,groups,").replace("bound,", "bound,,,");
    let older = flows.replace("mailer-out-ldap,outbound,,,ldap-server", "mailer-out-queue,outbound,core,,mailer-queue");
    vec![
        (VENDORS, vendors),
        (PRODUCTS, "id,vendor,name,interfaces,components\nmailer,acme,Mailer,\"wan, lan\",\"core, queue\"\n".into()),
        (
            EDITIONS,
            "product,edition,printed_edition,document,url,complete,saved\n\
             mailer,1.0,1.0,Ports,https://acme.example/1,false,by-hand\n\
             mailer,2.0,2.0,Ports,https://acme.example/2,true,\n"
                .into(),
        ),
        (PEERS, peers + queue),
        (SERVICES, services),
        (OLDER_FLOWS, older),
        (NEWER_FLOWS, flows),
    ]
}

/// Cases of the full form.
#[rustfmt::skip]
const REPLACEMENTS_OF_EDITIONS: [(&str, &str, &str, &str); 19] = [
    ("an edition of an unknown product", EDITIONS, "mailer,1.0", "miler,1.0"),
    ("an edition in capitals", EDITIONS, "mailer,1.0", "mailer,V1"),
    ("an edition that occurs twice", EDITIONS, "mailer,1.0", "mailer,2.0"),
    ("an edition without a table", EDITIONS, "mailer,1.0", "mailer,1.1"),
    ("an edition that is perhaps complete", EDITIONS, "/1,false", "/1,perhaps"),
    ("an edition that is saved by foot", EDITIONS, "by-hand", "by-foot"),
    ("no editions", EDITIONS, "mailer,1.0,1.0,Ports,https://acme.example/1,false,by-hand\nmailer,2.0,2.0,Ports,https://acme.example/2,true,\n", ""),
    ("a product without an edition", PRODUCTS, "mailer,acme", "other,acme,Other,,\nmailer,acme"),
    ("a document in products.csv", PRODUCTS, "components\nmailer,acme,Mailer,\"wan, lan\",\"core, queue\"", "document\nmailer,acme,Mailer,wan,Ports"),
    ("an unknown component", NEWER_FLOWS, "inbound,,", "inbound,cor,"),
    ("a component that the product doesn't have", PEERS, "mailer-queue", "mailer-store"),
    ("a component of an unknown product", PEERS, "keeps mail,,mailer", "keeps mail,,miler"),
    ("a product of a role", PEERS, "A client,,", "A client,,mailer"),
    ("a misspelt relation of groups", NEWER_FLOWS, "inbound,,", "inbound,,al"),
    ("unstated groups of one port", NEWER_FLOWS, "inbound,,", "inbound,,unstated"),
    ("groups that contradict the ports", NEWER_FLOWS, "inbound,,,client,Take mail,tcp/25 smtp", "inbound,,all,client,Take mail,tcp/25 smtp; tcp/26"),
    ("groups that contradict other ports", NEWER_FLOWS, "inbound,,,client,Take mail,tcp/25 smtp", "inbound,,unstated,client,Take mail,\"tcp/25 smtp, tcp/26\""),
    ("two flows of the same row in one edition", NEWER_FLOWS, "mailer-out-ldap,outbound,,,ldap-server,Look up users,tcp/389 ldap,conditional,users in a directory,wan,,ldap.acme.example,true,in the settings,,service,Out,2", "mailer-in-other,inbound,,,client,Take mail,tcp/25 smtp,required,,,,,false,,,,Out,1"),
    ("an id that occurs twice in one edition", NEWER_FLOWS, "mailer-out-ldap", "mailer-in-client"),
];

/// A directory with the tables of the full form, with one text of one file replaced.
fn replace_of_editions(changed: &str, from: &str, to: &str) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir_all(directory.path().join("flows/mailer")).unwrap();
    for (file, text) in tables_of_editions() {
        assert!(file != changed || text.contains(from), "{file} doesn't contain {from:?}");
        let text = if file == changed { text.replacen(from, to, 1) } else { text };
        fs::write(directory.path().join(file), text).unwrap();
    }
    directory
}

/// A directory with the valid tables, each changed by `change`. A table that becomes `None` isn't written.
fn directory(change: impl Fn(&str, &str) -> Option<Vec<u8>>) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("flows")).unwrap();
    for (file, text) in TABLES {
        if let Some(bytes) = change(file, text) {
            fs::write(directory.path().join(file), bytes).unwrap();
        }
    }
    directory
}

/// The valid tables with one text of one file replaced.
fn replace(changed: &str, from: &str, to: &[u8]) -> TempDir {
    directory(|file, text| {
        let mut bytes = text.as_bytes().to_vec();
        if file == changed {
            let start = text.find(from).unwrap_or_else(|| panic!("{file} doesn't contain {from:?}"));
            bytes.splice(start..start + from.len(), to.iter().copied());
        }
        Some(bytes)
    })
}

/// Reads a directory. The files of diagnostics are relative to it.
fn read(directory: &Path) -> Result<Catalog, Vec<Diagnostic>> {
    port_data::read(directory).map_err(|diagnostics| {
        let relative = |diagnostic: Diagnostic| {
            let place = diagnostic.place.clone().relative_to(directory);
            diagnostic.at(place)
        };
        diagnostics.into_iter().map(relative).collect()
    })
}

#[test]
fn every_problem_is_reported_at_its_place() {
    let mut cases = Cases::new(CASES);
    for (name, file, from, to) in REPLACEMENTS {
        let directory = replace(file, from, to);
        let [from, to] = [from.as_bytes(), to].map(|text| QuotedAscii(String::from_utf8_lossy(text)).to_string());
        let input = format!("{file}: {to} instead of {from}");
        cases.diagnostics(name, &input, &read(directory.path()).expect_err(name));
    }
    for (name, file, from, to) in REPLACEMENTS_OF_EDITIONS {
        let directory = replace_of_editions(file, from, to);
        let [from, to] = [from, to].map(|text| QuotedAscii(text).to_string());
        cases.diagnostics(name, &format!("{file}: {to} instead of {from}"), &read(directory.path()).expect_err(name));
    }
    let both_forms = replace_of_editions(VENDORS, "", "");
    fs::write(both_forms.path().join(FLOWS), TABLES[4].1).unwrap();
    cases.diagnostics("a table of the simple form next to editions", FLOWS, &read(both_forms.path()).unwrap_err());
    let editions_are_missing = replace(VENDORS, "", b"");
    fs::create_dir(editions_are_missing.path().join("flows/mailer")).unwrap();
    fs::write(editions_are_missing.path().join(NEWER_FLOWS), TABLES[4].1).unwrap();
    let input = format!("{NEWER_FLOWS} without {EDITIONS}");
    cases.diagnostics(
        "a table of an edition in the simple form",
        &input,
        &read(editions_are_missing.path()).unwrap_err(),
    );
    let specs = |count: u16, separator: &str| {
        let specs = (1..=count).map(|port| format!("tcp/{port}")).collect::<Vec<_>>();
        format!("\"{}\"", specs.join(separator)).into_bytes()
    };
    for (name, specs) in [("257 groups of specs", specs(257, ", ")), ("1001 specs", specs(1_001, " | "))] {
        let directory = replace(FLOWS, "tcp/25 smtp", &specs);
        cases.diagnostics(name, "", &read(directory.path()).expect_err(name));
    }
    for (name, missing) in [("no vendors.csv", VENDORS), ("a product without flows", FLOWS)] {
        let directory = directory(|file, text| (file != missing).then(|| text.into()));
        cases.diagnostics(name, &format!("{missing} doesn't exist"), &read(directory.path()).expect_err(name));
    }
    let semicolons = directory(|file, text| {
        let text = if file == FLOWS { text.replace("tcp/25 smtp", "tcp/25 smtp; tcp/26") } else { text.to_string() };
        Some(with_delimiter(&text, ';').into())
    });
    let input = format!("{FLOWS}: semicolons instead of commas, tcp/25 smtp; tcp/26 instead of tcp/25 smtp");
    cases.diagnostics("a semicolon in a file with semicolons", &input, &read(semicolons.path()).unwrap_err());
    let tabs = directory(|file, text| {
        let text = if file == FLOWS { text.replace("Take mail", "Take,mail") } else { text.to_string() };
        Some(with_delimiter(&text, '\t').into())
    });
    cases.diagnostics("a tab in a file with tabs", "tabs instead of commas", &read(tabs.path()).unwrap_err());
    let misnamed = replace(PRODUCTS, "mailer,acme", b"miler,acme");
    let input = format!("{PRODUCTS}: \"miler\" instead of \"mailer\"");
    cases.diagnostics("flows of an unknown product", &input, &read(misnamed.path()).unwrap_err());

    let large = replace(PEERS, "", b"");
    // A sparse file: it takes no space on the disk.
    fs::File::options().write(true).open(large.path().join(PEERS)).unwrap().set_len(1 << 30).unwrap();
    let input = format!("{PEERS} has a gigabyte");
    cases.diagnostics("a file that is too large", &input, &read(large.path()).unwrap_err());

    let input = "the directory doesn't exist";
    cases.diagnostics("no directory", input, &read(Path::new("nowhere")).unwrap_err());

    // That products.csv can't be read is reported once, and not again for each row that refers to a product.
    let several = directory(|file, text| {
        let text = text.replace("acme,Acme,https:", "acme,Acme,ftp:");
        let text = text.replace("inbound,client", "inward,cliemt").replace("tcp,25", "tcp,0");
        (file != PRODUCTS).then(|| text.into())
    });
    let input = format!(
        "{VENDORS}: ftp instead of https\n{PRODUCTS} doesn't exist\n{SERVICES}: port 0\n{FLOWS}: inward,cliemt instead of inbound,client"
    );
    cases.diagnostics("problems in several files", &input, &read(several.path()).unwrap_err());
    warnings(&mut cases);
    cases.assert();
}

/// Warnings are reported next to errors, and with a valid catalog.
fn warnings(cases: &mut Cases) {
    let change = |file: &str, text: &str| match file {
        FLOWS => text.replace("mailer-in-client", "mailer-out-client").replace("mailer-out-ldap", "mailer-in-ldap-out"),
        _ => text.to_string(),
    };
    let tables = directory(|file, text| Some(change(file, text).into()));
    let lines = |warnings: &[Diagnostic]| -> String {
        let relative = |warning: &Diagnostic| warning.clone().at(warning.place.clone().relative_to(tables.path()));
        warnings.iter().map(|warning| format!("warning[{}]: {}\n", warning.code, relative(warning))).collect()
    };
    let input = "mailer-out-client and mailer-in-ldap-out instead of mailer-in-client and mailer-out-ldap";
    let warnings = read(tables.path()).unwrap().warnings;
    cases.text("ids with the other direction", input, &lines(&warnings));
    fs::write(tables.path().join(VENDORS), TABLES[0].1.replace("https:", "ftp:")).unwrap();
    let findings = port_data::check(tables.path(), 100);
    assert_eq!(findings.errors.len(), 1);
    assert_eq!(findings.warnings, warnings);
}

#[test]
fn only_the_word_after_the_product_is_a_direction() {
    for id in ["mailer-client-out", "mailers-out", "out-mailer", "mailer-outside", "mailer"] {
        let tables = replace(FLOWS, "mailer-in-client", id.as_bytes());
        assert_eq!(read(tables.path()).unwrap().warnings, [], "{id}");
    }
}

#[test]
fn any_may_be_the_transport_of_every_service_over_tcp_or_udp() {
    for ports in ["any/25 smtp", "any/389 ldap | udp/389 ldap", "smtp", "tcp/26 smtp"] {
        let tables = replace(FLOWS, "tcp/25 smtp", ports.as_bytes());
        assert!(read(tables.path()).is_ok(), "{ports}");
    }
}

/// A table with another delimiter. Cells that contain it aren't changed.
fn with_delimiter(text: &str, delimiter: char) -> String {
    let mut is_quoted = false;
    let change = |character: char| {
        is_quoted ^= character == '"';
        if character == ',' && !is_quoted { delimiter } else { character }
    };
    text.chars().map(change).collect()
}

#[test]
fn tables_of_spreadsheet_programs_are_read() {
    for delimiter in [';', '\t'] {
        let tables = directory(|file, text| {
            let text = if file == FLOWS { text.replace("tcp/25 smtp", "\"tcp/25 smtp; tcp/26\"") } else { text.into() };
            Some(format!("\u{feff}{}", with_delimiter(&text, delimiter).replace('\n', "\r\n")).into())
        });
        let catalog = read(tables.path()).unwrap();
        assert_eq!((catalog.flows.len(), catalog.flows[0].row.specs.len()), (2, 2));
        assert_eq!(catalog.products[0].interfaces, ["wan", "lan"]);
    }
}

#[test]
fn a_changed_display_name_changes_no_variant() {
    let variants = |name: &str, variant: &str| {
        let tables = directory(|file, text| {
            let (names, columns) = (format!("ldap-server,{name},{variant},"), "id,name,variant,");
            let text = match file {
                PEERS => {
                    let text =
                        text.replace("ldap-server,LDAP server,", &names).replace("client,Client,", "client,Client,,");
                    text.replace("both,Both,", "both,Both,,").replace("id,name,", columns)
                }
                VENDORS => text.replace("Acme,", &format!("{name},")),
                PRODUCTS => text.replace("Mailer,", &format!("{name},")),
                SERVICES => text.replace("LDAP,", &format!("{name},")),
                _ => text.to_string(),
            };
            Some(text.into())
        });
        let catalog = read(tables.path()).unwrap();
        let peer = catalog.peers[1].variant.clone();
        [
            catalog.vendors[0].variant.clone(),
            catalog.products[0].variant.clone(),
            peer,
            catalog.services[1].variant.clone(),
        ]
    };
    for name in ["LDAP server", "LdAp SerVer", "aCmE MaIler", "AcMe MaiLer LdAp", "\u{416}"] {
        assert_eq!(variants(name, ""), ["Acme", "Mailer", "LdapServer", "Ldap"], "{name}");
        assert_eq!(variants(name, "LDAPServer"), ["Acme", "Mailer", "LDAPServer", "Ldap"], "{name}");
    }
}

#[test]
fn every_error_in_a_cell_has_the_end_of_the_cell() {
    let end = |from: &str, to: &[u8]| {
        let Diagnostic { place, .. } = read(replace(FLOWS, from, to).path()).unwrap_err().remove(0);
        let end = place.end.map(|end| (end.line, end.column));
        ((place.line, place.column), end.unwrap())
    };
    // A cell, a quoted cell, an item of a list, a port spec, a whole row, and a cell with a line end.
    assert_eq!(end("inbound,client", b"inbound,cleint"), ((2, 26), (2, 32)));
    assert_eq!(end("inbound,client", b"inbound,\"cleint\""), ((2, 27), (2, 33)));
    assert_eq!(end("\"wan, lan\"", b"\"wan, lam\""), ((2, 71), (2, 74)));
    assert_eq!(end("tcp/25 smtp", b"tcp/26 | tcp/0 | tcp/27"), ((2, 52), (2, 57)));
    assert_eq!(end("TCP 25", b"TCP,25"), ((2, 0), (2, 113)));
    assert_eq!(end("Take mail", b"\"Take\n mail\""), ((2, 38), (3, 1)));
    assert_eq!(end("Take mail", b"\"Take mail\nfrom,here"), ((2, 43), (3, 1)));
}

#[test]
fn every_code_has_a_case() {
    assert_every_code_has_a_case(codes::ALL, &[CASES]);
}

#[test]
fn valid_tables_are_read() {
    let catalog = read(replace(VENDORS, "", b"").path()).unwrap();
    assert_eq!(catalog.flows.len(), 2);
    assert_eq!(catalog.products[catalog.flows[0].product].interfaces, ["wan", "lan"]);
    assert_eq!(catalog.flows[0].row.interfaces, [0, 1]);
    assert_eq!(catalog.flows[0].row.recommended_interface, Some(1));
    assert_eq!(catalog.peers[2].includes, [0, 1]);
    assert_eq!(catalog.files.len(), 5);
}

#[test]
fn rows_of_editions_are_ordered_by_id_and_then_by_edition() {
    let catalog = read(replace_of_editions(VENDORS, "", "").path()).unwrap();
    let rows: Vec<_> =
        catalog.flows.iter().map(|flow| (flow.row.id.as_str(), catalog.editions[flow.edition].id.as_str())).collect();
    let expected = [
        ("mailer-in-client", "2.0"),
        ("mailer-out-ldap", "2.0"),
        ("mailer-out-queue", "1.0"),
        ("mailer-in-client", "1.0"),
    ];
    assert_eq!((rows, catalog.flow_ids), (expected.to_vec(), 3));
    let queue = &catalog.flows[2].row;
    assert_eq!((queue.component, catalog.peers[queue.peer].component), (Some(0), Some((0, 1))));
    assert_eq!(catalog.editions.iter().map(|edition| edition.is_complete).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn columns_may_be_in_any_order_and_optional_ones_may_be_missing() {
    let directory = directory(|file, text| {
        let text = match file {
            VENDORS => "url,id,name\nhttps://acme.example,acme,Acme\n".to_string(),
            PRODUCTS => text.replace("retrieved,interfaces\n", "retrieved\n").replace(",\"wan, lan\"\n", "\n"),
            _ => text.to_string(),
        };
        Some(text.into())
    });
    // If products.csv has no column for interfaces, the flows declare them.
    assert_eq!(read(directory.path()).unwrap().products[0].interfaces, ["wan", "lan"]);
}
