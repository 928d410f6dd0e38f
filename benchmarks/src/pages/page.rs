//! Generated pages, and the curation that reads them.

use std::fmt::Write;

use port_import::page::Layout;

/// The format of a page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A text capture with one cell per line.
    Text,
    Csv,
    Html,
    Markdown,
}

pub const FORMATS: [Format; 4] = [Format::Text, Format::Csv, Format::Html, Format::Markdown];

/// The number of columns.
pub const COLUMNS: usize = 3;

impl Format {
    pub fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Csv => "csv",
            Format::Html => "html",
            Format::Markdown => "markdown",
        }
    }

    pub fn layout(self) -> Layout {
        match self {
            Format::Text => Layout::Bars,
            Format::Csv => Layout::Csv,
            Format::Html => Layout::Html,
            Format::Markdown => Layout::Markdown,
        }
    }

    pub fn extension(self) -> &'static str {
        match self {
            Format::Text => "txt",
            Format::Csv => "csv",
            Format::Html => "html",
            Format::Markdown => "md",
        }
    }
}

/// A page; after a change, the port in the middle has another transport.
pub fn page(format: Format, rows: u16, is_changed: bool) -> String {
    let mut text = match format {
        Format::Text => "Ports |\n||\n---|---|---\nUse |\nPort |\n|\n",
        Format::Csv => "Peer,Use,Port\n",
        Format::Html => {
            "<html><head><title>Ports</title></head><body><nav>Home</nav><main>\n<h1>Ports</h1>\n\
             <table><thead><tr><th>Peer</th><th>Use</th><th>Port</th></tr></thead><tbody>\n"
        }
        Format::Markdown => "# Ports\n\n| Peer | Use | Port |\n|---|---|---|\n",
    }
    .to_owned();
    for row in 1..=rows {
        let transport = if is_changed && row == rows / 2 { "UDP" } else { "TCP" };
        match format {
            Format::Text => write!(text, "Client |\nUse x{row} for the mail of its users |\n{transport}/{row} |\n"),
            Format::Csv => writeln!(text, "Client,Use x{row} for the mail of its users,{transport}/{row}"),
            Format::Html => writeln!(
                text,
                "<tr class=\"row\"><td><p><a href=\"#client\">Client</a></p></td><td><p>Use x{row} for the mail of its users</p></td>\
                 <td><p>{transport}/{row}</p></td></tr>"
            ),
            Format::Markdown => writeln!(text, "| Client | Use x{row} for the mail of its users | {transport}/{row} |"),
        }
        .expect("strings take all text");
    }
    if format == Format::Html {
        text.push_str("</tbody></table></main></body></html>\n");
    }
    text
}

/// The curation of the page.
pub fn curation(format: Format, rows: u16) -> String {
    let peer = if format == Format::Text { "" } else { "Peer" };
    let heading = if format == Format::Csv { "" } else { "heading = \"Ports\", " };
    let mut text = format!(
        "layout = \"{}\"\ncolumns = [{{ head = \"{peer}\", is = \"peer\" }}, {{ head = \"Use\", is = \"label\" }}, \
         {{ head = \"Port\", is = \"ports\" }}]\ntables = [{{ {heading}section = \"Ports\", direction = \"inbound\" }}]\n\n\
         [peers]\n\"Client\" = \"client\"\n",
        format.layout()
    );
    for row in 1..=rows {
        write!(
            text,
            "\n[flow.relay-in-{row}]\nrow = {{ label = \"Use x{row} for the mail of its users\" }}\npurpose = \"Use {row}\"\n"
        )
        .expect("strings take all text");
    }
    text
}
