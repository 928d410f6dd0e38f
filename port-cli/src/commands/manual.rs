//! `manual`: manual pages for the program and each of its commands, generated from the definitions behind `--help`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use port_data::hidden::Escaped;
use port_data::{Diagnostic, Place};

use crate::codes;
use crate::output::{Output, Result};

/// The examples in the help.
pub const HELP: &str = "\
Examples:
  port-catalog manual | man -l -
  port-catalog manual --out ~/.local/share/man/man1    for man port-catalog-list";

/// The arguments of `manual`.
#[derive(Debug, Args)]
pub struct ManualArgs {
    /// Write each page to a file in this directory, and print the paths
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// A page of the manual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its file name: `port-catalog-list.1`.
    pub file: String,
    /// Its text in roff.
    pub text: String,
}

impl ManualArgs {
    /// Prints the manual of `command`, or writes it to files.
    ///
    /// # Errors
    ///
    /// A file that can't be written.
    pub fn run(&self, command: Command) -> Result {
        let pages = pages(command);
        match &self.out {
            Some(directory) => write(directory, &pages).map(Output::text).map_err(|problem| vec![problem]),
            None => Ok(Output::text(pages.into_iter().map(|page| page.text).collect::<String>())),
        }
    }
}

fn write(directory: &Path, pages: &[Page]) -> std::result::Result<String, Diagnostic> {
    let problem = |file: &Path, error: &io::Error| {
        Diagnostic::new(codes::UNWRITABLE, format!("cannot be written ({error})")).at(Place::file(file))
    };
    fs::create_dir_all(directory).map_err(|error| problem(directory, &error))?;
    let mut paths = String::new();
    for page in pages {
        let file = directory.join(&page.file);
        fs::write(&file, &page.text).map_err(|error| problem(&file, &error))?;
        paths += &format!("{}\n", Escaped(file.display().to_string()));
    }
    Ok(paths)
}

/// Every page; the program's own is first.
pub fn pages(command: Command) -> Vec<Page> {
    let mut command = command.disable_help_subcommand(true);
    command.build();
    let version = command.render_version();
    let commands: Vec<Command> = command.get_subcommands().cloned().collect();
    std::iter::once(&command).chain(&commands).map(|command| page(command, version.trim())).collect()
}

fn page(command: &Command, version: &str) -> Page {
    let man = Man::new(command.clone());
    let (notes, examples) = after_options(command);
    let mut parts = vec![
        rendered(&man, Man::render_name_section),
        rendered(&man, Man::render_synopsis_section),
        rendered(&man, Man::render_description_section),
        notes.render(),
        rendered(&man, Man::render_options_section),
    ];
    if command.has_subcommands() {
        parts.push(rendered(&man, Man::render_subcommands_section));
    }
    parts.push(examples.render());
    if !command.has_subcommands() {
        let mut see_also = Roff::new();
        see_also.control("SH", ["SEE ALSO"]).text([bold("port-catalog"), roman("(1)")]);
        parts.push(see_also.render());
    }
    // Every part begins with the same preamble, which a page needs once. The title is our own, since a reproducible page has no
    // date, and an empty date must be quoted.
    let preamble = Roff::new().render();
    let name = command.get_display_name().unwrap_or(command.get_name());
    let title = format!(".TH {} 1 \"\" \"{version}\" \"User Commands\"\n", name.to_uppercase());
    let text = parts.iter().map(|part| part.strip_prefix(&preamble).unwrap_or(part)).collect::<String>();
    Page { file: man.get_filename(), text: preamble + &title + &text }
}

fn rendered(man: &Man, part: fn(&Man, &mut dyn Write) -> io::Result<()>) -> String {
    let mut text = Vec::new();
    part(man, &mut text).expect("writing to memory does not fail");
    String::from_utf8(text).expect("roff is UTF-8")
}

/// The text after the options in a command's help: notes that belong to the description, and examples.
fn after_options(command: &Command) -> (Roff, Roff) {
    let help = command.get_after_long_help().or(command.get_after_help()).map(ToString::to_string).unwrap_or_default();
    let (mut notes, mut examples) = (Roff::new(), Roff::new());
    let mut lines = help.lines().peekable();
    if lines.peek().is_some_and(|line| !is_examples(line)) {
        notes.control("PP", []);
    }
    let mut part = &mut notes;
    while let Some(line) = lines.next() {
        if is_examples(line) {
            part = &mut examples;
            part.control("SH", ["EXAMPLES"]);
        } else if line.is_empty() {
            let ends_part = lines.peek().is_none_or(|next| is_examples(next));
            if !ends_part {
                part.control("PP", []);
            }
        } else if line.starts_with("  ") {
            // Indented lines are printed unchanged.
            part.control("nf", []).text([roman(line)]);
            while let Some(line) = lines.next_if(|next| next.starts_with("  ")) {
                part.text([roman(line)]);
            }
            part.control("fi", []);
        } else {
            part.text([roman(line)]);
        }
    }
    (notes, examples)
}

fn is_examples(line: &str) -> bool {
    matches!(line, "Example:" | "Examples:")
}
