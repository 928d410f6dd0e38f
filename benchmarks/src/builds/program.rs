//! The programs that are built. Each looks up a fact by its argument and prints it.

use std::path::Path;

use clap::ValueEnum;

/// A program, by what it depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Program {
    /// Nothing: prints its argument
    Empty,
    /// port-catalog: the flows that use a port
    PortCatalog,
    /// port-catalog without the macro: the same
    PortCatalogNoMacro,
    /// port-catalog: every flow with all its text
    PortCatalogListing,
    /// port-catalog: a match on `Product`
    PortCatalogProduct,
    /// phf with its macro: a map of 80 ports
    Phf,
    /// strum with its derive: an enum of 32 services
    Strum,
    /// usb-ids: a vendor's name
    UsbIds,
    /// chrono-tz: a time zone
    ChronoTz,
    /// webpki-roots: the length of a root's name
    WebpkiRoots,
}

impl Program {
    /// The name that `--only` accepts.
    pub fn name(self) -> &'static str {
        match self {
            Program::Empty => "empty",
            Program::PortCatalog => "port-catalog",
            Program::PortCatalogNoMacro => "port-catalog-no-macro",
            Program::PortCatalogListing => "port-catalog-listing",
            Program::PortCatalogProduct => "port-catalog-product",
            Program::Phf => "phf",
            Program::Strum => "strum",
            Program::UsbIds => "usb-ids",
            Program::ChronoTz => "chrono-tz",
            Program::WebpkiRoots => "webpki-roots",
        }
    }

    /// The name in the results.
    pub fn depends_on(self) -> &'static str {
        match self {
            Program::Empty => "nothing",
            Program::PortCatalog => "port-catalog",
            Program::PortCatalogNoMacro => "port-catalog, default-features = false",
            Program::PortCatalogListing => "port-catalog, and lists every flow",
            Program::PortCatalogProduct => "port-catalog, and matches on Product alone",
            Program::Phf => "phf, features = [\"macros\"]",
            Program::Strum => "strum, features = [\"derive\"]",
            Program::UsbIds => "usb-ids",
            Program::ChronoTz => "chrono-tz",
            Program::WebpkiRoots => "webpki-roots",
        }
    }

    pub fn source(self) -> &'static str {
        match self {
            Program::Empty => include_str!("../../programs/empty.rs"),
            Program::PortCatalog | Program::PortCatalogNoMacro => include_str!("../../programs/port-catalog.rs"),
            Program::PortCatalogListing => include_str!("../../programs/port-catalog-listing.rs"),
            Program::PortCatalogProduct => include_str!("../../programs/port-catalog-product.rs"),
            Program::Phf => include_str!("../../programs/phf.rs"),
            Program::Strum => include_str!("../../programs/strum.rs"),
            Program::UsbIds => include_str!("../../programs/usb-ids.rs"),
            Program::ChronoTz => include_str!("../../programs/chrono-tz.rs"),
            Program::WebpkiRoots => include_str!("../../programs/webpki-roots.rs"),
        }
    }

    /// The dependency in its manifest. The versions of the alternatives are exact, so that results of different days compare.
    pub fn dependency(self, port_catalog: &Path) -> String {
        let ours = |more| format!("port-catalog = {{ path = '{}'{more} }}", port_catalog.display());
        match self {
            Program::Empty => String::new(),
            Program::PortCatalog | Program::PortCatalogListing | Program::PortCatalogProduct => ours(""),
            Program::PortCatalogNoMacro => ours(", default-features = false"),
            Program::Phf => r#"phf = { version = "=0.14.0", features = ["macros"] }"#.to_owned(),
            Program::Strum => r#"strum = { version = "=0.28.0", features = ["derive"] }"#.to_owned(),
            Program::UsbIds => r#"usb-ids = "=1.2026.6""#.to_owned(),
            Program::ChronoTz => r#"chrono-tz = "=0.10.4""#.to_owned(),
            Program::WebpkiRoots => r#"webpki-roots = "=1.0.10""#.to_owned(),
        }
    }
}
