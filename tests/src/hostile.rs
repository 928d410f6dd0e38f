//! Hostile texts: each would break out of a literal or a markup if it weren't escaped. Tables may contain all of them.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

/// The texts. None begins or ends with a space, which tables reject.
pub const TEXTS: &[&str] = &[
    // Quotes, escapes and ends of literals of many languages.
    "\"",
    "'",
    "\\",
    "\\\"",
    "\\\\",
    "a \"quoted\" text",
    "a user's text",
    "back\\slash \\n \\N \\G \\",
    "r#\"",
    "\"#",
    "\"##;",
    "'single' 'b",
    "\\u{202e} \\x1b[31m \\033[0m &#x202e; %1b",
    // Comments, and their ends.
    "/*",
    "*/",
    "// no comment /* */",
    "#",
    "a #b",
    "# head",
    ";",
    "-- x",
    "%% comment",
    "%%{init: {}}%%",
    "@@",
    "!!",
    "%%",
    // XML, HTML and Markdown.
    "]]>",
    "<![CDATA[x]]>",
    "-->",
    "<!-- x --> <!-- -- -->",
    "--!>",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<b>bold</b> <br/>",
    "&amp;",
    "&lt; &amp; &#35; &",
    "&bogus;",
    "</td></tr></table>",
    "|",
    "||",
    "a|b",
    "`id`",
    "```",
    "`code` `\"x\"`",
    "**bold** _it_ ~~gone~~ ^up^ ==marked==",
    "* star",
    "*",
    "_",
    "1. one",
    "- item",
    "+ item",
    "> quote",
    "===",
    "---",
    "[x](javascript:alert(1))",
    "[x]",
    "[x]: y",
    "![x](y)",
    "https://x.example/|a>b c",
    "https://x.example",
    "http://a.b/c?d=e&f",
    "<https://x.example>",
    "$$x^2$$",
    // Shells, templates, formulas.
    "$(id)",
    "${HOME} $HOME $1",
    "; id",
    "&& id",
    "a; id; #",
    "%s %n %x",
    "=cmd()",
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@SUM(1)",
    "＝1",
    "'=1",
    "{}",
    "{0}",
    "{{",
    "}}",
    "{{ x }}",
    "{x} (y) [z]",
    // Words and lines of configurations.
    ":",
    "a: b",
    "- a: b",
    "null",
    "~",
    "no",
    "1e3",
    "!x y",
    "&x",
    "*x",
    "? x",
    "%YAML",
    "[DEFAULT]",
    "a=b",
    "next",
    "end",
    "COMMIT",
    "*filter",
    "flush ruleset",
    "-A INPUT -j ACCEPT",
    "#$ ufw reset",
    "click x; y",
    "#quot; #35;",
    "]] --> x",
    "fa:fa-user",
    ".SH NAME",
    ".so /etc/passwd",
    "'br",
    "\\fBx\\fP \\*(xx",
    "a, b",
    "a,b,\"c\"",
    // Visible characters of all kinds.
    "é 漢字 ß ﬂ Ⅷ",
    "p\u{430}yp\u{430}l",
    "שלום עולם 123 abc",
    "مرحبا",
    "🔥 🎉",
    "e\u{301}\u{323}",
    "a\u{a0}b\u{2003}c",
    "\u{fffd} \u{e000}",
];

/// A text of 10,000 characters.
pub static LONG: LazyLock<String> =
    LazyLock::new(|| "long \"text\" ".repeat(1000)[..10_000].trim().to_string() + "\"\"");

/// All texts.
pub fn texts() -> impl Iterator<Item = &'static str> {
    TEXTS.iter().copied().chain([LONG.as_str()])
}

/// Writes tables that contain every text in every column of free text: in the vendors, products, peers, services and flows
/// `x-0`, `x-1` and so on.
///
/// # Panics
///
/// If the directory can't be written.
pub fn write_tables(directory: &Path) {
    let text = |number: usize| texts().nth(number).expect("a number of a text");
    let ids = || (0..texts().count()).map(|number| (format!("x-{number}"), text(number)));
    let table = |file: &str, header: &str, rows: Vec<Vec<String>>| {
        let mut writer = csv::Writer::from_path(directory.join(file)).expect("the directory can be written");
        writer.write_record(header.split(',')).expect("a header");
        for row in rows {
            writer.write_record(row).expect("a row as wide as the header");
        }
        writer.flush().expect("the directory can be written");
    };
    let url = "https://x.example/*/a'b?c=%3C&d;e(f)[g]{h}|i#$";
    let row = |cells: &[&str]| cells.iter().map(ToString::to_string).collect::<Vec<_>>();
    fs::create_dir_all(directory.join("flows")).expect("the directory can be written");
    table("vendors.csv", "id,name,url", ids().map(|(id, text)| row(&[&id, text, url])).collect());
    let products = ids().map(|(id, text)| row(&[&id, &id, text, text, url, text, ""]));
    table("products.csv", "id,vendor,name,document,url,edition,retrieved", products.collect());
    let peers = ids().map(|(id, text)| row(&[&id, text, "role", text]));
    table("peers.csv", "id,name,kind,description", peers.collect());
    let services = ids().map(|(id, text)| row(&[&id, text, "tcp", "25", text]));
    table("services.csv", "id,name,transports,port,description", services.collect());
    let header = "id,direction,peer,purpose,ports,requirement,condition,interfaces,hosts,configurable,customization,note,\
                  curated,section,row,printed_peer,printed_label,printed_ports";
    for (id, text) in ids() {
        let flow = [
            &id,
            "inbound",
            &id,
            text,
            &format!("tcp/25 {id}"),
            "conditional",
            text,
            "",
            "",
            "true",
            text,
            text,
            "",
            text,
            "1",
            text,
            text,
            text,
        ];
        table(&format!("flows/{id}.csv"), header, vec![row(&flow)]);
    }
}
