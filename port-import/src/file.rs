//! A file that a maintainer gave, read whole, up to a limit.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::page::MAX_BYTES;
use crate::place::fault;
use port_data::Diagnostic;

/// The text of a page, a curation or a table.
///
/// # Errors
///
/// A file that cannot be read, that is longer than [`MAX_BYTES`], of which no more is read, or that is not UTF-8.
pub fn read(file: &Path) -> Result<String, Diagnostic> {
    let cannot = |error: std::io::Error| fault(file, 0, format!("cannot be read: {error}"));
    let mut bytes = Vec::new();
    File::open(file).map_err(cannot)?.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() > MAX_BYTES {
        let message = format!(
            "found more than {MAX_BYTES} bytes, expected at most so many; cut a page down to the part with the tables"
        );
        return Err(fault(file, 0, message));
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
        fault(file, line, "found a byte that is not UTF-8; save the file as UTF-8")
    })
}

#[cfg(test)]
mod tests {
    use super::{MAX_BYTES, read};

    #[test]
    fn a_file_that_is_too_long_is_not_read_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page.html");
        // A hole: it takes no room on the disk.
        std::fs::File::create(&path).unwrap().set_len(1 << 40).unwrap();
        let told = read(&path).unwrap_err().to_string();
        assert!(told.contains(&format!("found more than {MAX_BYTES} bytes")), "{told}");
        std::fs::write(&path, b"a\nb\xff").unwrap();
        assert!(read(&path).unwrap_err().to_string().contains(":2: found a byte that is not UTF-8"));
    }
}
