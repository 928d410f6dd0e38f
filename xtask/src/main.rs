//! `cargo xtask`: the chores of a maintainer. All of it is in the library.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use port_data::hidden::{Escaped, escape_json};
use port_import::curation::MISSING;
use port_import::generated_file::expand;
use port_import::new_product::{NewProduct, new_product};
use port_import::page::Layout;
use port_import::regenerate::{End, Regeneration, regenerate};
use xtask::release::readiness;
use xtask::scale::scale;

/// The chores of a maintainer
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Make the tables anew, from vendors' pages or from the captures of them
    #[command(
        after_help = "Exit codes: 0 done; 1 something differs under --check; 2 bad input, and nothing was written.

Examples:
  cargo xtask regenerate                                make the tables of the captures
  cargo xtask regenerate --doc fortimail=page.html      read a vendor's new page
  cargo xtask regenerate --docs pages --check           would anything change?"
    )]
    Regenerate {
        /// Read a vendor's page
        #[arg(long, value_name = "PRODUCT=FILE", value_parser = document)]
        doc: Vec<(String, PathBuf)>,
        /// Read every <product>.<txt|html|md|csv> of a folder
        #[arg(long, value_name = "DIR")]
        docs: Option<PathBuf>,
        /// Write captures/ and tables/ under this folder, and leave the workspace alone
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// Write nothing; exit with 1 where anything would change
        #[arg(long)]
        check: bool,
        /// How to print the report
        #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
        report: ReportFormat,
    },
    /// Draft a product from its vendor's page: capture, curation, and a row in products.csv
    #[command(after_help = "Example:
  cargo xtask new-product relay --doc relay.html --vendor acme")]
    NewProduct {
        /// Its id: lowercase kebab-case, stable for ever
        #[arg(value_parser = id)]
        id: String,
        /// Its vendor's page
        #[arg(long, value_name = "FILE")]
        doc: PathBuf,
        /// The layout of a text capture, where more than one fits
        #[arg(long)]
        layout: Option<Layout>,
        /// Its vendor's id
        #[arg(long, value_parser = id)]
        vendor: Option<String>,
    },
    /// Measure what a catalog of any size costs: tables are made from a fixed seed, and compiled with `catalog!`
    #[command(
        after_help = "The processor time is that of the macro, of rustc for the crate with the tables, and of the linker; the bytes are what
the program, which lists all flows, grows by over one with a single flow. Look-ups: a random port, one of 125 ids, any id,
how many flows a product has.

Example:
  cargo xtask scale 125 1000 10000"
    )]
    Scale {
        /// How many flows, for each catalog
        #[arg(required = true, value_name = "FLOWS", value_parser = clap::value_parser!(u32).range(1..))]
        sizes: Vec<u32>,
    },
    /// Tell whether the crates are ready to be published, and in which order that is done
    #[command(
        after_help = "Exit codes: 0 ready; 1 something is missing, which is told; 2 a bad call, or what is needed cannot be read.

Example:
  cargo xtask release --dry-run"
    )]
    Release {
        /// Publish nothing: needed, since publishing is left to a person, who makes the calls that are printed
        #[arg(long)]
        dry_run: bool,
    },
    /// Print the Rust that `catalog!` makes of a directory of tables
    Expand {
        /// The directory; this project's own tables where none is given
        #[arg(default_value = port_data::TABLES)]
        directory: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ReportFormat {
    Text,
    Json,
}

fn document(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((product, file)) if !product.is_empty() && !file.is_empty() => {
            Ok((product.to_string(), PathBuf::from(file)))
        }
        _ => Err("expected a product and its page, such as fortimail=page.html".to_string()),
    }
}

fn id(text: &str) -> Result<String, String> {
    match port_data::id::is_id(text) {
        true => Ok(text.to_string()),
        false => Err("expected lowercase kebab-case ASCII that begins with a letter, such as mail-gateway".to_string()),
    }
}

/// The arguments of the call. What clap tells of a wrong one is what stands there, so that it is told of them as they are shown.
fn arguments() -> Arguments {
    let shown = || std::env::args_os().map(|argument| Escaped(argument.to_string_lossy()).to_string());
    Arguments::try_parse().unwrap_or_else(|error| Arguments::try_parse_from(shown()).err().unwrap_or(error).exit())
}

fn main() -> ExitCode {
    match arguments().chore {
        Chore::Regenerate { doc, docs, out, check, report: format } => {
            let regeneration = Regeneration { data: data(), root: root(), docs: doc, docs_in: docs, out, check };
            let (report, end) = regenerate(&regeneration);
            let text = match format {
                ReportFormat::Text => report.to_string(),
                ReportFormat::Json => {
                    escape_json(&serde_json::to_string_pretty(&report).expect("a report has only texts for keys")) + "\n"
                }
            };
            print(&text);
            match end {
                End::Done => ExitCode::SUCCESS,
                End::Differs => {
                    eprintln!("something would change: make the same call without --check, and review it");
                    ExitCode::from(1)
                }
                End::Bad => ExitCode::from(2),
            }
        }
        Chore::NewProduct { id, doc, layout, vendor } => {
            match new_product(&NewProduct { data: data(), id, doc, layout, vendor }) {
                Ok(files) => {
                    let root = root();
                    let files = files.iter().map(|file| file.strip_prefix(&root).unwrap_or(file).display().to_string());
                    let files = files.map(|file| format!("wrote {}\n", Escaped(file))).collect::<String>();
                    print(&format!(
                        "{files}Say what is marked {MISSING} in them, then run `cargo xtask regenerate`.\n"
                    ));
                    ExitCode::SUCCESS
                }
                Err(faults) => {
                    for fault in faults {
                        eprintln!("error: {fault}");
                    }
                    ExitCode::from(2)
                }
            }
        }
        Chore::Scale { sizes } => {
            let root = root();
            match scale(&root, &root.join("target/scale"), &sizes, |cost| print(&format!("{cost}\n"))) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => {
                    eprintln!("error: {error}");
                    ExitCode::from(2)
                }
            }
        }
        Chore::Release { dry_run: false } => {
            eprintln!("error: found no --dry-run, expected it; nothing is published but by a person's `cargo publish`");
            ExitCode::from(2)
        }
        Chore::Release { dry_run: true } => match readiness(&root()) {
            Ok(readiness) => {
                print(&readiness.to_string());
                ExitCode::from(u8::from(!readiness.is_ready()))
            }
            Err(error) => {
                eprintln!("error: {error}");
                ExitCode::from(2)
            }
        },
        Chore::Expand { directory } => match port_data::read(&directory) {
            Ok(catalog) => {
                print(&expand(&catalog));
                ExitCode::SUCCESS
            }
            Err(errors) => {
                for error in errors {
                    eprintln!("error: {error}");
                }
                ExitCode::from(2)
            }
        },
    }
}

/// The workspace that `cargo xtask` is called in, by what cargo says of it.
fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&here).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// The folder with captures, curation and tables.
fn data() -> PathBuf {
    root().join("port-data")
}

/// Prints to standard output. A reader that has seen enough is no error.
fn print(text: &str) {
    let mut output = std::io::stdout().lock();
    let _ = output.write_all(text.as_bytes()).and_then(|()| output.flush());
}
