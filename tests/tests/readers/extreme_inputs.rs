//! Inputs that are larger, wider or deeper than any real one.

/// A million bytes.
const MEGABYTE: usize = 1_000_000;
/// How deep inputs are nested.
const DEEP: usize = 10_000;
/// How many columns, cells or entries there are.
const MANY: usize = 1_000_000;

/// An extreme input for one reader.
pub struct Extreme {
    /// The reader's name.
    pub reader: &'static str,
    /// A description.
    pub description: &'static str,
    /// Makes the input.
    pub make: fn() -> Vec<u8>,
}

/// A head, as many copies of a piece as fit into a number of bytes, and a tail.
fn filled(head: &str, piece: &str, tail: &str, bytes: usize) -> Vec<u8> {
    let count = bytes.saturating_sub(head.len() + tail.len()) / piece.len();
    repeated(head, piece, tail, count)
}

fn repeated(head: &str, piece: &str, tail: &str, count: usize) -> Vec<u8> {
    [head, &piece.repeat(count), tail].concat().into_bytes()
}

/// A page as long as a page may be, or an eighth of it, which takes an eighth of the time, unless [`LONGEST_VARIABLE`] is set.
fn page(head: &str, piece: &str, tail: &str) -> Vec<u8> {
    let share = if std::env::var_os(LONGEST_VARIABLE).is_some() { 1 } else { 8 };
    filled(head, piece, tail, PAGE / share)
}

/// The environment variable that makes the longest pages as long as a page may be.
const LONGEST_VARIABLE: &str = "PORT_LONGEST_PAGES";

/// Numbered pieces between a head and a tail.
fn numbered(head: &str, piece: impl Fn(usize) -> String, tail: &str, count: usize) -> Vec<u8> {
    [head.to_string(), (0..count).map(piece).collect(), tail.to_string()].concat().into_bytes()
}

macro_rules! extremes {
    ($($reader:ident { $($description:literal => $make:expr;)* })*) => {
        &[$($(Extreme { reader: stringify!($reader), description: $description, make: || $make },)*)*]
    };
}

const BARS: &str = "Inbound |\n||\n---|---|---\nPurpose |\nPort |\n|\n";
const VALUES: &str = "Needed ports\n\nPeer\n\nUse\n\nProtocol\n\nPort\n\nWay\n\nChange\n\n";
const BROKEN: &str = "Interface | Port | Direction | Use |\n---|---|---|---|\n";
const PIPES: &str = "| Server |\nPort |\nTo |\nNotes |\n";
const DITA: &str = "<topic><table><tgroup><tbody><row><entry>Use</entry><entry>Port</entry></row>";
const PAGE: usize = port_import::page::MAX_BYTES;
const FLOW_HEAD: &str = r#"{"id":"relay-in-mail","product":"relay","direction":"inbound","peer":"internet","ports":["#;
const NFT: &str = r#"{"nftables":[{"metainfo":{"json_schema_version":1}},{"table":{"family":"inet","name":"filter"}},{"chain":{"family":"inet","table":"filter","name":"input","type":"filter","hook":"input","prio":0,"policy":"drop"}}"#;
const NMAP: &str = r#"<nmaprun scanner="nmap" args="nmap"><scaninfo type="syn" protocol="tcp" services="1-65535"/><host><status state="up"/><address addr="192.0.2.2"/><ports>"#;
const NMAP_END: &str = r#"</ports></host><runstats><finished exit="success"/></runstats></nmaprun>"#;

const SAVED: &str = "*filter\n:INPUT DROP [0:0]\n";

/// An nft rule with these expressions.
fn rule(handle: usize, parts: &str) -> String {
    format!(r#",{{"rule":{{"family":"inet","table":"filter","chain":"input","handle":{handle},"expr":[{parts}]}}}}"#)
}

/// Every extreme input.
///
/// The readers of sites, tools' output and exports have no limit of their own: the command rejects longer files before it parses
/// them, as `port-cli/tests/too_long.rs` checks.
pub const EXTREMES: &[Extreme] = extremes! {
    bars {
        "a long page" => page(BARS, "Mail client |\nSend mail |\nTCP/25 |\nFetch |\nTCP/110 |\n|\n", "");
        "a page that is too long" => filled(BARS, "|", "", PAGE + 1);
        "a line of 10 MB" => filled(BARS, "x", " |\nSend |\nTCP/25 |\n", 10 * MEGABYTE);
        "a line of 10 MB of bars" => filled(BARS, "|", "\n", 10 * MEGABYTE);
        "a million columns" => repeated("Inbound |\n", "|", &format!("\n{}\n", "---|".repeat(MANY)), MANY - 1);
        "many columns, each with a row" => repeated(&format!("In |\n{}\n{}\n", "|".repeat(MANY - 1), "---|".repeat(MANY)), "a |\n", "", MANY);
        "many tables" => repeated("", "In |\n|\n---|---\na |\nb |\n", "", MANY / 10);
        "a long cell over many rows" => [filled(BARS, "x", " |\na |\nb |\n", MEGABYTE), "c |\nd |\n|\n".repeat(100_000).into_bytes()].concat();
    }
    values {
        "a long page" => page(VALUES, "Mail relay\n\nSend\n\nTCP\n\n25\n\nOut\n\nSettings\n\n", "");
        "a page that is too long" => filled(VALUES, "x\n", "", PAGE + 2);
        "a page of single letters" => filled(VALUES, "x\n\n", "", 4 * MEGABYTE);
        "a line of 10 MB" => filled(VALUES, "x", "\n", 10 * MEGABYTE);
        "one value over a million lines" => repeated(VALUES, "x\n", "", MANY);
        "many headers" => repeated("", VALUES, "", 100_000);
    }
    broken {
        "a long page" => page(BROKEN, "C |\n25 | Inbound | Mail\nof peers |\n", "");
        "a page that is too long" => filled(BROKEN, "|", "", PAGE + 1);
        "a line of 10 MB" => filled(BROKEN, "x", " | 25 | Inbound | Mail |\n", 10 * MEGABYTE);
        "a line of 10 MB of bars" => filled(BROKEN, "|", "\n", 10 * MEGABYTE);
        "a million columns" => repeated("", "a |", &format!("\n{}\n{}\n", "---|".repeat(MANY), "x |".repeat(MANY)), MANY);
        "many rules" => repeated(BROKEN, "---|---|---|---|\n", "", MANY / 10);
        "footnotes that may be rows" => repeated(BROKEN, "x |\n", "", MANY);
        "rows that never end" => repeated(BROKEN, "x\n", "", MANY);
    }
    pipes {
        "a long page" => page(PIPES, "| Mail |\nInternet |\n25 |\nAny server. |\n", "");
        "a page that is too long" => filled(PIPES, "|", "", PAGE + 1);
        "a page of lone bars" => filled(PIPES, "|\n", "", 4 * MEGABYTE);
        "a line of 10 MB" => filled(PIPES, "x", "\n", 10 * MEGABYTE);
        "a line of 10 MB of bars" => filled("", "|", "\n", 10 * MEGABYTE);
        "a million columns" => repeated("|", "a |", &format!("\n|{}\n", "x |".repeat(MANY)), MANY);
    }
    html {
        "a long page" => page("<table><tr><th>Use<th>Port\n", "<tr><td>Send mail<td>TCP/25</td></tr>\n", "</table>");
        "a page that is too long" => filled("", "x", "", PAGE + 1);
        "a page of empty paragraphs" => filled("", "<p>", "", 4 * MEGABYTE);
        "a line of 10 MB" => filled("<table><tr><th>Use<th>Port<tr><td>", "x", "<td>25</table>", 10 * MEGABYTE);
        "an attribute of 10 MB" => filled("<table><tr><th>Use<th>Port<tr><td title='", "x", "'>a<td>25</table>", 10 * MEGABYTE);
        "a comment of 10 MB" => filled("<!-- ", "x y ", "--><table><tr><th>Use<th>Port<tr><td>a<td>25</table>", 10 * MEGABYTE);
        "a tag with a million attributes" => numbered("<table ", |number| format!("a{number} "), "><tr><th>Use<th>Port<tr><td>a<td>25</table>", MANY);
        "many tags with many attributes" => numbered("", |number| format!("<p {}>", (0..900).map(|at| format!("a{at} ")).collect::<String>() + &number.to_string()), "", 1000);
        "a million columns" => repeated("<table><tr>", "<td>x", "</table>", MANY);
        "a million columns by spans" => repeated("<table><tr>", "<td colspan=1000>x", "</table>", 1000);
        "nesting 10,000 deep" => repeated("", "<div>", "x", DEEP);
        "tables nested 10,000 deep" => repeated("", "<table><tr><td>", "x", DEEP);
        "formatting nested 10,000 deep" => numbered("", |number| format!("<b a={number}>"), "x", DEEP);
        "lists nested 10,000 deep" => repeated("", "<ul><li>", "x", DEEP);
        "formatting that each paragraph opens again" => [numbered("", |number| format!("<b a={number}>"), "", 400), "<p>".repeat(100_000).into_bytes()].concat();
        "rowspan and colspan of 65535" => b"<table><tr><th>A<th>B<tr><td rowspan=65535 colspan=65535>x</table>".to_vec();
        "many cells with rowspan and colspan of 65535" => repeated("<table>", "<tr><td rowspan=65535 colspan=65535>x", "</table>", 100_000);
        "rowspan of 65535 over as many rows" => [b"<table><tr><th>A<th>B<tr><td rowspan=65535>xxxxxxxx<td>b".to_vec(), "<tr><td>c".repeat(65_535).into_bytes()].concat();
        "a wide span over many rows" => [b"<table><tr><th colspan=999>A<th>B<tr><td rowspan=65535 colspan=999>xxxxxxxx<td>b".to_vec(), "<tr><td>c".repeat(65_535).into_bytes()].concat();
        "many empty tables" => repeated("", "<table></table>", "", MANY / 5);
        "many empty rows" => repeated("<table><tr><th>A<th>B", "<tr></tr>", "</table>", MANY / 5);
        "many footnotes" => repeated("<table><tr><th>A<th>B<tr><td>25", "<sup>1</sup>", "<td>x</table>", MANY / 5);
        "two million open signs" => repeated("", "<", "", 2 * MEGABYTE);
        "many entities" => repeated("<table><tr><th>A<th>B<tr><td>", "&amp;", "<td>x</table>", MANY / 5);
    }
    markdown {
        "a long page" => page("## In\n\n| Use | Port |\n|---|---|\n", "| Send mail of all users | TCP/25 |\n", "");
        "a page that is too long" => filled("", "x", "", PAGE + 1);
        "a page of single letters" => filled("", "x\n", "", 4 * MEGABYTE);
        "a page of short lines" => filled("", "xxxxxxxxxxx\n", "", 4 * MEGABYTE);
        "a page of short paragraphs" => filled("", "xxxxxxxxxxxxxxxxxxxxxx\n\n", "", 4 * MEGABYTE);
        "a page of short cells" => filled("a|b\n-|-\n", "xxxxxxxxxx|yyyyyyyy\n", "", 6 * MEGABYTE);
        "a page of short list items" => filled("", "- xxxxxxxxxxxxxxxxx\n", "", 4 * MEGABYTE);
        "a page of short bold words" => filled("", "*aaaaaaa", "", 5 * MEGABYTE);
        "a page of signs" => filled("", "&", "", 4 * MEGABYTE);
        "a page of backslashes" => filled("", "\\-", "", 4 * MEGABYTE);
        "rows that lack a thousand cells" => [repeated("", "a|", "\n", 999), repeated("", "-|", "\n", 999), repeated("", "x\n", "", 1000)].concat();
        "quotes in one line" => filled("", ">", " x\n", MEGABYTE);
        "list items in one line" => filled("", "- ", "x\n", MEGABYTE);
        "a line of 10 MB" => filled("| Use | Port |\n|---|---|\n| ", "x", " | 25 |\n", 10 * MEGABYTE);
        "a million columns" => repeated("", "a|", &format!("\n{}\n", "-|".repeat(MANY)), MANY);
        "a thousand columns of a row that has a million" => repeated(&format!("{}\n{}\n", "a|".repeat(1000), "-|".repeat(1000)), "x|", "\n", MANY);
        "quotes nested 10,000 deep" => repeated("", ">", " x\n", DEEP);
        "lists nested 10,000 deep" => numbered("", |number| format!("{}- x\n", " ".repeat(number)), "", DEEP / 4);
        "tags nested 10,000 deep" => repeated("a|b\n-|-\n", "<b>", "x|y\n", DEEP);
        "brackets nested 10,000 deep" => repeated("a|b\n-|-\n", "[", "x|y\n", DEEP);
        "a million stars" => repeated("a|b\n-|-\n", "*a_b", "|y\n", MANY);
        "a million backticks" => repeated("a|b\n-|-\n", "`a``b", "|y\n", MANY);
        "a million links" => repeated("a|b\n-|-\n", "[a](b)", "|y\n", MANY);
        "many tables" => repeated("", "a|b\n-|-\nc|d\n\n", "", MANY / 5);
        "a million headings" => repeated("", "# a\n", "a|b\n-|-\nc|d\n", MANY);
        "a million fences" => repeated("", "```\n", "a|b\n-|-\nc|d\n", MANY);
    }
    dita {
        "a long page" => page(DITA, "<row><entry>x</entry><entry>25</entry></row>", "</tbody></tgroup></table></topic>");
        "a page that is too long" => filled("", "x", "", PAGE + 1);
        "a page of elements" => page("<topic>", "<p/>", "</topic>");
        "nested elements" => filled("", "<p>", "", 4 * MEGABYTE);
        "entities in entities" => "<!DOCTYPE a [<!ENTITY a \"xxxxxxxxxx\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\"><!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\">]><topic><p>&e;&e;&e;&e;</p></topic>".as_bytes().to_vec();
    }
    converted {
        "a page of words without HTML" => filled("==> page.adoc\n", "x y ", "\n==> page.html\n<p>z</p>", 4 * MEGABYTE);
        "HTML of words that aren't on the page" => filled("==> page.rst\nx\n==> page.html\n", "<p>z</p>", "", MEGABYTE);
        "a word that is everywhere" => [filled("==> page.rst\n", "x ", "\n==> page.html\n", MEGABYTE), "<p>x x x</p>".repeat(10_000).into_bytes()].concat();
        "conditions" => filled("==> page.adoc\n", "ifdef::x[]\n", "==> page.html\n<p>z</p>", 4 * MEGABYTE);
    }
    lists {
        "the longest list" => filled("{Ports}: {Label}\n", "- 25: mail of all users and of all of their machines\n", "", MEGABYTE);
        "a pattern of many columns" => numbered("", |number| format!("{{a{number}}}:"), "\n- 25: mail\n", MANY / 100);
        "an item of 10 MB" => filled("{Ports}: {Label}\n- 25: ", "x: ", "\n", 10 * MEGABYTE);
    }
    texts {
        "many texts" => numbered("a|b\n-|-\nc|d\n\n", |number| format!("Port {number}.\n\n"), "", MANY / 500);
        "a long text" => filled("a|b\n-|-\nc|d\n\n", "Port 25. ", "\n", MEGABYTE);
    }
    drafts {
        "many rows" => numbered("page.md\n|Use|Port|\n|-|-|\n", |number| format!("|Use number {number} of the relay|TCP/{}|\n", number % 65_000 + 1), "", MANY / 500);
        "many texts" => numbered("page.md\na|Port\n-|-\nc|25\n\n", |number| format!("Port {number}.\n\n"), "", MANY / 500);
        "many tables" => repeated("page.md\n", "Use|Port\n-|-\nc|25\n\n", "", 200);
    }
    csv_page {
        "a long page" => page("Use,Port\n", "Send mail,\"TCP/25, 465\"\n", "");
        "a page that is too long" => filled("", "x", "", PAGE + 1);
        "a page of commas" => filled("Use,Port\n", ",\n", "", 4 * MEGABYTE);
        "a page of commas in one line" => page("Use,Port\n", ",", "\n");
        "a line of 10 MB" => filled("Use,Port\n", "x", ",25\n", 10 * MEGABYTE);
        "a million columns" => repeated("a", ",a", "\n", MANY);
        "a million quotes" => repeated("a,b\n\"", "\"\"", "\",c\n", MANY);
        "a quote that never closes" => filled("a,b\n\"", "x\n", "", 10 * MEGABYTE);
    }
    curation {
        "a file that is too long" => filled("", "#\n", "", 100 * MEGABYTE);
        "a line of 10 MB" => filled("layout = \"", "x", "\"\n", 10 * MEGABYTE);
        "arrays nested 10,000 deep" => repeated("layout = ", "[", "", DEEP);
        "tables nested 10,000 deep" => repeated("layout = ", "{a=", "", DEEP);
        "keys nested 10,000 deep" => repeated("a", ".a", " = 1\n", DEEP);
        "headers nested 10,000 deep" => repeated("[a", ".a", "]\n", DEEP);
        "many keys" => numbered("layout = \"bars\"\n[peers]\n", |number| format!("a{number} = \"x\"\n"), "", MANY / 10);
        "many flows" => numbered(include_str!("../../../fuzz/seeds/curation/bars.toml"), |number| format!("[flow.a{number}]\npurpose = \"x\"\nrow = {{ label = \"a\" }}\n"), "", MANY / 20);
        "many facts about flows" => numbered("layout = \"bars\"\ntables = []\n[flow]\n", |number| format!("a{number}.note_of = \"x\"\n"), "", MANY / 20);
    }
    capture {
        "a long file" => filled("kind,number,above,1,2\nheader,2,,a,b\n", "row,1,,a,b\n", "", 3 * MEGABYTE);
        "a file that is too long" => filled("kind,number,above,1,2\nheader,2,,a,b\n", "row,1,,a,b\n", "", 120 * MEGABYTE);
        "a line of 10 MB" => filled("kind,number,above,1,2\nheader,2,,", "x", ",b\n", 10 * MEGABYTE);
        "a million columns" => repeated("kind,number,above", ",1", "\n", MANY);
        "a row with many spans" => numbered("kind,number,above,1,2\nheader,2,,a,b\nrow,1,\"", |number| format!("{number} "), "1\",a,b\n", MANY / 10);
    }
    port_cell {
        "a line of 10 MB" => filled("\n", "x", "", 10 * MEGABYTE);
        "many ports" => repeated("\n", "TCP/1, ", "2", 100_000);
        "many ports in one group" => repeated("\n", "1 or ", "2", 100_000);
        "many ranges" => repeated("\n", "1-", "2", 100_000);
        "brackets nested 10,000 deep" => repeated("\n", "(", "", DEEP);
        "brackets that close" => [b"\n25 ".to_vec(), "(".repeat(DEEP).into_bytes(), ")".repeat(DEEP).into_bytes()].concat();
        "many words" => repeated("\n", "see the ", "page", MANY);
        "many protocols" => repeated("", "TCP/", "UDP\n25", MANY);
    }
    tables {
        "a long file" => filled("==> vendors.csv\nid,name,url\n", "a,A,https://a.example\n", "", 10 * MEGABYTE);
        "a file that is too long" => filled("==> vendors.csv\nid,name,url\n", "a,A,https://a.example\n", "", 120 * MEGABYTE);
        "a line of 10 MB" => filled("==> vendors.csv\nid,name,url\na,", "x", ",\n", 10 * MEGABYTE);
        "a million columns" => repeated("==> vendors.csv\nid,name,url", ",a", "\n", MANY);
        "many rows that refer to nothing" => [numbered("==> vendors.csv\nid,name,url\n", |number| format!("a{number},A,https://a.example\n"), "==> products.csv\nid,vendor,name,document,url,edition,retrieved\n", 20_000), "p,b,P,D,https://a.example,1,2026-01-01\n".repeat(20_000).into_bytes()].concat();
    }
    port_expression {
        "a line of 10 MB" => filled("tcp/25 ", "x", "", 10 * MEGABYTE);
        "a million groups" => repeated("", "tcp/1, ", "tcp/1", MANY);
        "many alternatives" => numbered("", |number| format!("tcp/{} | ", number % 65_535 + 1), "esp", 200_000);
    }
    site {
        "a line of 10 MB" => filled("[products]\nfortimail = \"", "x", "\"\n", 10 * MEGABYTE);
        "arrays nested 10,000 deep" => repeated("products = ", "[", "", DEEP);
        "tables nested 10,000 deep" => repeated("products = ", "{a=", "", DEEP);
        "keys nested 10,000 deep" => repeated("products", ".a", " = 1\n", DEEP);
        "many addresses" => numbered("[products]\nfortimail = [", |number| format!("\"10.{}.{}.{}\",", number >> 16, number >> 8 & 255, number & 255), "]\n", 100_000);
        "many mistakes" => numbered("[products]\n", |number| format!("a{number} = \"x\"\n"), "", 50_000);
    }
    nmap {
        "a long file" => filled(NMAP, "<port protocol=\"tcp\" portid=\"25\"><state state=\"open\" reason=\"syn-ack\"/></port>\n", NMAP_END, 10 * MEGABYTE);
        "a line of 10 MB" => filled(&NMAP.replace("args=\"", "args=\"x"), "x", NMAP_END, 10 * MEGABYTE);
        "elements nested 10,000 deep" => [NMAP.to_string(), "<a>".repeat(DEEP), "</a>".repeat(DEEP), NMAP_END.to_string()].concat().into_bytes();
        "a million empty elements" => repeated(NMAP, "<a/>", NMAP_END, MANY);
        "an element with many attributes" => numbered(&format!("{NMAP}<a "), |number| format!("a{number}=\"\" "), &format!("/>{NMAP_END}"), MANY / 10);
        "entities of entities" => format!("<!DOCTYPE a [<!ENTITY a0 \"x\">{}]>{}", (1..64).map(|n| format!("<!ENTITY a{n} \"{}\">", format!("&a{};", n - 1).repeat(10))).collect::<String>(), NMAP.replace("nmap\"><scan", "&a63;\"><scan") + NMAP_END).into_bytes();
        "many hosts" => numbered("<nmaprun scanner=\"nmap\">", |number| format!("<host><status state=\"up\"/><address addr=\"h{number}\"/></host>"), "<runstats><finished/></runstats></nmaprun>", 100_000);
        "many ranges" => [NMAP.replace("services=\"", &format!("services=\"{}", "1-65535,".repeat(100_000))), NMAP_END.to_string()].concat().into_bytes();
    }
    ss {
        "a long file" => numbered("", |number| format!("tcp LISTEN 0 128 10.{}.{}.{}:{} 0.0.0.0:*\n", number >> 16, number >> 8 & 255, number & 255, number % 65_535 + 1), "", 150_000);
        "listeners on one port" => numbered("", |number| format!("tcp LISTEN 0 128 10.{}.{}.{}:25 0.0.0.0:*\n", number >> 16, number >> 8 & 255, number & 255), "", 150_000);
        "a line of 10 MB" => filled("tcp LISTEN 0 128 0.0.0.0:25 0.0.0.0:* ", "x", "\n", 10 * MEGABYTE);
        "many processes" => numbered("tcp LISTEN 0 128 0.0.0.0:25 0.0.0.0:* users:(", |number| format!("(\"p{number}\",pid=1,fd=1),"), ")\n", 100_000);
    }
    nft {
        "a long file" => numbered(NFT, |number| rule(number, r#"{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":25}},{"accept":null}"#), "]}", 10_000);
        "a line of 10 MB" => filled(&format!("{NFT},{{\"a\":{{\"x\":\""), "x", "\"}}]}", 10 * MEGABYTE);
        "arrays nested 10,000 deep" => repeated(NFT, "[", "", DEEP);
        "objects nested 10,000 deep" => repeated(NFT, ",{\"a\":{\"a\":", "", DEEP);
        "many rules that are not interpreted" => numbered(NFT, |number| rule(number, &format!(r#"{{"xt":{number}}},{{"accept":null}}"#)), "]}", 10_000);
        "many rules that keep some out" => numbered(NFT, |number| rule(number, &format!(r#"{{"match":{{"op":"==","left":{{"payload":{{"protocol":"ip","field":"saddr"}}}},"right":"10.0.0.{}"}}}},{{"match":{{"op":"==","left":{{"payload":{{"protocol":"tcp","field":"dport"}}}},"right":{}}}}},{{"{}":null}}"#, number % 256, number % 65_535 + 1, if number % 2 == 0 { "drop" } else { "accept" })), "]}", 4_000);
        "a large set" => [NFT.as_bytes(), &numbered(r#",{"set":{"family":"inet","table":"filter","name":"s","elem":["#, |number| format!("{},", number % 65_535 + 1), "1]}}", 100_000), rule(1, r#"{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":"@s"}},{"accept":null}"#).as_bytes(), b"]}"].concat();
    }
    iptables {
        "a long file" => numbered(SAVED, |number| format!("-A INPUT -s 10.0.{}.{}/32 -p tcp -m tcp --dport 25 -j ACCEPT\n", number >> 8 & 255, number & 255), "COMMIT\n", 3_000);
        "too many rules" => numbered(SAVED, |_| "-A INPUT -i eth0 -p tcp -m tcp --dport 25 -j ACCEPT\n".to_string(), "COMMIT\n", 60_000);
        "a line of 10 MB" => filled(&format!("{SAVED}-A INPUT -m comment --comment \""), "x", "\" -j ACCEPT\nCOMMIT\n", 10 * MEGABYTE);
        "many ports" => filled(&format!("{SAVED}-A INPUT -p tcp -m multiport --ports "), "1:2,", "3 -j ACCEPT\nCOMMIT\n", MEGABYTE);
        "many addresses" => filled(&format!("{SAVED}-A INPUT -s "), "10.0.0.0/8,", "10.0.0.1 -j ACCEPT\nCOMMIT\n", MEGABYTE);
        "many modules" => filled(&format!("{SAVED}-A INPUT "), "-m state --state NEW,DNAT ", "-j ACCEPT\nCOMMIT\n", MEGABYTE);
    }
    inventory {
        "many hosts" => numbered("host,transport,address,port\n", |number| format!("h{number},tcp,0.0.0.0,25\n"), "", 20_000);
        "many listeners of one host" => numbered("host,transport,address,port\n", |number| format!("h,tcp,::,{}\n", number % 65_535 + 1), "", MANY / 5);
        "a line of 10 MB" => filled("host,transport,address,port\nh,tcp,::,25,", "x", "\n", 10 * MEGABYTE);
        "a quote that isn't closed" => filled("host,transport,address,port\nh,tcp,::,\"", "x\n", "", MEGABYTE);
        "a million columns" => repeated("host,transport,address,port", ",x", "\n", MANY);
        "many malformed lines" => repeated("host,transport,address,port\n", "x\n", "", MANY);
        "many products" => repeated("host,transport,address,port,product\n", "h,tcp,::,25,securitygateway\n", "", MANY / 10);
    }
    assignment {
        "many hosts" => numbered("host,product\n", |number| format!("h{number},fortimail\n"), "", MANY / 10);
        "many lines of one host" => repeated("host,product\n", "h,fortimail\n", "", MANY / 10);
        "many unknown products" => repeated("host,product\n", "h,fortimial\n", "", MANY / 100);
    }
    flow_log {
        "many connections" => repeated("source,destination,transport,port\n", "192.0.2.1,192.0.2.20,tcp,25\n", "", MANY / 5);
        "all ports" => numbered("source,destination,transport,port\n", |number| format!("192.0.2.1,192.0.2.20,tcp,{}\n", number % 65_536), "", MANY / 5);
        "a line of 10 MB" => filled("{\"id.orig_h\":\"", "x", "\"}\n", 10 * MEGABYTE);
        "many lines that are no record" => repeated("#fields\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\n", "x\n", "", MANY);
        "JSON nested 10,000 deep" => repeated("{\"a\":", "[", "", DEEP);
        "a million columns of Zeek" => repeated("#fields\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto", "\tx", "\n", MANY / 4);
        "a million columns of CSV" => repeated("source,destination,transport,port", ",x", "\n", MANY / 4);
    }
    export {
        "a long file" => numbered("[", |number| format!("{}],\"id\":\"f{number}\"}},", FLOW_HEAD.replace("\"id\":\"relay-in-mail\",", "")), &format!("{FLOW_HEAD}]}}]"), 20_000);
        "a line of 10 MB" => filled(&format!("[{FLOW_HEAD}],\"purpose\":\""), "x", "\"}]", 10 * MEGABYTE);
        "arrays nested 10,000 deep" => repeated(&format!("[{FLOW_HEAD}],\"x\":"), "[", "", DEEP);
        "objects nested 10,000 deep" => repeated(&format!("[{FLOW_HEAD}],\"x\":"), "{\"a\":", "", DEEP);
        "many ports" => numbered(&format!("[{FLOW_HEAD}"), |number| format!(r#"{{"transport":"tcp","first":{0},"last":{0},"service":null,"group":0}},"#, number % 65_535 + 1), r#"{"transport":"esp","first":null,"last":null,"service":null,"group":0}]}]"#, 50_000);
        "many members" => numbered(&format!("[{FLOW_HEAD}]"), |number| format!(",\"a{number}\":1"), "}]", 100_000);
    }
};
