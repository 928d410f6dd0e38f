//! What aclgen generates for targets that nothing here can load: every term has to occur in it.

use port_catalog_tests::fixture;

use crate::aerleon::Aclgen;
use crate::cases::files_with;
use crate::openings::products;

#[test]
fn every_term_is_in_the_output_for_other_targets() {
    let Some(aclgen) = Aclgen::start() else { return };
    for product in products() {
        let files = files_with(&fixture::tables(), &["--format", "aerleon", "--product", &product]);
        let terms = files[1].text.split("\n      - name: \"").skip(1);
        let terms = terms.filter(|term| !term.contains("\n        platform: nftables\n"));
        let names: Vec<&str> = terms.map(|term| term.split('"').next().unwrap()).collect();
        assert!(names.len() > 5, "{names:?}");
        let made = aclgen.made(&files, true);
        for name in ["arista.eacl", "cisco.acl", "juniper.jcl", "paloalto.xml", "srx.srx"] {
            let made = made.get(name).unwrap_or_else(|| panic!("no {name} for {product}"));
            let without: Vec<&&str> = names.iter().filter(|name| !made.contains(**name)).collect();
            assert!(without.is_empty(), "{name} for {product}: {without:?}");
        }
    }
}
