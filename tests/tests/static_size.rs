//! The size of every static table in bytes, so that a reviewer sees what a change of the data costs programs.

use std::path::{Path, PathBuf};

use port_catalog::__private::{Column, FlowLists, Lists, OlderRows, PackedInts, StringPool, TextColumn, TextIndex};
use port_catalog::__private::{IdTables, Tables};
use port_catalog::{Data, FlowId, Id, Peer, Product, Service, Vendor};
use port_catalog_tests::assert_snapshot;
use proc_macro2::{TokenStream, TokenTree};

/// Sizes by table name, in the order in which they were added.
#[derive(Default)]
struct Sizes(Vec<(String, usize)>);

impl Sizes {
    fn numbers(&mut self, name: &str, numbers: PackedInts) {
        self.0.push((name.to_string(), numbers.bytes.len()));
    }

    fn columns(&mut self, name: &str, columns: &[Column]) {
        self.0.push((name.to_string(), columns.iter().map(|column| column.size()).sum()));
    }

    fn lists(&mut self, name: &str, lists: Lists) {
        self.0.push((name.to_string(), lists.starts.bytes.len() + lists.items.bytes.len()));
    }

    fn texts(&mut self, name: &str, texts: StringPool) {
        self.0.push((format!("{name}, texts"), texts.blob.len()));
        self.0.push((format!("{name}, starts of texts"), size_of_starts(texts)));
    }

    fn text_columns(&mut self, name: &str, columns: &[TextColumn]) {
        let bytes = columns.iter().map(|column| column.numbers.size()).sum();
        self.0.push((format!("{name}, numbers of texts"), bytes));
    }

    fn index(&mut self, name: &str, index: TextIndex) {
        self.0.push((format!("{name}, index"), index.displacements.bytes.len() + index.slots.bytes.len()));
    }

    fn ids<I: Id>(&mut self) {
        self.texts(I::KIND, I::IDS);
        self.index(I::KIND, I::INDEX);
        self.0.push((format!("{}, enum", I::KIND), size_of_val(I::ALL)));
    }

    fn table(&self) -> String {
        let total: usize = self.0.iter().map(|(_, bytes)| bytes).sum();
        let rows = self.0.iter().map(|(name, bytes)| format!("{bytes:6} {name}\n"));
        rows.chain([format!("{total:6} all\n")]).collect()
    }
}

#[test]
fn bytes_of_every_table() {
    let mut sizes = Sizes::default();
    sizes.ids::<Vendor>();
    sizes.columns("vendors", &Data::VENDORS);
    sizes.texts("vendors", Data::VENDOR_TEXTS);
    sizes.text_columns("vendors", &Data::VENDOR_TEXT_COLUMNS);
    sizes.lists("products of vendors", Data::VENDOR_PRODUCTS);
    sizes.ids::<Product>();
    sizes.columns("products", &Data::PRODUCTS);
    sizes.texts("products", Data::PRODUCT_TEXTS);
    sizes.text_columns("products", &Data::PRODUCT_TEXT_COLUMNS);
    sizes.lists("interfaces of products", Data::PRODUCT_INTERFACES);
    sizes.lists("components of products", Data::PRODUCT_COMPONENTS);
    sizes.texts("interfaces and components", Data::NAMES);
    sizes.columns("editions", &Data::EDITIONS);
    sizes.texts("editions", Data::EDITION_TEXTS);
    sizes.text_columns("editions", &Data::EDITION_TEXT_COLUMNS);
    sizes.numbers("editions of products", Data::PRODUCT_EDITIONS);
    let OlderRows { ids, starts, columns, values } = Data::OLDER;
    sizes.numbers("older flows, ids", ids);
    sizes.columns("older flows, changes", &[starts, columns, values].map(Column::dense));
    sizes.ids::<Peer>();
    sizes.columns("peers", &Data::PEERS);
    sizes.texts("peers", Data::PEER_TEXTS);
    sizes.text_columns("peers", &Data::PEER_TEXT_COLUMNS);
    sizes.lists("peers that peers include", Data::PEER_INCLUDES);
    sizes.ids::<Service>();
    sizes.columns("services", &Data::SERVICES);
    sizes.texts("services", Data::SERVICE_TEXTS);
    sizes.text_columns("services", &Data::SERVICE_TEXT_COLUMNS);
    sizes.ids::<FlowId>();
    sizes.columns("flows", &Data::FLOWS);
    sizes.texts("flows", Data::FLOW_TEXTS);
    sizes.text_columns("flows", &Data::FLOW_TEXT_COLUMNS);
    sizes.columns("profiles of flows", &Data::PROFILES);
    sizes.numbers("lists of specs", Data::SPEC_LISTS);
    sizes.columns("specs", &Data::SPECS);
    sizes.lists("lists of hosts", Data::HOST_LISTS);
    sizes.texts("hosts", Data::HOST_NAMES);
    sizes.index("hosts", Data::HOSTS.index);
    sizes.numbers("hosts, lists of flows", Data::HOSTS.flows);
    sizes.numbers("hosts, lists of covering wildcards", Data::HOSTS.covering);
    sizes.numbers("ports, pages", Data::PORTS.pages);
    sizes.numbers("ports, lists of flows", Data::PORTS.lists);
    let FlowLists { starts, lengths, exact, ranges, items } = Data::FLOW_LISTS;
    sizes.columns("lists of flows", &[starts, lengths, exact, ranges, items].map(Column::dense));
    assert_snapshot("bytes_of_every_table", &sizes.table());
}

#[test]
fn the_tables_of_a_lookup_by_port_have_at_most_fifty_bytes_per_flow() {
    let FlowLists { starts, lengths, exact, ranges, items } = Data::FLOW_LISTS;
    let ports = [Data::PORTS.pages, Data::PORTS.lists, starts, lengths, exact, ranges, items];
    let bytes: usize = ports.iter().map(|numbers| numbers.bytes.len()).sum();
    let flows = FlowId::ALL.len();
    assert!(bytes <= 50 * flows, "{bytes} bytes for {flows} flows");
}

/// The bytes of the starts of strings.
fn size_of_starts(texts: StringPool) -> usize {
    texts.blocks.bytes.len() + texts.starts.bytes.len()
}

/// What a program contains besides its code if it lists every flow with all of its text, as `port-catalog-listing` of the benchmarks does.
/// With its code, it is then about 1.3 times its text.
#[test]
fn the_tables_of_a_listing_have_at_most_225_bytes_for_1000_bytes_of_text() {
    let pools = [
        Vendor::IDS,
        Product::IDS,
        Peer::IDS,
        Service::IDS,
        FlowId::IDS,
        Data::NAMES,
        Data::HOST_NAMES,
        Data::EDITION_TEXTS,
        Data::FLOW_TEXTS,
    ];
    let text: usize = pools.iter().map(|pool| pool.blob.len()).sum();
    let starts: usize = pools.iter().map(|pool| size_of_starts(*pool)).sum();
    let text_columns = [&Data::EDITION_TEXT_COLUMNS[..], &Data::FLOW_TEXT_COLUMNS].concat();
    let columns = [&Data::FLOWS[..], &Data::PROFILES, &Data::SPECS].concat();
    let columns: usize =
        columns.into_iter().chain(text_columns.iter().map(|column| column.numbers)).map(Column::size).sum();
    let OlderRows { ids, starts: older, columns: older_columns, values } = Data::OLDER;
    let Lists { starts: host_lists, items: hosts } = Data::HOST_LISTS;
    let Lists { starts: component_lists, items: components } = Data::PRODUCT_COMPONENTS;
    let numbers = [
        ids,
        older,
        older_columns,
        values,
        Data::SPEC_LISTS,
        host_lists,
        hosts,
        component_lists,
        components,
        Data::PRODUCT_EDITIONS,
    ];
    let numbers: usize = numbers.iter().map(|numbers| numbers.bytes.len()).sum();
    let tables = starts + columns + numbers + size_of_val(FlowId::ALL);
    assert!(tables * 1000 <= text * 225, "{tables} bytes of tables for {text} bytes of text");
}

/// The bytes of the literals that `catalog!` expands to, which are its tables.
fn literal_bytes(catalog: &port_data::Catalog) -> usize {
    fn in_tokens(tokens: TokenStream) -> usize {
        let bytes = |token| match token {
            // Documentation isn't part of a program.
            TokenTree::Group(group) if group.stream().to_string().starts_with("doc =") => 0,
            TokenTree::Group(group) => in_tokens(group.stream()),
            TokenTree::Literal(literal) => match syn::Lit::new(literal) {
                syn::Lit::ByteStr(bytes) => bytes.value().len(),
                syn::Lit::Str(text) => text.value().len(),
                _ => 0,
            },
            _ => 0,
        };
        tokens.into_iter().map(bytes).sum()
    }
    in_tokens(port_codegen::expand(catalog))
}

/// The size of a catalog with some editions of one product, whose tables are given as texts.
fn size_of_editions(editions: &[(&str, String)]) -> usize {
    let read = |table: &str| std::fs::read_to_string(Path::new(port_data::TABLES).join(table)).unwrap();
    let mut rows = "product,edition,printed_edition,document,url\n".to_string();
    let mut files: Vec<(PathBuf, String)> =
        ["vendors.csv", "peers.csv", "services.csv"].map(|table| (table.into(), read(table))).into();
    // Components belong to other products.
    files[1].1 =
        files[1].1.lines().filter(|line| !line.contains(",component,")).map(|line| format!("{line}\n")).collect();
    for (edition, table) in editions {
        rows += &format!("fortimail,{edition},{edition},Ports,https://acme.example\n");
        files.push((format!("flows/fortimail/{edition}.csv").into(), table.clone()));
    }
    files.push(("editions.csv".into(), rows));
    files.push(("products.csv".into(), "id,vendor,name\nfortimail,fortinet,FortiMail\n".to_string()));
    literal_bytes(&port_data::read_texts(Path::new("tables"), files).unwrap_or_else(|errors| panic!("{errors:?}")))
}

#[test]
fn an_edition_that_changes_two_rows_of_54_costs_at_most_four_times_the_bytes_of_two_rows() {
    let table = std::fs::read_to_string(Path::new(port_data::TABLES).join("flows/fortimail/6.2.0.csv")).unwrap();
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 1 + 54, "no cell of the table has a line end");
    let one = size_of_editions(&[("1", table.clone())]);
    // The last two rows are the ones that change.
    let without_two = lines[..53].join("\n") + "\n";
    let two_rows = one - size_of_editions(&[("1", without_two)]);
    let replacements = [
        ("tcp/80 ocsp", "tcp/8080 ocsp"),
        ("\"TCP/80, or defined by certificate\"", "\"TCP/8080, or defined by certificate\""),
        ("tcp/443; tcp/514,unstated", "tcp/443,all"),
        ("\"TCP/443, TCP/514\"", "TCP/443"),
    ];
    let changed = replacements.iter().fold(table.clone(), |table, (from, to)| table.replacen(from, to, 1));
    let different = changed.lines().zip(table.lines()).filter(|(changed, line)| changed != line).count();
    assert_eq!(different, 2);
    let both = size_of_editions(&[("1", table), ("2", changed)]);
    assert!(both - one <= 4 * two_rows, "{} bytes for the edition, {two_rows} for two rows", both - one);
}
