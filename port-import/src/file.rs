//! Reads a whole text file up to a size limit.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use port_data::cells::not_utf8;
use port_data::{Diagnostic, Place};

use crate::codes;
use crate::page::MAX_BYTES;

/// Reads the text of a page, a curation or a table.
///
/// # Errors
///
/// The file can't be read, isn't UTF-8, or is longer than [`MAX_BYTES`]. A longer file isn't read to its end.
pub fn read(file: &Path) -> Result<String, Diagnostic> {
    let mut bytes = Vec::new();
    File::open(file)
        .and_then(|file| file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(file, &error))?;
    if bytes.len() > MAX_BYTES {
        return Err(too_large(file));
    }
    String::from_utf8(bytes).map_err(|error| not_utf8(codes::NOT_UTF8, file, error.as_bytes(), &error.utf8_error()))
}

/// A file or directory that the system can't read.
pub fn unreadable(file: &Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(codes::UNREADABLE_FILE, format!("cannot be read ({error})")).at(Place::file(file))
}

/// A file that exceeds the size limit.
pub fn too_large(file: &Path) -> Diagnostic {
    Diagnostic::new(codes::TOO_LARGE, format!("file exceeds {} MiB", MAX_BYTES >> 20))
        .help("cut a page down to the part with the tables")
        .at(Place::file(file))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_file_that_is_too_long_is_not_read_to_its_end() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("page.html");
        // A sparse file takes no space on the disk.
        std::fs::File::create(&path).unwrap().set_len(1 << 40).unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(error.contains("file exceeds 16 MiB"), "{error}");
    }

    #[test]
    fn a_byte_that_is_not_utf8_is_reported_at_its_place() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("page.html");
        std::fs::write(&path, b"a\nb\xff").unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(error.contains(":2:2: file is not UTF-8 (found the byte 0xff)"), "{error}");
    }
}
