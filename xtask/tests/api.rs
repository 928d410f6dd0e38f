//! The public interface of port-catalog: a reviewer sees each change, and `cargo xtask release` compares it with the last release.

use std::fs;

use port_catalog_tests::{assert_snapshot, root};
use xtask::api::{FILES, public};

#[test]
fn the_public_interface_is_the_one_that_was_reviewed() {
    assert_snapshot("public_api_of_port-catalog", &public(&root()).unwrap());
}

#[test]
fn every_module_with_public_items_is_read() {
    let lib = fs::read_to_string(root().join("port-catalog/src/lib.rs")).unwrap();
    let (lib, _) = lib.split_once("pub mod __private").expect("the private module comes last");
    let used = lib.lines().filter_map(|line| line.strip_prefix("pub use crate::"));
    let modules: Vec<String> = used.filter_map(|path| Some(path.rsplit_once("::")?.0.replace("::", "/"))).collect();
    assert!(!modules.is_empty());
    // The items of `own_catalog.rs` are those of `generated.rs`.
    let modules = modules.into_iter().map(|module| module.replace("own_catalog", "generated"));
    for module in modules {
        assert!(
            FILES.contains(&format!("port-catalog/src/{module}.rs").as_str()),
            "{module} is public, but isn't read"
        );
    }
}
