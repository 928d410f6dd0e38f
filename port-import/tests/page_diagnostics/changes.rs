//! Changes to a sample page of each layout: cells and bars that a capture loses, and columns that a vendor renames.

use port_import::page::Layout;

/// Replaces the whole page.
pub const WHOLE_PAGE: &str = "";

/// A name, the text that is replaced in the sample, its replacement, and the expected diagnostics.
pub type Change = (&'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
pub const CHANGES: [(Layout, &[Change]); 6] = [
    (Layout::Bars, &[
        ("emptied_cell", "Send |\nTCP/25 |\nFetch", "|\nTCP/25 |\nFetch", "error[page-cell-count]: page:12: \"TCP/25 |\" follows 1 cell and 1 bar of a row, which needs 3 in total; restore what the capture lost here (one cell per line with a bar after it, and a lone bar after the row for each cell it lacks), or capture the page again"),
        ("lost_cell", "Fetch |\nTCP/110 |\n|", "Fetch |\n|", "error[page-cell-count]: page:15: \"Console |\" follows 1 cell and 1 bar of a row, which needs 3 in total; restore what the capture lost here (one cell per line with a bar after it, and a lone bar after the row for each cell it lacks), or capture the page again"),
        ("lost_bar_of_a_span", "TCP/110 |\n|\n", "TCP/110 |\n", "error[page-cell-count]: page:16: \"Web |\" follows 2 cells and 0 bars of a row, which needs 3 in total; restore what the capture lost here (one cell per line with a bar after it, and a lone bar after the row for each cell it lacks), or capture the page again"),
        ("cell_without_a_bar", "TCP/110 |\n|", "TCP/110\n|", "error[page-cell-count]: page:14: \"TCP/110\" follows 1 cell and 0 bars of a row, which needs 3 in total; restore what the capture lost here (one cell per line with a bar after it, and a lone bar after the row for each cell it lacks), or capture the page again"),
        ("heading_row_of_two_cells", "Inbound |\n||", "Inbound |\n|", "error[page-header-rule]: page:6: rule over 3 columns needs 2 bars above it, and a heading with a bar after it above those (found 1 bar); capture the page again, or name its layout"),
        ("renamed_heading", "Inbound |", "Incoming |", "error[page-unexpected-heading]: page:4: unexpected heading \"Incoming\" (expected Inbound or Outbound); if the vendor renamed the table or added one, change the headings in the curation"),
        ("renamed_column", "Purpose |", "Use |", "error[page-unexpected-column]: page:7: unexpected column \"Use\" instead of \"Purpose\"; if the vendor renamed the column, rename it in the curation"),
        ("two_cells_on_a_line", "Console |\nWeb", "Console | Web", "error[page-cell-count]: page:16: \"Console | Web |\" follows 0 cells and 0 bars of a row, which needs 3 in total; restore what the capture lost here (one cell per line with a bar after it, and a lone bar after the row for each cell it lacks), or capture the page again"),
        ("row_without_two_first_cells", "Fetch |\nTCP/110 |\n|", "TCP/110 |\n|\n|", "error[page-cell-count]: page:13: row lacks 2 of its first cells, but the column \"Purpose\" doesn't span; restore the lost cell, or list the column as spanning in the curation"),
        ("no_table", WHOLE_PAGE, "Words.\n", "error[page-no-table]: page: page has no table in the layout bars; name the page's layout, or save the page again"),
    ]),
    (Layout::Values, &[
        ("lost_last_value_before_a_span", "Settings\n\n", "", "error[page-cell-count]: page:32: row has 0 values instead of 2 (Peer, Use) before \"UDP\"; restore what the capture lost here, or add a new value to its column's values in the curation"),
        ("lost_value_and_last_value", "N/A\n\nConsole", "Console", "error[page-ambiguous]: page:42: \"Console\" may be the column \"Peer\" of the row at line 46, which is one value short; restore the value that the capture lost near this line"),
        ("lost_first_value", "Console\n\n", "", "error[page-missing-value]: page:44: no row has \"Console\" in the column \"Peer\"; restore the cell if the capture lost it; if the vendor removed or renamed it, change the column's values in the curation"),
        ("lost_anchor", "TCP\n\n25", "25", "error[page-cell-count]: page:26: row has 3 values instead of 2 (Peer, Use) before \"Out\"; restore what the capture lost here, or add a new value to its column's values in the curation"),
        ("unknown_anchor", "25\n\nOut", "25\n\nSideways", "error[page-unexpected-value]: page:28: unexpected value \"Sideways\" in the column \"Way\" (expected one of In, Out); restore what the capture lost here, or add a new value to its column's values in the curation"),
        ("lost_port", "25\n\n", "", "error[page-cell-count]: page:26: row doesn't have 1 value (Port) before \"Out\"; restore what the capture lost here, or remove what doesn't belong to the row"),
        ("lost_last_anchor", "Out\n\nSettings", "Settings", "error[page-unexpected-value]: page:28: unexpected value \"Settings\" in the column \"Way\" (expected one of In, Out); restore what the capture lost here, or add a new value to its column's values in the curation"),
        ("additional_value", "Send\n\nTCP", "Send\n\nNow\n\nTCP", "error[page-cell-count]: page:26: row has 3 values instead of 2 (Peer, Use) before \"TCP\"; restore what the capture lost here, or add a new value to its column's values in the curation"),
        ("renamed_column", "Protocol\n", "Transport\n", "error[page-unexpected-column]: page:12: unexpected column \"Transport\" instead of \"Protocol\" (Peer, Use, Protocol, Port, Way, Change); if the vendor renamed the column, rename it in the curation"),
        ("renamed_first_value", "Mail relay\n", "Mail relays\n", "error[page-unexpected-value]: page:20: unexpected value \"Mail relays\" in the column \"Peer\" (expected one of Mail relay, Console); restore what the capture lost nearby, or add a new value to the column's values in the curation\nerror[page-missing-value]: page:44: no row has \"Mail relay\" in the column \"Peer\"; restore the cell if the capture lost it; if the vendor removed or renamed it, change the column's values in the curation"),
        ("renamed_heading", "Needed ports", "Ports needed", "error[page-unexpected-heading]: page:8: header has none of the headings above it (expected Needed ports); if the vendor renamed the heading, change the headings in the curation"),
        ("empty_page", WHOLE_PAGE, "\n", "error[page-no-table]: page: page is empty (Peer, Use, Protocol, Port, Way, Change); save the page again"),
    ]),
    (Layout::Broken, &[
        ("lost_cell", "C | 25 | Inbound", "C | Inbound", "error[page-unexpected-value]: page:5: unexpected value \"Mail\" in the column \"Direction\" (expected one of Inbound, Outbound); restore what the capture lost nearby, or add a new value to the column's values in the curation\nerror[page-cell-count]: page:7: row has more than 4 cells by line 9; restore what the capture lost of the row, with a bar after each cell, or remove what doesn't belong to it"),
        ("additional_cell", "C | 25 |", "C | 25 | 26 |", "error[page-cell-count]: page:5: row has more than 4 cells by line 5; restore what the capture lost of the row, with a bar after each cell, or remove what doesn't belong to it"),
        ("lost_last_bar", "C | 25 | Inbound | Mail |", "C | 25 | Inbound | Mail", "error[page-cell-count]: page:7: row has more than 4 cells by line 9; restore what the capture lost of the row, with a bar after each cell, or remove what doesn't belong to it"),
        ("lost_last_row", "Outbound | Log store |\n|\nThe range is the default. |", "Outbound |", "error[page-cell-count]: page:17: row has 3 cells instead of 4 (\"P1 |\"); restore what the capture lost of the row, with a bar after each cell, or remove what doesn't belong to it"),
        ("lost_column", "Port | Direction", "Direction", "error[page-header-rule]: page:4: rule has 4 columns, but the header above it has 3 cells; restore what the capture lost of the header, with a bar after each cell, or capture the page again\nerror[page-cells-outside-table]: page:3: cells outside of a table (\"Interface | Direction | Use |\"); if a row begins here, restore it and the header and rule above it; write a sentence on a line without bars"),
        ("lost_column_and_its_rule", "Port | Direction | Use |\n---|---|---|---|", "Direction | Use |\n---|---|---|", "error[page-cell-count]: page:5: row has more than 3 cells by line 5; restore what the capture lost of the row, with a bar after each cell, or remove what doesn't belong to it\nerror[page-cell-count]: page:6: row has more than 3 cells by line 7; restore what the capture lost of the row, with a bar after each cell, or remove what doesn't belong to it\nerror[page-cell-count]: page:9: row has more than 3 cells by line 9; restore what the capture lost of the row, with a bar after each cell, or remove what doesn't belong to it"),
        ("two_rows_run_together", "P1 | 80 |", "P1 | 80\nP1 | 81 |", "error[page-cell-count]: page:9: row has more than 4 cells by line 10; restore what the capture lost of the row, with a bar after each cell, or remove what doesn't belong to it"),
        ("cells_outside_tables", "To the store:", "P1 | 443", "error[page-cells-outside-table]: page:11: cells outside of a table (\"P1 | 443\"); if a row begins here, restore it and the header and rule above it; write a sentence on a line without bars"),
        ("unknown_value", "C | 25 | Inbound", "C | 25 | Sideways", "error[page-unexpected-value]: page:5: unexpected value \"Sideways\" in the column \"Direction\" (expected one of Inbound, Outbound); restore what the capture lost nearby, or add a new value to the column's values in the curation"),
        ("renamed_column", "Direction", "Way", "error[page-unexpected-column]: page:3: unexpected column \"Way\" instead of \"Direction\"; if the vendor renamed the column, rename it in the curation"),
    ]),
    (Layout::Pipes, &[
        ("lost_cell", "25 |\n", "", "error[page-cell-count]: page:6: row has 3 cells instead of 4 (Server, Port, To, Notes); restore what the capture lost of the row"),
        ("additional_cell", "25 |\n", "25 |\n26 |\n", "error[page-cell-count]: page:10: \"Any mail server.\" follows the last cell of the row at line 6, which has 4 cells; restore the bar before the first cell of the next row, or remove what doesn't belong to the row"),
        ("lost_bar_before_a_row", "| Mail |\nInternet", "Mail |\nInternet", "error[page-cell-count]: page:6: \"Mail\" follows the last cell of the row at line 2, which has 4 cells; restore the bar before the first cell of the next row, or remove what doesn't belong to the row\nerror[page-unexpected-column]: page:12: unexpected column \"443\" instead of \"To\" in the first row of a table; if the vendor renamed the column, rename it in the curation; a line without bars ends a table"),
        ("lost_bar_after_a_cell", "Any mail server. |", "Any mail server.", "error[page-missing-bar]: page:9: no bar after the cell \"Any mail server.\"; restore the bar; write a sentence before or after a whole row"),
        ("renamed_column", "Notes", "Remarks", "error[page-unexpected-column]: page:5: unexpected column \"Remarks\" instead of \"Notes\" in the first row of a table; if the vendor renamed the column, rename it in the curation; a line without bars ends a table"),
        ("page_ends_in_a_cell", "b.example |\n", "b.example\n", "error[page-missing-bar]: page:17: no bar after the cell \"Hosts: a.example b.example The end.\"; restore the bar; write a sentence before or after a whole row"),
        ("row_after_the_end_of_a_table", "| Mail |\nClients", "So much.\n| Mail |\nClients", "error[page-unexpected-column]: page:15: unexpected column \"Mail\" instead of \"Server\" in the first row of a table; if the vendor renamed the column, rename it in the curation; a line without bars ends a table"),
        ("sentence_with_a_bar", "Ports of a gateway", "Ports | of a gateway |", "error[page-cells-outside-table]: page:1: cells outside of a row (\"Ports | of a gateway |\"); restore the bar before the first cell of the row, or name the page's layout"),
    ]),
    (Layout::Markdown, &[
        ("lost_column_of_the_rule", "|:-----|-----:|", "|:-----|", "error[page-header-rule]: page:8: header has 2 columns, but the rule below it has 1; fix the header or its rule, and write `\\|` for a bar in a cell"),
        ("hidden_character", "TCP/25", "TCP/\u{202e}25", "error[page-hidden-character]: page:9:14: character U+202E is not visible; remove it, since it hides what a reader sees"),
        ("no_table", WHOLE_PAGE, "Words.\n", "error[page-no-table]: page: page has no table in the layout markdown; name the page's layout, or save the page again"),
    ]),
    (Layout::Csv, &[
        ("quote_in_an_unquoted_field", "TCP/25", "TCP\"/25\"", "error[page-quotes]: page:2:17: quote in an unquoted field; quote the whole field, and write \"\" for a quote in it"),
        ("quote_in_a_field", "\"Mail, fast\"", "\"Mail\", fast\"", "error[page-quotes]: page:2:13: quote in an unquoted field; quote the whole field, and write \"\" for a quote in it"),
        ("text_after_a_quote", "\"Mail, fast\"", "\"Mail\" fast", "error[page-quotes]: page:2:7: closing quote is followed by \" \"; end the field after its closing quote, and write \"\" for a quote in it"),
        ("unclosed_quote", "TCP/80\",out", "TCP/80,out", "error[page-quotes]: page:4:15: quote is never closed; add a quote where the field ends"),
        ("lost_field", "TCP/25,in", "TCP/25", "error[page-cell-count]: page:2: row has 2 fields, but the header has 3; add or remove fields, and quote a field that contains a comma"),
        ("renamed_column", "Use,Port,Way", "Use,Port,Direction", "error[page-unexpected-column]: page:1: unexpected column \"Direction\" instead of \"Way\"; if the vendor renamed the column, rename it in the curation"),
        ("lost_column", "Use,Port,Way", "Use,Port", "error[page-cell-count]: page:2: row has 3 fields, but the header has 2; add or remove fields, and quote a field that contains a comma\nerror[page-cell-count]: page:4: row has 3 fields, but the header has 2; add or remove fields, and quote a field that contains a comma\nerror[page-cell-count]: page:6: row has 3 fields, but the header has 2; add or remove fields, and quote a field that contains a comma"),
    ]),
];
