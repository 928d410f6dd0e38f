//! Prints columns as CSV: a header, then one line each.

use crate::columns::Columns;

/// The columns as CSV.
pub fn print(columns: &Columns) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |cells: &[&str]| writer.write_record(cells).expect("writing to memory does not fail");
    write(&columns.names);
    for row in &columns.rows {
        write(&row.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let bytes = writer.into_inner().expect("writing to memory does not fail");
    String::from_utf8(bytes).expect("what was written is text")
}
