//! Reads and writes flow tables on their own: the references of their rows are ids that aren't looked up.
//!
//! The importer makes rows from a vendor's page, writes them as a table, and compares them with the table that is already
//! there. [`Catalog`](crate::Catalog) contains the same rows with their references resolved.

use std::fmt;
use std::path::{Path, PathBuf};

use port_core::port_spec::write_expression;
use port_core::{Groups, PortSpec, Transport};

use crate::diagnostic::Diagnostic;
use crate::flow_row::References;
use crate::id::check_id;
use crate::schema::{FLOWS, FlowRow};
use crate::table_reader::TableReader;
use crate::write::Csv;

impl FlowRow {
    /// Reads the rows of a flow table.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the table, except references to other tables, which aren't looked up.
    pub fn read(file: &Path) -> Result<Vec<FlowRow>, Vec<Diagnostic>> {
        read_flow_rows(file, None)
    }

    /// The same for a table in memory. `file` is the path that diagnostics name.
    ///
    /// # Errors
    ///
    /// As for [`read`](FlowRow::read).
    pub fn parse(file: &Path, table: String) -> Result<Vec<FlowRow>, Vec<Diagnostic>> {
        read_flow_rows(file, Some(vec![(file.to_path_buf(), table)]))
    }
}

fn read_flow_rows(file: &Path, texts: Option<Vec<(PathBuf, String)>>) -> Result<Vec<FlowRow>, Vec<Diagnostic>> {
    let mut reader = TableReader::new(texts);
    let rows = reader.rows(file, FLOWS, |row| row.flow_row(&Unresolved));
    if reader.diagnostics.is_empty() { Ok(rows.into_valid()) } else { Err(reader.diagnostics) }
}

/// Keeps references as ids.
struct Unresolved;

impl References<String> for Unresolved {
    fn peer(&self, id: &str) -> Result<String, Diagnostic> {
        check_id(id)
    }

    fn service(&self, id: &str, _transport: Option<Transport>) -> Result<String, Diagnostic> {
        check_id(id)
    }

    fn interface(&self, id: &str) -> Result<String, Diagnostic> {
        check_id(id)
    }

    fn component(&self, id: &str) -> Result<String, Diagnostic> {
        check_id(id)
    }
}

impl FlowRow {
    /// The text of a column's cell; empty for a column that the schema doesn't have.
    #[must_use]
    pub fn cell(&self, column: &str) -> String {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        match column {
            "id" => self.id.clone(),
            "direction" => self.direction.to_string(),
            "component" => text(&self.component),
            "peer" => self.peer.clone(),
            "purpose" => self.purpose.clone(),
            "ports" => Ports(&self.specs, self.groups).to_string(),
            "groups" => self.groups.to_string(),
            "requirement" => self.requirement.to_string(),
            "condition" => text(&self.condition),
            "scope" => self.scope.to_string(),
            "enabled" => self.enabled.to_string(),
            "interfaces" => self.interfaces.join(", "),
            "recommended_interface" => text(&self.recommended_interface),
            "hosts" => self.hosts.join(", "),
            "configurable" => self.configurable.to_string(),
            "customization" => text(&self.customization),
            "note" => text(&self.note),
            "curated" => self.curated.iter().map(|fact| fact.as_str()).collect::<Vec<_>>().join(", "),
            "section" => text(&self.section),
            "row" => self.row.to_string(),
            "printed_peer" => text(&self.printed_peer),
            "printed_label" => text(&self.printed_label),
            "printed_ports" => text(&self.printed_ports),
            _ => String::new(),
        }
    }
}

/// Writes rows as a flow table with all columns of the schema.
#[must_use]
pub fn write_flow_table(rows: &[FlowRow]) -> String {
    let mut csv = Csv::table(FLOWS);
    for row in rows {
        csv.row(FLOWS.iter().map(|column| row.cell(column.name)));
    }
    csv.finish()
}

/// Specs as a port expression.
struct Ports<'a>(&'a [PortSpec<String>], Groups);

impl fmt::Display for Ports<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_expression(f, self.1, self.0.iter())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::write_flow_table;
    use crate::schema::{FLOWS, FlowRow};

    const TABLE: &str = "id,direction,component,peer,purpose,ports,groups,requirement,condition,scope,enabled,interfaces,\
                         recommended_interface,hosts,configurable,customization,note,curated,section,row,printed_peer,\
                         printed_label,printed_ports\n\
                         mailer-in,inbound,relay,client,Take mail,\"tcp/25 smtp | tcp/465, esp, sftp\",all,conditional,\
                         at night,pod,no,\"wan, lan\",lan,\"a.example, b.example\",true,in the settings,A note.,\"peer, service\",In,7,\
                         Client,SMTP,\"TCP 25, 465\"\n";

    #[test]
    fn a_table_is_written_as_it_was_read() {
        let rows = FlowRow::parse(Path::new("mailer.csv"), TABLE.to_string()).unwrap();
        assert_eq!(write_flow_table(&rows), TABLE);
        for column in FLOWS {
            assert_ne!(rows[0].cell(column.name), "", "{}", column.name);
        }
    }

    #[test]
    fn an_invalid_cell_is_reported_at_its_place() {
        let table = TABLE.replace("inbound", "inbuond").replace("tcp/465", "tcp/0");
        let diagnostics = FlowRow::parse(Path::new("mailer.csv"), table).unwrap_err();
        let places: Vec<_> =
            diagnostics.iter().map(|diagnostic| (diagnostic.place.line, diagnostic.place.column)).collect();
        assert_eq!(places, [(2, 11), (2, 57)]);
    }
}
