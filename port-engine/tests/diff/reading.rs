//! Damaged exports.

use std::path::Path;

use port_engine::dataset::Dataset;
use port_engine::diff;

use crate::catalog;

fn export() -> String {
    serde_json::to_string_pretty(&catalog()[..2]).unwrap()
}

#[test]
fn every_truncated_export_is_rejected_near_its_end() {
    let whole = export();
    assert_eq!(diff::read(Path::new("export.json"), &whole).unwrap().len(), 2);
    for end in (0..whole.len()).step_by(3) {
        let problem = diff::read(Path::new("export.json"), &whole[..end]).unwrap_err();
        let last_line = whole[..end].matches('\n').count() + 1;
        assert!(problem.place.line > 0 && problem.place.line.abs_diff(last_line) <= 1, "{end}: {problem}");
        assert_eq!(Dataset::from_export("export.json", &whole[..end]).unwrap_err(), [problem], "{end}");
    }
}

#[test]
fn a_replaced_byte_never_breaks_the_reader() {
    let whole = export();
    for index in (0..whole.len()).step_by(5) {
        for byte in [b'"', b'{', b']', b',', b'0', b'\\', b'x'] {
            let mut bytes = whole.clone().into_bytes();
            bytes[index] = byte;
            let text = String::from_utf8_lossy(&bytes);
            let problems = [
                diff::read(Path::new("export.json"), &text).err(),
                Dataset::from_export("export.json", &text).err().map(|problems| problems[0].clone()),
            ];
            for problem in problems.iter().flatten() {
                assert!(problem.place.line > 0 && problem.place.column > 0, "{index} {byte}: {problem}");
                assert!(!problem.message.is_empty(), "{index} {byte}: {problem}");
            }
        }
    }
}

#[test]
fn a_byte_order_mark_is_ignored() {
    let whole = export();
    assert_eq!(
        diff::read(Path::new("export.json"), &format!("\u{feff}{whole}")),
        diff::read(Path::new("export.json"), &whole)
    );
}
