//! `cargo xtask`: the maintenance commands. Each is a thin call into a library.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use clap::{Parser, Subcommand, ValueEnum};
use port_data::hidden::{Escaped, escape_json};
use port_data::{Diagnostic, Place};
use port_import::generated_file::expand;
use port_import::new_product::{NewEdition, NewProduct, Summary, fields_in_use, new_edition, new_product};
use port_import::page::Layout;
use port_import::page_file::convert;
use port_import::propose::patch;
use port_import::regenerate::{Outcome, PageFacts, RegenerateOptions, regenerate};
use port_import::report::Report;
use xtask::check_pages::fetch::Limits;
use xtask::check_pages::{CheckPages, check_pages};
use xtask::codes;
use xtask::day::day_id;
use xtask::package::{PackageArgs, package};
use xtask::release::{readiness, record};
use xtask::scale::scale;
use xtask::site::{SiteArgs, site};

/// Maintenance commands
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Regenerate the tables from vendors' pages, or from their captures
    #[command(after_help = "Exit codes: 0 done; 1 something would change (--check); 2 bad input, nothing was written.

Examples:
  cargo xtask regenerate                                regenerate the tables from the captures
  cargo xtask regenerate --doc fortimail=page.html      read a vendor's page again, for the newest edition
  cargo xtask regenerate --doc fortimail@5.4=page.html  read the page of another edition
  cargo xtask regenerate --docs pages --check           check whether anything would change
  cargo xtask regenerate --doc fortimail=page.html --retrieved 2026-12-01
                                                        accept a page that changed
  cargo xtask regenerate --docs pages --check --propose edits.patch
                                                        write the edits that would resolve the errors, for git apply")]
    Regenerate(RegenerateArgs),
    /// Print the HTML that is read in place of a page in Markdown, reStructuredText, AsciiDoc or DITA, with the page's lines
    #[command(after_help = "Example:\n  cargo xtask convert relay.adoc > relay.html")]
    Convert {
        /// The page
        #[arg(value_name = "FILE")]
        doc: PathBuf,
    },
    /// Draft a product from its vendor's page: capture, curation, and rows in products.csv and editions.csv
    #[command(
        after_help = "Without an edition, the day of retrieval is its id, or today's date: a page without a version is named after the day.

Example:
  cargo xtask new-product relay@4.2 --doc relay.html --vendor acme --retrieved 2026-12-01"
    )]
    NewProduct {
        /// The product's id: lowercase kebab-case, never changed later; and the id of the page's edition
        #[arg(value_name = "ID[@EDITION]", value_parser = product_and_edition)]
        id: (String, Option<String>),
        /// The vendor's page
        #[arg(long, value_name = "FILE")]
        doc: PathBuf,
        /// The layout of a page saved as text, if several fit
        #[arg(long)]
        layout: Option<Layout>,
        /// The vendor's id
        #[arg(long, value_parser = id)]
        vendor: Option<String>,
        /// The name of a new vendor
        #[arg(long, value_name = "NAME", requires = "vendor")]
        vendor_name: Option<String>,
        /// The web site of a new vendor
        #[arg(long, value_name = "URL", requires = "vendor")]
        vendor_url: Option<String>,
        /// The product's name
        #[arg(long)]
        name: Option<String>,
        #[arg(long, help = field_help())]
        field: Option<String>,
        #[command(flatten)]
        origin: Origin,
        /// Draft the product again after a change of its columns or tables; keep what is written already
        #[arg(long)]
        again: bool,
        /// The day on which the page was saved
        #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
        retrieved: Option<String>,
    },
    /// Draft another edition of a product, from its page and the curation of the newest edition
    #[command(
        after_help = "Editions are ordered by age in editions.csv: the new one by its version or day, if all have one, and otherwise as the newest.

Example:
  cargo xtask new-edition relay 4.3 --doc relay.html --retrieved 2026-12-01"
    )]
    NewEdition {
        /// The product's id
        #[arg(value_parser = id)]
        product: String,
        /// The edition's id: lowercase letters, digits, dots and hyphens
        #[arg(value_parser = edition_id)]
        edition: String,
        /// The vendor's page
        #[arg(long, value_name = "FILE")]
        doc: PathBuf,
        /// The layout of a page saved as text, if it isn't that of the newest edition
        #[arg(long)]
        layout: Option<Layout>,
        #[command(flatten)]
        origin: Origin,
        /// The day on which the page was saved
        #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
        retrieved: Option<String>,
    },
    /// Check whether the pages of all editions still say what the catalog has
    #[command(
        after_help = "A page is fetched, read as its curation describes, and compared with its capture. --update records what the pages say
now in port-data/pages.csv: pages that never give their capture then count as changed only if they change again.
Pages that editions.csv marks as saved by-hand are listed and not fetched.

Exit codes: 0 nothing changed; 1 a page changed, moved, vanished, or could not be checked; 2 bad input.

Examples:
  cargo xtask check-pages                       report which pages changed
  cargo xtask check-pages --report markdown     the same as the text of an issue"
    )]
    CheckPages {
        /// Record what the pages say now in port-data/pages.csv
        #[arg(long)]
        update: bool,
        /// The format of the report
        #[arg(long, value_enum, default_value_t = PagesFormat::Text)]
        report: PagesFormat,
    },
    /// Measure what catalogs of any size cost, with generated tables compiled by `catalog!`
    #[command(
        after_help = "The CPU time is that of the macro, of rustc for the crate with the tables, and of the linker. The bytes are the size of
the program, which lists all flows, minus its size with a single flow. Look-ups: a random port, one of 125 ids, any id,
the number of flows of a product.

Example:
  cargo xtask scale 125 1000 10000"
    )]
    Scale {
        /// The number of flows of each catalog
        #[arg(required = true, value_name = "FLOWS", value_parser = clap::value_parser!(u32).range(1..))]
        sizes: Vec<u32>,

        /// The number of editions of each product. From one to the next, one flow of 27 changes
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
        editions: u16,
    },
    /// Check whether the crates are ready to be published, and print how to publish them
    #[command(
        after_help = "Exit codes: 0 ready; 1 something is missing; 2 bad usage, or a file or program is not available.

Examples:
  cargo xtask release --record                  record the changes of the data as those of the version
  cargo xtask release --dry-run                 check whether everything is ready"
    )]
    Release {
        /// Publish nothing (a person runs the commands that are printed)
        #[arg(long)]
        dry_run: bool,
        /// Record the changes of the data since the last release as those of the version in Cargo.toml, and publish nothing
        #[arg(long, conflicts_with = "dry_run")]
        record: bool,
    },
    /// Write the web page of the catalog
    #[command(
        after_help = "The same tables give the same bytes. docs/web.md explains how to build the client and how to serve the site.

Examples:
  cargo xtask site --out site                             pages without search and tools
  port-web/build.sh && cargo xtask site --client target/web --out site"
    )]
    Site(SiteArgs),
    /// Package what users install: an archive with the command, and a Python wheel
    #[command(
        after_help = "Prints the path, the size and the SHA-256 of each package. The same sources, tools and paths give the same bytes; times
in packages are SOURCE_DATE_EPOCH, or else 1980-01-01.

Examples:
  cargo xtask package                                      for this machine, into target/package
  cargo xtask package --target x86_64-unknown-linux-musl   a program that needs no system library
  cargo xtask package --only wheel --profile dev           a wheel to try, which is built faster"
    )]
    Package(PackageArgs),
    /// Print the Rust that `catalog!` expands to for a directory of tables
    Expand {
        /// The directory (default: this project's own tables)
        #[arg(default_value = port_data::TABLES, hide_default_value = true)]
        directory: PathBuf,
    },
}

/// Where a page comes from.
#[derive(Debug, clap::Args)]
struct Origin {
    /// The edition as the page prints it
    #[arg(long, value_name = "TEXT")]
    printed_edition: Option<String>,
    /// The address of the page
    #[arg(long)]
    url: Option<String>,
    /// Where the text of the page comes from, such as a repository and a file in it
    #[arg(long)]
    source: Option<String>,
    /// The licence of the text
    #[arg(long)]
    licence: Option<String>,
}

#[derive(Debug, clap::Args)]
struct RegenerateArgs {
    /// Read a vendor's page, of the newest edition if none is given
    #[arg(long, value_name = "PRODUCT[@EDITION]=FILE", value_parser = document)]
    doc: Vec<(String, PathBuf)>,
    /// Read every <product>[@<edition>].<txt|html|md|csv> in a directory
    #[arg(long, value_name = "DIR")]
    docs: Option<PathBuf>,
    /// Write captures/ and tables/ to this directory instead of the workspace
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Report drafts (editions with an unresolved FIXME) as errors; otherwise they are left out unless their page is given with --doc
    #[arg(long)]
    no_drafts: bool,
    /// Write nothing; exit with 1 if anything would change
    #[arg(long)]
    check: bool,
    /// The day on which the pages that changed were saved
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    retrieved: Option<String>,
    /// The edition as the page that changed prints it, if that changed too
    #[arg(long, value_name = "TEXT", requires = "retrieved")]
    printed_edition: Option<String>,
    /// The URL of the page that changed, if that changed too
    #[arg(long, requires = "retrieved")]
    url: Option<String>,
    /// Write the edits that would resolve the errors to this file, as a patch for `git apply`
    #[arg(long, value_name = "FILE")]
    propose: Option<PathBuf>,
    /// The format of the report
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    report: ReportFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ReportFormat {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum PagesFormat {
    Text,
    Markdown,
    Json,
}

fn document(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((product, file)) if !product.is_empty() && !file.is_empty() => {
            Ok((product.to_string(), PathBuf::from(file)))
        }
        _ => Err("write a product and its page, such as fortimail=page.html".to_string()),
    }
}

/// The ids of a product and an edition: `relay` or `relay@4.2`.
fn product_and_edition(text: &str) -> Result<(String, Option<String>), String> {
    match text.split_once('@') {
        Some((product, edition)) => Ok((id(product)?, Some(edition_id(edition)?))),
        None => Ok((id(text)?, None)),
    }
}

fn day(text: &str) -> Result<String, String> {
    let invalid = |diagnostic: Diagnostic| format!("{}; write YYYY-MM-DD", diagnostic.message);
    port_data::date::check_date(text).map(|()| text.to_string()).map_err(invalid)
}

fn edition_id(text: &str) -> Result<String, String> {
    port_data::id::check_edition_id(text).map_err(|diagnostic| diagnostic.text())
}

fn id(text: &str) -> Result<String, String> {
    port_data::id::check_id(text).map_err(|diagnostic| diagnostic.text())
}

/// The help of `--field`, with the fields that products have already.
fn field_help() -> String {
    let fields: Vec<String> = fields_in_use(&data().join("tables")).into_iter().collect();
    format!("What the product is for; CONTRIBUTING.md lists the fields. In use: {}", fields.join(", "))
}

/// Parses the arguments. If they are wrong, they are parsed again with hidden characters escaped, because clap quotes them.
fn arguments() -> Arguments {
    let escaped = || std::env::args_os().map(|argument| Escaped(argument.to_string_lossy()).to_string());
    Arguments::try_parse().unwrap_or_else(|error| Arguments::try_parse_from(escaped()).err().unwrap_or(error).exit())
}

fn main() -> ExitCode {
    let result = match arguments().command {
        Command::Regenerate(args) => return run_regenerate(args),
        Command::Convert { doc } => convert(&doc).map(|html| {
            print(&html);
            ExitCode::SUCCESS
        }),
        Command::NewProduct {
            id,
            doc,
            layout,
            vendor,
            vendor_name,
            vendor_url,
            retrieved,
            name,
            field,
            origin,
            again,
        } => {
            let (id, edition) = id;
            let edition = edition.or(retrieved.clone()).unwrap_or_else(|| day_id(SystemTime::now()));
            let Origin { printed_edition, url, source, licence } = origin;
            let data = data();
            show_progress(&doc);
            run_draft(new_product(&NewProduct {
                data,
                id,
                edition,
                doc,
                layout,
                retrieved,
                printed_edition,
                vendor,
                vendor_name,
                vendor_url,
                name,
                field,
                url,
                source,
                licence,
                again,
            }))
        }
        Command::NewEdition { product, edition, doc, layout, retrieved, origin } => {
            let Origin { printed_edition, url, source, licence } = origin;
            let data = data();
            show_progress(&doc);
            run_draft(new_edition(&NewEdition {
                data,
                product,
                edition,
                doc,
                layout,
                retrieved,
                printed_edition,
                url,
                source,
                licence,
            }))
        }
        Command::CheckPages { update, report } => run_check_pages(update, report),
        Command::Scale { sizes, editions } => run_scale(&sizes, editions),
        Command::Release { record: true, .. } => record(&root()).map(|text| {
            print(&text);
            ExitCode::SUCCESS
        }),
        Command::Release { dry_run, .. } => run_release(dry_run),
        Command::Site(args) => site(&args, &data()).map(|text| {
            print(&text);
            ExitCode::SUCCESS
        }),
        Command::Package(args) => package(&args, &root()).map(|text| {
            print(&text);
            ExitCode::SUCCESS
        }),
        Command::Expand { directory } => port_data::read(&directory).map(|catalog| {
            print(&expand(&catalog));
            ExitCode::SUCCESS
        }),
    };
    result.unwrap_or_else(print_errors)
}

fn print_errors(diagnostics: Vec<Diagnostic>) -> ExitCode {
    for diagnostic in diagnostics {
        eprintln!("error[{}]: {diagnostic}", diagnostic.code);
    }
    ExitCode::from(2)
}

/// Errors are part of the report, since the rest of it shows what the page would change.
fn run_regenerate(args: RegenerateArgs) -> ExitCode {
    let RegenerateArgs { doc: docs, docs: docs_directory, out, no_drafts, check, report: format, .. } = args;
    let page_facts = PageFacts { retrieved: args.retrieved, printed_edition: args.printed_edition, url: args.url };
    let options =
        RegenerateOptions { data: data(), root: root(), docs, docs_directory, out, no_drafts, check, page_facts };
    let (report, outcome) = regenerate(&options);
    print(&match format {
        ReportFormat::Text => report.to_string(),
        ReportFormat::Json => {
            escape_json(&serde_json::to_string_pretty(&report).expect("the keys of a report are strings")) + "\n"
        }
    });
    if let Some(file) = args.propose {
        if let Err(diagnostics) = write_patch(&report, &file) {
            return print_errors(diagnostics);
        }
    }
    match outcome {
        Outcome::Done => ExitCode::SUCCESS,
        Outcome::Differs => {
            eprintln!("files would change: run the command without --check, and review the changes");
            ExitCode::from(1)
        }
        Outcome::Failed => ExitCode::from(2),
    }
}

fn run_draft(summary: Result<Summary, Vec<Diagnostic>>) -> Result<ExitCode, Vec<Diagnostic>> {
    print(&summary?.relative_to(&root()).to_string());
    Ok(ExitCode::SUCCESS)
}

/// Says on a terminal what is being read, since a long page takes a moment.
fn show_progress(doc: &Path) {
    if std::io::stderr().is_terminal() {
        eprintln!("reading {}", Place::file(doc));
    }
}

/// Writes the edits that would resolve the errors of a report as a patch. Without such edits, the patch is empty.
fn write_patch(report: &Report, file: &Path) -> Result<(), Vec<Diagnostic>> {
    let patch = patch(&report.edits, &root())?;
    std::fs::write(file, &patch).map_err(|error| {
        let diagnostic = Diagnostic::new(codes::UNWRITABLE, format!("cannot be written ({error})"));
        vec![diagnostic.at(Place::file(file))]
    })?;
    match patch.is_empty() {
        true => eprintln!("no edits to propose: {} is empty", Place::file(file)),
        false => eprintln!("review the proposed edits, then run: git apply {}", Place::file(file)),
    }
    Ok(())
}

fn run_check_pages(update: bool, format: PagesFormat) -> Result<ExitCode, Vec<Diagnostic>> {
    let report = check_pages(&CheckPages { data: data(), update, limits: Limits::default() })?;
    print(&match format {
        PagesFormat::Text => report.to_string(),
        PagesFormat::Markdown => report.to_markdown(),
        PagesFormat::Json => {
            escape_json(&serde_json::to_string_pretty(&report).expect("the keys of a report are strings")) + "\n"
        }
    });
    Ok(ExitCode::from(u8::from(report.has_changes())))
}

fn run_scale(sizes: &[u32], editions: u16) -> Result<ExitCode, Vec<Diagnostic>> {
    let root = root();
    scale(&root, &root.join("target/scale"), sizes, editions, |cost| print(&format!("{cost}\n")))
        .map_err(|error| vec![Diagnostic::new(codes::SCALE, error.to_string())])?;
    Ok(ExitCode::SUCCESS)
}

fn run_release(dry_run: bool) -> Result<ExitCode, Vec<Diagnostic>> {
    if !dry_run {
        let diagnostic = Diagnostic::new(codes::DRY_RUN_ONLY, "this command publishes nothing");
        return Err(vec![diagnostic.help("add --dry-run, then run the commands that it prints")]);
    }
    let readiness = readiness(&root()).map_err(|diagnostic| vec![diagnostic])?;
    print(&readiness.to_string());
    Ok(ExitCode::from(u8::from(!readiness.is_ready())))
}

/// The root of the workspace in which cargo runs this program.
fn root() -> PathBuf {
    let own = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&own).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// The directory with captures, curation and tables.
fn data() -> PathBuf {
    root().join("port-data")
}

/// Prints to standard output. A closed pipe is not an error.
fn print(text: &str) {
    let mut output = std::io::stdout().lock();
    let _ = output.write_all(text.as_bytes()).and_then(|()| output.flush());
}
