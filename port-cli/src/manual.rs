//! The manual: a page for the command and for each of its commands, made of what `--help` is made of.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use port_data::hidden::Shown;

use crate::answer::Answer;
use crate::arguments::Arguments;
use crate::fault::Fault;

/// A page of the manual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The name of its file: `port-catalog-list.1`.
    pub file: String,
    /// Its text, in the language of man.
    pub text: String,
}

/// The manual on standard output, one page after the other; or as files in a folder, with their names on standard output.
pub fn answer(folder: Option<&Path>) -> Answer {
    let pages = pages();
    let Some(folder) = folder else {
        return Answer { text: pages.into_iter().map(|page| page.text).collect(), ..Answer::default() };
    };
    match write(folder, &pages) {
        Ok(text) => Answer { text, ..Answer::default() },
        Err(fault) => Answer::refusal(format!("error: {fault}")),
    }
}

fn write(folder: &Path, pages: &[Page]) -> Result<String, Fault> {
    let fault = |file: &Path, error: &io::Error| Fault::of_file(file, format!("cannot be written: {error}"));
    fs::create_dir_all(folder).map_err(|error| fault(folder, &error))?;
    let mut names = String::new();
    for page in pages {
        let file = folder.join(&page.file);
        fs::write(&file, &page.text).map_err(|error| fault(&file, &error))?;
        names += &format!("{}\n", Shown(file.display().to_string()));
    }
    Ok(names)
}

/// Every page, that of the command itself first.
pub fn pages() -> Vec<Page> {
    let mut command = Arguments::command().disable_help_subcommand(true);
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
    // Every part begins with what all of them need once. The title is ours: an empty date must be quoted, and a page that
    // is the same on every day has none.
    let beginning = Roff::new().render();
    let name = command.get_display_name().unwrap_or(command.get_name());
    let title = format!(".TH {} 1 \"\" \"{version}\" \"User Commands\"\n", name.to_uppercase());
    let text = parts.iter().map(|part| part.strip_prefix(&beginning).unwrap_or(part)).collect::<String>();
    Page { file: man.get_filename(), text: beginning + &title + &text }
}

fn rendered(man: &Man, part: fn(&Man, &mut dyn Write) -> io::Result<()>) -> String {
    let mut text = Vec::new();
    part(man, &mut text).expect("writing to memory does not fail");
    String::from_utf8(text).expect("what was written is text")
}

/// What stands below the options in the help of a command: what belongs to its description, and its examples.
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
            // What is indented stands as it is.
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
