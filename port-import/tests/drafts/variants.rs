//! Drafts keep the capitals of a name in the variant of its id, since a name that changes later doesn't change the variant.

use std::fs;

use port_data::cells::Cells;
use port_import::new_product::NewProduct;

use crate::Workspace;

/// The cell of a column in the row of an id.
fn cell(workspace: &Workspace, table: &str, id: &str, column: &str) -> String {
    let file = workspace.data().join(format!("tables/{table}.csv"));
    let cells = Cells::read(&file, &mut Vec::new()).unwrap_or_else(|| panic!("{table}"));
    let column = cells.header.iter().position(|cell| cell.text == column).expect(column);
    let row = cells.rows.iter().find(|row| row[0].text == id).unwrap_or_else(|| panic!("{table}: {id}"));
    row[column].text.clone()
}

#[test]
fn a_name_with_other_capitals_than_its_id_gives_a_variant() {
    for (name, vendor, variant, vendor_variant) in [
        ("MailRelay", "AcMe", "MailRelay", "AcMe"),
        ("Mailrelay", "ACME", "", ""),
        ("The MailRelay of Acme", "Acme & AcMe", "MailRelay", ""),
        ("Relay of mails", "Company", "", ""),
    ] {
        let workspace = Workspace::new();
        let page = "| Peer | Use | Ports |\n|---|---|---|\n| Browser | Administer | TCP/443 |\n";
        let new = NewProduct {
            name: Some(name.to_string()),
            vendor: Some("acme".to_string()),
            vendor_name: Some(vendor.to_string()),
            ..workspace.product("mailrelay", "page.md", page)
        };
        workspace.draft(&new);
        assert_eq!(cell(&workspace, "products", "mailrelay", "variant"), variant, "{name}");
        assert_eq!(cell(&workspace, "vendors", "acme", "variant"), vendor_variant, "{vendor}");
    }
}

#[test]
fn a_table_without_the_column_gets_no_variant() {
    let workspace = Workspace::new();
    let file = workspace.data().join("tables/vendors.csv");
    fs::write(&file, "id,name,url\nfortinet,Fortinet,https://www.fortinet.com\n").unwrap();
    let page = "| Peer | Use | Ports |\n|---|---|---|\n| Browser | Administer | TCP/443 |\n";
    let new = NewProduct {
        vendor: Some("acme".to_string()),
        vendor_name: Some("AcMe".to_string()),
        ..workspace.product("mailrelay", "page.md", page)
    };
    workspace.draft(&new);
    assert!(fs::read_to_string(&file).unwrap().ends_with("\nacme,AcMe,\n"));
    assert_eq!(cell(&workspace, "products", "mailrelay", "variant"), "");
}
