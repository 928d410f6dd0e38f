//! Writes files as a compressed tar archive that depends on nothing but these files and a time.

use std::io::{self, Write};

use flate2::{Compression, GzBuilder};
use tar::{Builder, Header};

/// A file in an archive.
pub(super) struct Entry {
    /// Its path in the archive, with `/`.
    pub path: String,
    /// Its contents.
    pub bytes: Vec<u8>,
    /// Whether it is executable.
    pub is_program: bool,
}

/// An archive of files, all of which have the same time and no owner.
pub(super) fn tar_gz(entries: &[Entry], epoch: u64) -> Vec<u8> {
    let write = || -> io::Result<Vec<u8>> {
        let gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::default());
        let mut tar = Builder::new(gzip);
        for entry in entries {
            let mut header = Header::new_gnu();
            header.set_size(u64::try_from(entry.bytes.len()).expect("a length fits"));
            header.set_mode(if entry.is_program { 0o755 } else { 0o644 });
            header.set_mtime(epoch);
            tar.append_data(&mut header, &entry.path, entry.bytes.as_slice())?;
        }
        let mut gzip = tar.into_inner()?;
        gzip.flush()?;
        gzip.finish()
    };
    write().expect("writing to memory does not fail")
}
