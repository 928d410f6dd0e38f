//! The codes of everything that can be wrong with a vendor's page.

port_data::codes! {
    #[doc = "The name of a layout is unknown."]
    UNKNOWN_LAYOUT = "page-unknown-layout";
    #[doc = "A page, a table or a header exceeds a size limit."]
    TOO_LARGE = "page-too-large";
    #[doc = "HTML is nested too deeply, isn't closed, or exceeds another limit of the parser."]
    MARKUP_LIMIT = "page-markup-limit";
    #[doc = "A page has no table in its layout."]
    NO_TABLE = "page-no-table";
    #[doc = "The curation doesn't list what the reader of a layout requires."]
    MISSING_HINTS = "page-missing-hints";
    #[doc = "The rule below a header, or the bars above it, don't fit the header."]
    HEADER_RULE = "page-header-rule";
    #[doc = "The columns of a table aren't those of the curation."]
    UNEXPECTED_COLUMN = "page-unexpected-column";
    #[doc = "A heading isn't one of the curation's."]
    UNEXPECTED_HEADING = "page-unexpected-heading";
    #[doc = "The curation lists a heading that no table has."]
    MISSING_HEADING = "page-missing-heading";
    #[doc = "A cell has a value that the curation doesn't list for its column."]
    UNEXPECTED_VALUE = "page-unexpected-value";
    #[doc = "The curation lists a value that no row of its column has."]
    MISSING_VALUE = "page-missing-value";
    #[doc = "A row has more or fewer cells than the header."]
    CELL_COUNT = "page-cell-count";
    #[doc = "A bar is missing before or after a cell."]
    MISSING_BAR = "page-missing-bar";
    #[doc = "There are cells outside of all tables."]
    CELLS_OUTSIDE_TABLE = "page-cells-outside-table";
    #[doc = "Text can be read in two ways, and the curation doesn't say which is right."]
    AMBIGUOUS = "page-ambiguous";
    #[doc = "A page prints its body twice, and the copies differ."]
    COPIES_DIFFER = "page-copies-differ";
    #[doc = "A field of a CSV page is only partly quoted, or a quote isn't closed."]
    QUOTES = "page-quotes";
    #[doc = "A table contains a character that isn't visible."]
    HIDDEN_CHARACTER = "page-hidden-character";
    #[doc = "HTML has a table inside a table, and it isn't clear which one holds the data."]
    NESTED_TABLES = "page-nested-tables";
    #[doc = "Cells of an HTML table overlap."]
    OVERLAPPING_CELLS = "page-overlapping-cells";
    #[doc = "The pattern of a list's items isn't valid."]
    INVALID_PATTERN = "page-invalid-pattern";
    #[doc = "An item doesn't fit the patterns of its list, or there is no list for a pattern."]
    ITEM_PATTERN = "page-item-pattern";
}
