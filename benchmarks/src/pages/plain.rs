//! The alternatives: parsers of each format that find the cells of its tables, and nothing else.

use html5gum::{Token, Tokenizer};
use pulldown_cmark::{Event, Options, Parser, TagEnd};

use super::page::{COLUMNS, Format};

/// The number of cells below the header, after all of them were copied.
pub fn cells(format: Format, page: &str) -> usize {
    let cells = match format {
        Format::Text => text(page),
        Format::Csv => csv(page),
        Format::Html => html(page),
        Format::Markdown => markdown(page),
    };
    cells.iter().filter(|cell| !cell.is_empty()).count()
}

/// The lines of a text capture below the header and its lone bar, without the bars that end them.
fn text(page: &str) -> Vec<String> {
    let lines = page.lines().filter_map(|line| line.strip_suffix(" |"));
    lines.skip(COLUMNS).map(str::to_owned).collect()
}

fn csv(page: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(page.as_bytes());
    let records = reader.records().filter_map(Result::ok);
    records.flat_map(|record| record.iter().map(str::to_owned).collect::<Vec<_>>()).collect()
}

fn html(page: &str) -> Vec<String> {
    let mut cells = Vec::new();
    let mut cell: Option<String> = None;
    for Ok(token) in Tokenizer::new(page) {
        match token {
            Token::StartTag(tag) if *tag.name == *b"td" => cell = Some(String::new()),
            Token::EndTag(tag) if *tag.name == *b"td" => cells.extend(cell.take()),
            Token::String(text) => {
                if let Some(cell) = &mut cell {
                    cell.push_str(&String::from_utf8_lossy(&text));
                }
            }
            _ => {}
        }
    }
    cells
}

fn markdown(page: &str) -> Vec<String> {
    let mut cells = Vec::new();
    let mut cell = String::new();
    for event in Parser::new_ext(page, Options::ENABLE_TABLES) {
        match event {
            Event::Text(text) | Event::Code(text) => cell.push_str(&text),
            Event::End(TagEnd::TableCell) => cells.push(std::mem::take(&mut cell)),
            Event::End(TagEnd::TableHead | TagEnd::Heading(_)) => {
                cells.clear();
                cell.clear();
            }
            _ => {}
        }
    }
    cells
}
