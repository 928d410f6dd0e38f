//! Snapshots of the older editions: for each, the output of `upgrade` to the edition that came after it.

use std::process::Command;

use port_catalog::Product;
use port_catalog_tests::assert_snapshot;

#[test]
fn older_editions_as_upgrades() {
    let mut changed = Vec::new();
    for product in Product::ALL {
        let editions: Vec<&str> = product.editions().map(port_catalog::Edition::name).collect();
        for pair in editions.windows(2) {
            let output = Command::new(env!("CARGO_BIN_EXE_port-catalog"))
                .args(["upgrade", product.as_str(), pair[0], pair[1]])
                .output()
                .unwrap();
            assert!(output.status.success(), "{output:?}");
            let text = String::from_utf8(output.stdout).unwrap();
            let name = format!("upgrade_of_{product}@{}", pair[0]);
            // All snapshots are compared before the test fails, so that all differences are pending at once.
            if std::panic::catch_unwind(|| assert_snapshot(&name, &text)).is_err() {
                changed.push(name);
            }
        }
    }
    assert!(changed.is_empty(), "changed: {}", changed.join(", "));
}
