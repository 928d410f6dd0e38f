//! Small pages made up for the tests, one per layout, and how tests look at what was read.

use super::{Cell, Hints, Layout, Page, ReadError, read};

/// One cell a line, two tables.
pub(super) const BARS: &str = "Example ports
![]() |
|
Inbound |
||
---|---|---
Purpose |
Port |
|
Mail client |
Send |
TCP/25 |
Fetch |
TCP/110 |
|
Console |
Web |
TCP/80 or 443 |
Outbound |
||
---|---|---
Purpose |
Port |
|
Relay |
Send |
TCP/25 * |
Names |
UDP/53 |
|
* Not always.
|
";

/// One value a line, the body twice.
pub(super) const VALUES: &str = "A logo

Needed ports

Some words on ports,
over two lines.

Peer

Use

Protocol

Port

Way

Change

Mail relay

Send

TCP

25

Out

Settings

Fetch

UDP

IKE 500

ESP

Out

N/A

Console

Web

TCP

443 (default)

In

N/A

More in the guide.
";

/// Rows broken over lines, two tables.
pub(super) const BROKEN: &str = "Example ports
Made up.
Interface | Port | Direction | Use |
---|---|---|---|
C | 25 | Inbound | Mail |
P1 (P1 recommended) |
6671* | Inbound | Proxy used
by the console |
P1 | 80 | Inbound | Web |
6671 can be changed. |
To the store:
Interface | Port | Direction | Use |
---|---|---|---|
C |
1700\u{2013} 1715* |
Outbound | Status |
P1 |
1433 1434 |
Outbound | Log store |
|
The range is the default. |
";

/// A bar before each row.
pub(super) const PIPES: &str = "Ports of a gateway
| Server |
Port |
To |
Notes |
| Mail |
Internet |
25 |
Any mail server. |
| Server |
Port |
443 |
Looks like the header, is none. |
| Mail |
Clients |
465 |
Hosts:
a.example b.example |
The end.
";

/// A heading, two tables under it, and one under another.
pub(super) const MARKDOWN: &str = "# Ports

Words before.

## Inbound ##

| Use | Port |
|:-----|-----:|
| Mail | TCP/25 |
| Web\\|proxy | 443 (HTTPS)[^1] |

A | B
--|--
x | y

```
| no | table |
|----|-------|
```
# Outbound
---
Use | Port |
|---|---|
| Store | 1433 1434 |

[^1]: A note.
";

pub(super) const CSV: &str = "Use,Port,Way
\"Mail, fast\",TCP/25,in

\"Web \"\"new\"\"\",\"TCP/443
TCP/80\",out
,,
";

/// The sample of a layout.
pub(super) fn of(layout: Layout) -> &'static str {
    match layout {
        Layout::Bars => BARS,
        Layout::Values => VALUES,
        Layout::Broken => BROKEN,
        Layout::Pipes => PIPES,
        Layout::Html => HTML,
        Layout::Markdown => MARKDOWN,
        Layout::Csv => CSV,
    }
}

/// What curation says of each sample.
pub(super) fn hints(layout: Layout) -> Hints {
    let strings = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    let values = |values: &[(&str, &[&str])]| {
        values.iter().map(|(head, values)| ((*head).to_owned(), strings(values))).collect()
    };
    match layout {
        Layout::Bars => Hints {
            headings: strings(&["Inbound", "Outbound"]),
            columns: strings(&["", "Purpose", "Port"]),
            spanning: strings(&[""]),
            ..Hints::default()
        },
        Layout::Values => Hints {
            headings: strings(&["Needed ports"]),
            columns: strings(&["Peer", "Use", "Protocol", "Port", "Way", "Change"]),
            spanning: strings(&["Peer"]),
            values: values(&[
                ("Peer", &["Mail relay", "Console"]),
                ("Protocol", &["TCP", "UDP"]),
                ("Way", &["In", "Out"]),
            ]),
        },
        Layout::Broken => Hints {
            columns: strings(&["Interface", "Port", "Direction", "Use"]),
            values: values(&[("Direction", &["Inbound", "Outbound"])]),
            ..Hints::default()
        },
        Layout::Pipes => Hints { columns: strings(&["Server", "Port", "To", "Notes"]), ..Hints::default() },
        Layout::Html | Layout::Markdown | Layout::Csv => Hints::default(),
    }
}

/// The first error of a page that has one.
pub(super) fn first_error(text: &str, layout: Layout) -> ReadError {
    match read(text, layout, &hints(layout)) {
        Ok(page) => panic!("no error in:\n{text}\nread:\n{:#?}", grid(&page)),
        Err(mut errors) => errors.swap_remove(0),
    }
}

/// Shows the rows, as `line cell / cell {note}`, with `^` before a cell from above.
pub(super) fn grid(page: &Page) -> Vec<String> {
    let cell = |cell: &Cell| {
        let notes: String = cell.notes.iter().flat_map(|note| [" {", note, "}"]).collect();
        format!("{}{}{notes}", if cell.from_above { "^" } else { "" }, cell.text)
    };
    let rows = page.tables.iter().flat_map(|table| &table.rows);
    rows.map(|row| format!("{} {}", row.line, row.cells.iter().map(cell).collect::<Vec<_>>().join(" / "))).collect()
}

/// The lines of the loose lines.
pub(super) fn loose(page: &Page) -> Vec<usize> {
    page.loose.iter().map(|line| line.number).collect()
}

/// An article with a note's layout table, a table with headings in it, and one with nested heads and popups.
pub(super) const HTML: &str = r#"<!DOCTYPE html>
<html><head><title>Not part of it</title><style>td { color: red }</style></head>
<body>
<nav><a href="/">Home</a><table><tr><td>Frame</td></tr></table></nav>
<div id="mc-main-content">
<h1>Ports of the <span class="mc-variable a.b">Relay</span></h1>
<table><tr><td><img alt="note icon"></td><td>Mind the <b>wall</b>.</td></tr></table>
<p>Words, which
go on.<br/>And more.</p>
<table class="TableStyle-X">
<col><col><col>
<thead>
<tr><th colspan="3">Inbound</th></tr>
<tr><th></th><th><p>Purpose</p></th><th>Protocol/Port</th></tr>
</thead>
<tbody>
<tr>
<td rowspan="2"><p><a class="MCXref" href="x">Mail
   client</a></p></td>
<td>Send</td>
<td><p>TCP/25</p><p>TCP/465</p></td>
</tr>
<tr><td>Fetch</td><td>TCP/110&nbsp;or TCP/995<br><br></td></tr>
<tr><td>Console</td><td><ul><li>Web</li><li>SSH</li></ul></td><td>TCP/443 <sup>*</sup></td></tr>
<tr><td colspan="3">Outbound</td></tr>
<tr><td>Relay</td><td><p> </p></td><td>UDP/53</td></tr>
<tr><td colspan="3">* Not always.</td></tr>
</tbody>
</table>
<h2>More</h2>
<table>
<tr><th rowspan="2">Use</th><th colspan="2">Port</th></tr>
<tr><th>TCP</th><th>UDP</th></tr>
<tr><th rowspan=2>Mail</th><td rowspan=2>3300<a class="MCTextPopup" style="vertical-align: super">1<span class="MCTextPopupBody">Only <i>new</i> ones.</span></a></td><td>53</td></tr>
<tr><td>54<a class="MCTextPopup MCTextPopupHotSpot">Names<span class="MCTextPopupBody">DNS</span></a></td></tr>
</table>
</div>
<script>var no = "<table>";</script>
</body></html>
"#;
