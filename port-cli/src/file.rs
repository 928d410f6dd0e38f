//! A file that somebody gave, read whole, up to a limit.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::fault::Fault;

/// The longest file that is read, in bytes. What is made of it takes at most 150 times as much memory.
pub const MAX_BYTES: usize = 32 * 1024 * 1024;

/// The bytes of a file.
///
/// # Errors
///
/// A file that cannot be read, or that is longer than [`MAX_BYTES`].
pub fn read(file: &Path) -> Result<Vec<u8>, Fault> {
    let opened = File::open(file).map_err(|error| Fault::of_file(file, format!("cannot be read: {error}")))?;
    read_from(opened, file)
}

/// The bytes of something that is open, under the name that it has in messages.
///
/// # Errors
///
/// Where it cannot be read, or where there are more than [`MAX_BYTES`] of them; no more than that is taken from it.
pub fn read_from(open: impl Read, name: &Path) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    let read = open.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|error| Fault::of_file(name, format!("cannot be read: {error}")))?;
    if bytes.len() > MAX_BYTES {
        let message = format!(
            "found more than {MAX_BYTES} bytes, expected at most so many; give what is of one machine only, or check that this is the file that you mean"
        );
        return Err(Fault::of_file(name, message));
    }
    Ok(bytes)
}

/// The text that the bytes of a file are.
///
/// # Errors
///
/// A byte that is not UTF-8, with its place.
pub fn text(file: &Path, bytes: Vec<u8>) -> Result<String, Fault> {
    String::from_utf8(bytes).map_err(|error| {
        let start = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..start]).into_owned();
        Fault::at(file, &before, start, "found a byte that is not UTF-8; save the file as UTF-8")
    })
}

#[cfg(test)]
mod tests {
    use super::{MAX_BYTES, read_from};
    use std::io::{Read, repeat};
    use std::path::Path;

    #[test]
    fn what_never_ends_is_refused_and_what_just_fits_is_read() {
        let read = |bytes: u64| read_from(repeat(b' ').take(bytes), Path::new("f"));
        assert_eq!(read(MAX_BYTES as u64).map(|bytes| bytes.len()), Ok(MAX_BYTES));
        let told = read_from(repeat(b' '), Path::new("f")).unwrap_err().to_string();
        assert!(told.starts_with("f: found more than 33554432 bytes, expected at most so many; give"), "{told}");
    }
}
