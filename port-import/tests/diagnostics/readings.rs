//! Port cells that a person reads.

use port_catalog_tests::diagnostics::Cases;

use crate::workspace::{Pair, Workspace};

/// The cases of readings that don't fit their port cells.
pub fn reading_cases(cases: &mut Cases, workspace: &Workspace, screen: &Pair) {
    let changes = [
        ("a port cell that was read is changed", "TCP 5900+100", "TCP 5900+64"),
        ("a port cell that was read is emptied", "TCP 5900+100", ""),
    ];
    workspace.page_cases(cases, screen, &changes);
    let reading = "reading = { cell = \"TCP 5900+100\", ports = \"tcp/5900+100\" }\n";
    let changes = [
        ("a base and a count without a reading", reading, ""),
        ("a reading with a number that isn't printed", "tcp/5900+100", "tcp/5900+64"),
        ("a reading without a number that is printed", "tcp/5900+100", "tcp/5900"),
        ("a reading with groups", reading, &format!("{reading}groups = \"all\"\n")),
        ("a reading and added ports", reading, &format!("{reading}adds = {{ ports = \"tcp/1\", reason = \"No.\" }}\n")),
        ("a reading with an invalid count", "tcp/5900+100", "tcp/5900+0"),
    ];
    workspace.curation_cases(cases, screen, &changes);
    let readable = Pair {
        page: "| Peer | Use | Port |\n|---|---|---|\n| Viewers | Show displays | TCP 5900 |\n",
        ..screen.clone()
    };
    let change = (
        "a reading of a cell that needs none",
        "TCP 5900+100\", ports = \"tcp/5900+100",
        "TCP 5900\", ports = \"tcp/5900",
    );
    workspace.curation_cases(cases, &readable, &[change]);
    let bare =
        Pair { page: "| Peer | Use | Port |\n|---|---|---|\n| Viewers | Show displays | 5900 |\n", ..screen.clone() };
    let change = (
        "a reading with a transport that nothing prints",
        "TCP 5900+100\", ports = \"tcp/5900+100",
        "5900\", ports = \"tcp/5900",
    );
    workspace.curation_cases(cases, &bare, &[change]);
    let meaning = ("a meaning of a port cell", "is = \"ports\"", "is = \"ports\", means = { \"5900\" = \"TCP 5900\" }");
    workspace.curation_cases(cases, &bare, &[meaning]);
}
