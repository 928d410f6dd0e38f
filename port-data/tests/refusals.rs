//! Every way in which tables can be wrong is refused, with its place, what stood there and what was expected.

use std::fs;
use std::path::Path;

use port_catalog_tests::errors::Page;

/// Small tables in which nothing is wrong.
const SOUND: [(&str, &str); 5] = [
    ("vendors.csv", "id,name,url\nacme,Acme,https://acme.example\n"),
    (
        "products.csv",
        "id,vendor,name,document,url,edition,retrieved,interfaces\nmailer,acme,Mailer,Ports,https://acme.example/ports,1.0,2026-01-31,\"wan, lan\"\n",
    ),
    (
        "peers.csv",
        "id,name,kind,description,includes\nclient,Client,role,A client,\nldap-server,LDAP server,role,A directory,\nboth,Both,role,Either,\"client, ldap-server\"\n",
    ),
    (
        "services.csv",
        "id,name,transports,port,description\nsmtp,SMTP,tcp,25,Mail\nldap,LDAP,\"tcp, udp\",389,Directory\n",
    ),
    (
        "flows/mailer.csv",
        "id,direction,peer,purpose,ports,requirement,condition,interfaces,recommended_interface,hosts,configurable,customization,note,curated,section,row,printed_peer,printed_label,printed_ports\n\
         mailer-in-client,inbound,client,Take mail,tcp/25 smtp,required,,\"wan, lan\",lan,,false,,,,In,1,Client,SMTP,TCP 25\n\
         mailer-out-ldap,outbound,ldap-server,Look up users,tcp/389 ldap,conditional,users in a directory,wan,,ldap.acme.example,true,in the settings,,service,Out,2,,LDAP,389\n",
    ),
];

/// Writes the sound tables with one text of one file replaced, and reads them.
fn read_with(file: &str, from: &str, to: &[u8]) -> Result<port_data::Catalog, Vec<String>> {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("flows")).unwrap();
    for (name, text) in SOUND {
        let mut bytes = text.as_bytes().to_vec();
        if name == file {
            let start = text.find(from).unwrap_or_else(|| panic!("{file} has no {from:?}"));
            bytes.splice(start..start + from.len(), to.iter().copied());
        }
        fs::write(directory.path().join(name), bytes).unwrap();
    }
    read(directory.path())
}

fn read(directory: &Path) -> Result<port_data::Catalog, Vec<String>> {
    port_data::read(directory)
        .map_err(|errors| errors.0.into_iter().map(|error| error.relative_to(directory).to_string()).collect())
}

#[test]
fn sound_tables_are_read() {
    let catalog = read_with("", "", b"").unwrap();
    assert_eq!(catalog.flows.len(), 2);
    assert_eq!(catalog.products[catalog.flows[0].product].interfaces, ["wan", "lan"]);
    assert_eq!(catalog.flows[0].interfaces, [0, 1]);
    assert_eq!(catalog.flows[0].recommended_interface, Some(1));
    assert_eq!(catalog.peers[2].includes, [0, 1]);
    assert_eq!(catalog.files.len(), 5);
}

#[test]
fn columns_may_stand_in_any_order_and_optional_ones_be_absent() {
    let (products, interfaces) = ("retrieved,interfaces\n", "retrieved\n");
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("flows")).unwrap();
    for (name, text) in SOUND {
        let text = match name {
            "vendors.csv" => "url,id,name\nhttps://acme.example,acme,Acme\n".to_string(),
            "products.csv" => text.replace(products, interfaces).replace(",\"wan, lan\"\n", "\n"),
            _ => text.to_string(),
        };
        fs::write(directory.path().join(name), text).unwrap();
    }
    // Where the product declares no interfaces, its flows do.
    assert_eq!(read(directory.path()).unwrap().products[0].interfaces, ["wan", "lan"]);
}

#[test]
fn each_fault_is_refused_with_its_place() {
    let flows = "flows/mailer.csv";
    let cases: &[(&str, &str, &[u8])] = &[
        ("vendors.csv", "acme,Acme,https://acme.example\n", b""),
        ("vendors.csv", "id,name,url\nacme,Acme,https://acme.example\n", b""),
        ("vendors.csv", ",url", b""),
        ("products.csv", "mailer,acme", b"mailer,acne"),
        ("products.csv", "2026-01-31", b"31.1.2026"),
        ("products.csv", "2026-01-31", b"2026-02-29"),
        ("products.csv", "https://acme.example/ports", b"acme.example"),
        ("products.csv", "wan, lan", b"wan, LAN"),
        ("products.csv", "wan, lan", b"a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q"),
        ("peers.csv", "client,Client,role", b"client,Client,rule"),
        ("peers.csv", "client, ldap-server", b"client, ldap-sever"),
        ("peers.csv", "client, ldap-server", b"client, both"),
        ("peers.csv", "A directory", b""),
        ("peers.csv", "both,Both,role,Either,\"client, ldap-server\"", b"a-1,A,role,A,\na1,A,role,A,"),
        ("services.csv", "tcp,25", b"tcp,70000"),
        ("services.csv", "tcp,25", b"sctp,25"),
        ("services.csv", "tcp, udp", b"tcp, tcp"),
        (flows, "mailer-out-ldap", b"mailer-in-client"),
        (flows, "mailer-out-ldap", b"Mailer_out"),
        (flows, "mailer-out-ldap", b"self"),
        (flows, "inbound", b"in"),
        (flows, "inbound,client", b"inbound,cleint"),
        (flows, "tcp/25 smtp", b""),
        (flows, "tcp/25 smtp", b"tcp/0 smtp"),
        (flows, "tcp/25 smtp", b"tcp/65536"),
        (flows, "tcp/25 smtp", b"tcp/30-20"),
        (flows, "tcp/25 smtp", b"tcp/25 smpt"),
        (flows, "required,,", b"needed,,"),
        (flows, "conditional,users in a directory", b"conditional,"),
        (flows, "conditional,users", b"required,users"),
        (flows, "\"wan, lan\"", b"\"wan, lam\""),
        (flows, "\"wan, lan\",lan", b"wan,lan"),
        (flows, "ldap.acme.example", b"LDAP.acme.example"),
        (flows, "ldap.acme.example", b"ldap.acme.example ns.acme.example"),
        (flows, "true,in the settings", b"yes,in the settings"),
        (flows, "true,in the settings", b"false,in the settings"),
        (flows, "service,Out", b"services,Out"),
        (flows, "Out,2,", b"Out,two,"),
        (flows, "Out,2,", b"Out,1,"),
        (flows, "ports,requirement", b"port,requirement"),
        (flows, "purpose,ports", b"purpose,purpose"),
        (flows, "Take mail", b"Take \xff mail"),
        (flows, "Take mail", b"Take mail,"),
        (flows, "Take mail", b"Take mail "),
        (flows, "Take mail", b"\"Take mail"),
        (flows, "Take mail", b"Take \"mail\""),
        (flows, "Take mail", "Take\u{202e} mail".as_bytes()),
        (flows, "Take mail", b"Take \x1b[1m mail"),
        (flows, "tcp/25 smtp", b"tcp/25 smtp | tcp/25 smtp"),
        (flows, "mailer-out-ldap", b"3com"),
        (flows, "Take mail", b""),
        (flows, "Take mail", "Take\u{2067} mail".as_bytes()),
        (flows, "Take mail", b"Take\x00 mail"),
        (flows, "Take mail", "Take\u{9b}1m mail".as_bytes()),
        (flows, "Take mail", "\u{e0041}Take mail".as_bytes()),
        (flows, "purpose", "purp\u{200b}ose".as_bytes()),
        // Letters that look like those of ASCII.
        (flows, "mailer-out-ldap", "m\u{430}iler-out-ldap".as_bytes()),
        (flows, "mailer-out-ldap", "mailer\u{2010}out-ldap".as_bytes()),
        (flows, "inbound,client", "inbound,cli\u{435}nt".as_bytes()),
        (flows, "inbound,client", "inb\u{43e}und,client".as_bytes()),
        (flows, "tcp/25 smtp", "tcp/25 smt\u{440}".as_bytes()),
        (flows, "tcp/25 smtp", "tcp/\u{662}\u{665} smtp".as_bytes()),
        (flows, "tcp/25 smtp", "t\u{441}p/25 smtp".as_bytes()),
        (flows, "tcp/25 smtp", "tcp/25\u{a0}smtp".as_bytes()),
        (flows, "ldap.acme.example", "ldap.\u{430}cme.example".as_bytes()),
        (flows, "\"wan, lan\"", "\"wan, l\u{430}n\"".as_bytes()),
        ("products.csv", "https://acme.example/ports", "https://\u{430}cme.example/ports".as_bytes()),
        ("products.csv", "mailer,acme", "mailer,\u{430}cme".as_bytes()),
    ];
    let many = |count: u16, between: &str| {
        let specs = (1..=count).map(|port| format!("tcp/{port}")).collect::<Vec<_>>();
        format!("\"{}\"", specs.join(between)).into_bytes()
    };
    let (groups, specs) = (many(257, ", "), many(1_001, " | "));
    let mut page = Page::new(
        "tables",
        "Errors of tables",
        "port-data/tests/refusals.rs",
        "What is wrong with a directory of tables, as `catalog!` tells it where it compiles, `cargo xtask expand` where it prints, and \
         `cargo xtask regenerate` where it would write. All that is wrong is told at once. The command is the file.",
    );
    page.section("Cells and rows", "Changed is one text of sound tables.");
    for (file, from, to) in cases {
        let to_text = String::from_utf8_lossy(to).into_owned();
        let errors = read_with(file, from, to).expect_err(&to_text);
        page.row(file, &changed(from, &to_text), &errors.join("\n"), CODE);
    }
    for (input, to) in [("257 groups of specs", groups), ("1001 specs", specs)] {
        let errors = read_with(flows, "tcp/25 smtp", &to).expect_err(input);
        page.row(flows, input, &errors.join("\n"), CODE);
    }
    page.section("Files", "");
    for (name, to) in [("vendors.csv", None), ("flows/mailer.csv", None), ("products.csv", Some("miler,acme"))] {
        let directory = tempfile::tempdir().unwrap();
        write(directory.path(), |file, text| match to {
            Some(to) if file == name => Some(text.replace("mailer,acme", to)),
            None if file == name => None,
            _ => Some(text.to_string()),
        });
        let errors = read(directory.path()).unwrap_err();
        let input = to.map_or("the file is not there".to_string(), |to| changed("mailer,acme", to));
        page.row(name, &input, &errors.join("\n"), CODE);
    }
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), |_, text| Some(text.to_string()));
    // A hole: it takes no room on the disk.
    fs::File::options().write(true).open(directory.path().join("peers.csv")).unwrap().set_len(1 << 30).unwrap();
    page.row("peers.csv", "a gigabyte", &read(directory.path()).unwrap_err().join("\n"), CODE);
    let errors = read(Path::new("nowhere")).unwrap_err();
    page.row("a directory", "which is not there", &errors.join("\n"), CODE);
    page.assert();
}

/// The exit code of `cargo xtask` where tables are refused. A crate with `catalog!` does not compile.
const CODE: &str = "2";

/// What is wrong with tables that are sound but for one text.
fn changed(from: &str, to: &str) -> String {
    match to {
        "" => format!("without {}", from.trim_end()),
        to => format!("{} for {}", to.trim_end(), from.trim_end()),
    }
}

/// Writes the sound tables as `change` wants them, which leaves out those that it makes nothing of.
fn write(directory: &Path, change: impl Fn(&str, &str) -> Option<String>) {
    fs::create_dir(directory.join("flows")).unwrap();
    for (name, text) in SOUND {
        if let Some(text) = change(name, text) {
            fs::write(directory.join(name), text).unwrap();
        }
    }
}

#[test]
fn all_faults_of_all_files_are_told_at_once() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("flows")).unwrap();
    for (name, text) in SOUND {
        let text = text
            .replace("acme,Acme,https:", "acme,Acme,ftp:")
            .replace("inbound,client", "inward,cliemt")
            .replace("tcp,25", "tcp,0");
        fs::write(directory.path().join(name), text).unwrap();
    }
    fs::rename(directory.path().join("products.csv"), directory.path().join("product.csv")).unwrap();
    let errors = read(directory.path()).unwrap_err();
    let places: Vec<String> =
        errors.iter().map(|error| error.split(": ").take(2).collect::<Vec<_>>().join(" ")).collect();
    // That no product is known is told once, and not again for what refers to one.
    assert_eq!(
        places,
        [
            "vendors.csv:2:11 url",
            "products.csv cannot be read",
            "services.csv:2:15 port",
            "flows/mailer.csv:2:18 direction",
            "flows/mailer.csv:2:25 peer",
        ]
    );
}
