//! Reads the flow tables: finds the table of each edition, and puts their rows into the order of the catalog.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use crate::codes;
use crate::diagnostic::{Diagnostic, Place};
use crate::flow_row::{FlowReferences, ProductContext, Services};
use crate::hidden::QuotedAscii;
use crate::id::flow_variant;
use crate::ids::Ids;
use crate::schema::{Edition, FLOWS, Flow, Peer, Product};
use crate::table_reader::{FlowTable, IdRow, Located, Rows, TableReader};

/// What flow tables refer to.
pub(crate) struct Tables<'a> {
    pub(crate) peers: &'a Rows<Peer>,
    pub(crate) services: &'a Services,
    /// Whether there is no `editions.csv`.
    pub(crate) is_simple: bool,
    /// Whether `products.csv` declares the interfaces of products.
    pub(crate) interfaces_are_declared: bool,
}

impl TableReader {
    /// The rows of all flow tables in the order of [`Catalog::flows`](crate::Catalog::flows), and the number of ids.
    pub(crate) fn flows(
        &mut self,
        directory: &Path,
        products: &mut Rows<Product>,
        editions: &[Edition],
        tables: &Tables<'_>,
    ) -> (Vec<Flow>, usize) {
        let flows_directory = directory.join("flows");
        let mut files = self.flow_tables(&flows_directory);
        let peers = tables.peers.ids();
        let components =
            tables.peers.valid.iter().filter_map(|peer| Some((peer.row.id.clone(), peer.row.component?.0)));
        let products_of_components: HashMap<String, usize> = components.collect();
        let product_ids = products.ids();
        let mut ids: Vec<Located<IdRow>> = Vec::new();
        let mut by_edition: Vec<Vec<Flow>> = Vec::new();
        for (number, edition) in editions.iter().enumerate() {
            let Some(product) = products.valid.get_mut(edition.product) else {
                by_edition.push(Vec::new());
                continue;
            };
            let product = &mut product.row;
            let name = (!tables.is_simple).then(|| edition.id.clone());
            let found = files.iter().position(|file| file.product == product.id && file.edition == name);
            let Some(FlowTable { file, .. }) = found.map(|found| files.remove(found)) else {
                self.report_missing_table(directory, product, name.as_deref());
                by_edition.push(Vec::new());
                continue;
            };
            let mut context = ProductContext {
                index: edition.product,
                id: &product.id,
                interfaces: product.interfaces.clone(),
                components: &product.components,
            };
            let rows = self.rows(&file, FLOWS, |row| {
                if !tables.interfaces_are_declared {
                    row.declare_interfaces(&mut context.interfaces);
                }
                row.flow(&FlowReferences {
                    product: &context,
                    peers: &peers,
                    products_of_components: &products_of_components,
                    services: tables.services,
                    edition: number,
                })
            });
            product.interfaces = context.interfaces;
            self.check_distinct_rows(&rows.valid);
            ids.extend(rows.ids.into_iter().map(|Located { row: IdRow { id, .. }, place }| {
                let variant = flow_variant(&product.id, &id);
                Located { row: IdRow { id, variant, product: Some(edition.product), edition: number }, place }
            }));
            let in_order = rows.valid.into_iter().enumerate();
            by_edition.push(in_order.map(|(position, located)| Flow { position, ..located.row }).collect());
        }
        self.check_distinct_ids(&ids);
        for FlowTable { product, edition, file } in files {
            if product_ids.may_contain(&product)
                && edition.is_none() == tables.is_simple
                && !self.diagnostics.is_empty()
            {
                // The row of the product or of the edition may be invalid. The flows are read to report their problems too.
                let known = products.valid.iter().position(|known| known.row.id == product);
                let row = known.map(|known| &products.valid[known].row);
                let mut context = ProductContext {
                    index: known.unwrap_or_default(),
                    id: &product,
                    interfaces: row.map(|row| row.interfaces.clone()).unwrap_or_default(),
                    components: row.map_or(&[], |row| &row.components),
                };
                self.rows(&file, FLOWS, |row| {
                    row.declare_interfaces(&mut context.interfaces);
                    row.flow(&FlowReferences {
                        product: &context,
                        peers: &peers,
                        products_of_components: &products_of_components,
                        services: tables.services,
                        edition: 0,
                    })
                });
            } else {
                self.report_unknown_table(&product, edition.as_deref(), &file, &product_ids, tables.is_simple);
            }
        }
        in_catalog_order(editions, by_edition)
    }

    fn report_missing_table(&mut self, directory: &Path, product: &Product, edition: Option<&str>) {
        let (table, message, help) = match edition {
            Some(edition) => (
                "editions.csv",
                format!("edition {edition} of {} has no flows", product.id),
                format!("add flows/{}/{edition}.csv", product.id),
            ),
            None => (
                "products.csv",
                format!("product {} has no flows", product.id),
                format!("add flows/{}.csv", product.id),
            ),
        };
        let problem = Diagnostic::new(codes::NO_FLOWS, message).help(help);
        self.diagnostics.push(problem.at(Place::file(directory.join(table))));
    }

    fn report_unknown_table(
        &mut self,
        product: &str,
        edition: Option<&str>,
        file: &Path,
        products: &Ids,
        is_simple: bool,
    ) {
        let problem = if !products.may_contain(product) {
            let message = format!("unknown product {} (not in products.csv)", QuotedAscii(product));
            Diagnostic::new(codes::NO_PRODUCT, message).nearest(products.nearest(product))
        } else if is_simple {
            let message = "tables of editions need an editions.csv";
            Diagnostic::new(codes::NO_PRODUCT, message).help("add it, or move the table to flows/<product>.csv")
        } else if let Some(edition) = edition {
            let message = format!("unknown edition {} of {product} (not in editions.csv)", QuotedAscii(edition));
            Diagnostic::new(codes::NO_PRODUCT, message).help("add a row to editions.csv")
        } else {
            let message = "table of flows doesn't belong to an edition";
            Diagnostic::new(codes::NO_PRODUCT, message).help("move it to flows/<product>/<edition>.csv")
        };
        self.diagnostics.push(problem.at(Place::file(file)));
    }

    /// Reports flows of one edition that claim the same row, and agree in everything that tells the flows of a row apart.
    fn check_distinct_rows(&mut self, flows: &[Located<Flow>]) {
        let mut seen: HashMap<u32, Vec<&Located<Flow>>> = HashMap::new();
        for located in flows {
            let row = &located.row.row;
            let same = |other: &&&Located<Flow>| {
                let other = &other.row.row;
                (row.direction, row.component, row.peer) == (other.direction, other.component, other.peer)
                    && row.specs == other.specs
            };
            let of_row = seen.entry(row.row).or_default();
            if let Some(first) = of_row.iter().find(same) {
                let message = format!(
                    "row: duplicate row {} (first in {first}) with the same direction, peer and ports",
                    row.row
                );
                let problem = Diagnostic::new(codes::DUPLICATE_ROW, message).help("give each flow its own row");
                self.diagnostics.push(problem.at(Place { column: 0, ..located.place.clone() }));
            }
            of_row.push(located);
        }
    }
}

/// For each id the row of the newest edition that has it, and then the other rows; and the number of ids.
fn in_catalog_order(editions: &[Edition], by_edition: Vec<Vec<Flow>>) -> (Vec<Flow>, usize) {
    let (mut newest, mut older) = (Vec::new(), Vec::new());
    let mut by_edition = by_edition.into_iter();
    for of_product in editions.chunk_by(|one, next| one.product == next.product) {
        let mut known: HashSet<String> = HashSet::new();
        let mut others: Vec<Vec<Flow>> = Vec::new();
        let rows: Vec<Vec<Flow>> = by_edition.by_ref().take(of_product.len()).collect();
        for rows in rows.into_iter().rev() {
            let (first, rest): (Vec<Flow>, Vec<Flow>) =
                rows.into_iter().partition(|flow| known.insert(flow.row.id.clone()));
            newest.extend(first);
            others.push(rest);
        }
        older.extend(others.into_iter().rev().flatten());
    }
    let ids = newest.len();
    newest.append(&mut older);
    (newest, ids)
}
