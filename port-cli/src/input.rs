//! Reads files that the user names, up to a size limit.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use port_data::cells::not_utf8;
use port_data::{Diagnostic, Place};

use crate::codes;

/// The largest file that is read, in bytes. Parsing takes at most 150 times as much memory.
pub const MAX_BYTES: usize = 32 * 1024 * 1024;

/// The name of standard input in arguments.
const STANDARD_INPUT: &str = "-";

/// Whether an argument means standard input.
pub fn is_standard_input(file: &Path) -> bool {
    file.as_os_str() == STANDARD_INPUT
}

/// The name of a file in messages.
pub fn display_name(file: &Path) -> &Path {
    if is_standard_input(file) { Path::new("standard input") } else { file }
}

/// The bytes of a file, or of standard input for `-`.
///
/// # Errors
///
/// The file can't be read, or is larger than [`MAX_BYTES`].
pub fn read(file: &Path) -> Result<Vec<u8>, Diagnostic> {
    if is_standard_input(file) {
        return read_from(std::io::stdin().lock(), display_name(file));
    }
    read_from(File::open(file).map_err(|error| unreadable(file, &error))?, file)
}

/// The text of a file, or of standard input for `-`.
///
/// # Errors
///
/// The file can't be read, is larger than [`MAX_BYTES`] or isn't UTF-8.
pub fn read_text(file: &Path) -> Result<String, Diagnostic> {
    let bytes = read(file)?;
    String::from_utf8(bytes)
        .map_err(|error| not_utf8(codes::NOT_UTF8, display_name(file), error.as_bytes(), &error.utf8_error()))
}

/// At most [`MAX_BYTES`] from a reader, which is named `name` in messages.
fn read_from(reader: impl Read, name: &Path) -> Result<Vec<u8>, Diagnostic> {
    let mut bytes = Vec::new();
    let read = reader.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|error| unreadable(name, &error))?;
    if bytes.len() > MAX_BYTES {
        let message = format!("file exceeds {} MiB", MAX_BYTES >> 20);
        let help = "export a single machine, or check that this is the right file";
        return Err(Diagnostic::new(codes::TOO_LARGE, message).help(help).at(Place::file(name)));
    }
    Ok(bytes)
}

/// The diagnostic for a file that the system can't read.
pub fn unreadable(file: &Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(codes::UNREADABLE, format!("cannot be read ({error})")).at(Place::file(file))
}

#[cfg(test)]
mod tests {
    use super::{MAX_BYTES, read_from};
    use std::io::{Read, repeat};
    use std::path::Path;

    #[test]
    fn an_endless_file_is_rejected_and_one_of_the_maximum_size_is_read() {
        let read = |bytes: u64| read_from(repeat(b' ').take(bytes), Path::new("f"));
        assert_eq!(read(MAX_BYTES as u64).map(|bytes| bytes.len()), Ok(MAX_BYTES));
        let message = read_from(repeat(b' '), Path::new("f")).unwrap_err().to_string();
        assert_eq!(message, "f: file exceeds 32 MiB; export a single machine, or check that this is the right file");
    }
}
