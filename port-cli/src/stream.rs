//! Reads files of any size in chunks, and decompresses those of gzip and Zstandard, which their first bytes show.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, IsTerminal, Read, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use flate2::bufread::MultiGzDecoder;
use port_data::{Diagnostic, Place};
use ruzstd::decoding::StreamingDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};

use crate::{codes, input};

/// The size of a chunk.
const CHUNK: usize = 256 * 1024;

/// The first bytes of files that this program can't read, and what they are.
const OTHER_KINDS: [(&[u8], &str, &str); 5] = [
    (b"\xfd7zXZ\0", "compressed with xz", "decompress it, as in xz -dc FILE | port-catalog audit ... -"),
    (b"BZh", "compressed with bzip2", "decompress it, as in bzip2 -dc FILE | port-catalog audit ... -"),
    (b"PK\x03\x04", "a ZIP archive", "extract the file"),
    (b"PAR1", "Parquet", "convert it to CSV; docs/fleets.md shows how"),
    (b"\xff\xfe", "UTF-16, not UTF-8", "convert it (some shells write UTF-16 for `>`)"),
];

/// Whether to go on after a chunk.
type Next = Result<ControlFlow<()>, Diagnostic>;

/// Calls `each` with the bytes of a file, or of standard input for `-`, in order, until it breaks.
///
/// # Errors
///
/// The file can't be read or decompressed, and the first error of `each`.
pub fn chunks(file: &Path, each: impl FnMut(&[u8]) -> Next) -> Result<(), Diagnostic> {
    if input::is_standard_input(file) {
        return decompressed(std::io::stdin().lock(), input::display_name(file), each);
    }
    decompressed(File::open(file).map_err(|error| input::unreadable(file, &error))?, file, each)
}

/// Calls `each` with the decompressed bytes of a reader, which is named `name` in messages.
fn decompressed(reader: impl Read, name: &Path, mut each: impl FnMut(&[u8]) -> Next) -> Result<(), Diagnostic> {
    let unreadable = |error: std::io::Error| input::unreadable(name, &error);
    let mut reader = BufReader::with_capacity(CHUNK, reader);
    // A pipe may give its first bytes one by one.
    let mut start = Vec::new();
    reader.by_ref().take(6).read_to_end(&mut start).map_err(unreadable)?;
    if let Some((_, kind, help)) = OTHER_KINDS.iter().find(|(magic, ..)| start.starts_with(magic)) {
        let problem = Diagnostic::new(codes::COMPRESSED, format!("the file is {kind}"));
        return Err(problem.help(*help).at(Place::file(name)));
    }
    let is_skippable = start.get(1..4) == Some(&[0x2a, 0x4d, 0x18]) && start[0] & 0xf0 == 0x50;
    let mut whole = BufReader::with_capacity(CHUNK, start.as_slice().chain(reader));
    if start.starts_with(&[0x1f, 0x8b]) {
        read_chunks(&mut MultiGzDecoder::new(whole), &|error| damaged(name, "gzip", &error), &mut each).map(drop)
    } else if start.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) || is_skippable {
        while !whole.fill_buf().map_err(unreadable)?.is_empty() {
            if frame(&mut whole, name, &mut each)?.is_break() {
                break;
            }
        }
        Ok(())
    } else {
        read_chunks(&mut whole, &unreadable, &mut each).map(drop)
    }
}

/// Reads one frame of Zstandard. A file may have several, and frames to skip.
fn frame(reader: &mut impl BufRead, name: &Path, each: &mut impl FnMut(&[u8]) -> Next) -> Next {
    let damaged = |error: std::io::Error| damaged(name, "Zstandard", &error);
    match StreamingDecoder::new(&mut *reader) {
        Ok(mut decoder) => {
            let next = read_chunks(&mut decoder, &damaged, each)?;
            // The decoder computes the checksum, and leaves the comparison to its caller.
            let decoder = decoder.into_frame_decoder();
            let is_same = |expected| decoder.get_calculated_checksum() == Some(expected);
            if next.is_continue() && !decoder.get_checksum_from_data().is_none_or(is_same) {
                return Err(damaged(ErrorKind::InvalidData.into()));
            }
            Ok(next)
        }
        Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
            let length = u64::from(length);
            let skipped = std::io::copy(&mut reader.take(length), &mut std::io::sink()).map_err(damaged)?;
            if skipped == length {
                Ok(ControlFlow::Continue(()))
            } else {
                Err(damaged(ErrorKind::UnexpectedEof.into()))
            }
        }
        Err(error) => Err(damaged(std::io::Error::other(error))),
    }
}

/// The diagnostic for compressed data that can't be decompressed, unless the system can't read the file.
fn damaged(name: &Path, compression: &str, error: &std::io::Error) -> Diagnostic {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(current) = cause {
        if let Some(system) = current.downcast_ref::<std::io::Error>().filter(|own| own.raw_os_error().is_some()) {
            return input::unreadable(name, system);
        }
        cause = current.source();
    }
    let message = format!("the {compression} data is damaged or cut off");
    Diagnostic::new(codes::COMPRESSED, message).help("compress it again").at(Place::file(name))
}

/// Calls `each` with what a reader reads; `failed` is the diagnostic for an error of the reader.
fn read_chunks(
    reader: &mut impl Read,
    failed: &impl Fn(std::io::Error) -> Diagnostic,
    each: &mut impl FnMut(&[u8]) -> Next,
) -> Next {
    let mut chunk = vec![0; CHUNK];
    loop {
        match reader.read(&mut chunk) {
            Ok(0) => return Ok(ControlFlow::Continue(())),
            Ok(length) => match each(&chunk[..length])? {
                ControlFlow::Continue(()) => {}
                ControlFlow::Break(()) => return Ok(ControlFlow::Break(())),
            },
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(error)),
        }
    }
}

/// A line about the progress on standard error, if that is a terminal.
#[derive(Debug)]
pub struct Progress {
    printed: Option<Instant>,
    is_shown: bool,
}

impl Progress {
    /// The time between two lines.
    const INTERVAL: Duration = Duration::from_millis(250);

    /// Nothing is printed yet.
    pub fn new() -> Progress {
        Progress { printed: std::io::stderr().is_terminal().then(Instant::now), is_shown: false }
    }

    /// Shows a text in place of the one before, unless that was shown just now.
    pub fn show(&mut self, text: impl FnOnce() -> String) {
        if self.printed.is_some_and(|printed| printed.elapsed() >= Progress::INTERVAL) {
            let _ = write!(std::io::stderr(), "\r{}\x1b[K", text());
            self.printed = Some(Instant::now());
            self.is_shown = true;
        }
    }
}

impl Default for Progress {
    fn default() -> Progress {
        Progress::new()
    }
}

/// Removes the line.
impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_shown {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

/// A number with its thousands separated: `1,234`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::{decompressed, grouped};
    use std::io::{Read, Write};
    use std::ops::ControlFlow;
    use std::path::Path;

    /// A reader that gives one byte at a time, as a slow pipe does.
    struct OneByOne<'a>(&'a [u8]);

    impl Read for OneByOne<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let length = self.0.len().min(buffer.len()).min(1);
            self.0.read(&mut buffer[..length])
        }
    }

    fn read(bytes: &[u8]) -> Result<Vec<u8>, String> {
        let all = |reader: &mut dyn Read| {
            let mut found = Vec::new();
            let result = decompressed(reader, Path::new("f"), |chunk| {
                found.extend_from_slice(chunk);
                Ok(ControlFlow::Continue(()))
            });
            result.map(|()| found).map_err(|problem| problem.to_string())
        };
        let whole = all(&mut &*bytes);
        assert_eq!(all(&mut OneByOne(bytes)), whole);
        whole
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(text: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(text, ruzstd::encoding::CompressionLevel::Fastest)
    }

    #[test]
    fn a_file_is_read_whether_or_not_it_is_compressed() {
        let text = b"host,transport\n".repeat(100);
        let twice = text.repeat(2);
        assert_eq!(read(&text), Ok(text.clone()));
        assert_eq!(read(b""), Ok(Vec::new()));
        assert_eq!(read(b"a"), Ok(b"a".to_vec()));
        for (compress, kind) in [(gzip as fn(&[u8]) -> Vec<u8>, "gzip"), (zstd, "Zstandard")] {
            let damaged = Err(format!("f: the {kind} data is damaged or cut off; compress it again"));
            let compressed = compress(&text);
            assert_eq!(read(&compressed), Ok(text.clone()));
            // Logs are often appended to each other.
            assert_eq!(read(&compressed.repeat(2)), Ok(twice.clone()));
            assert_eq!(read(&compressed[..compressed.len() - 6]), damaged);
            assert_eq!(read(&[&compressed, b"garbage".as_slice()].concat()), damaged);
            // The checksum is at the end of both: of gzip, the length follows it.
            for position in 1..=4 {
                let mut changed = compressed.repeat(2);
                let end = compressed.len() - if kind == "gzip" { 4 } else { 0 };
                changed[end - position] ^= 1;
                assert_eq!(read(&changed), damaged);
            }
        }
        let skipped = [b"\x50\x2a\x4d\x18\x03\0\0\0abc".as_slice(), &zstd(&text)].concat();
        assert_eq!(read(&skipped), Ok(text.clone()));
        assert_eq!(
            read(&skipped[..9]),
            Err("f: the Zstandard data is damaged or cut off; compress it again".to_string())
        );
    }

    #[test]
    fn other_kinds_of_files_are_named() {
        for (bytes, message) in [
            (b"\xfd7zXZ\0 ".as_slice(), "f: the file is compressed with xz; "),
            (b"BZh91AY", "f: the file is compressed with bzip2; "),
            (b"PK\x03\x04abc", "f: the file is a ZIP archive; "),
            (b"PAR1abc", "f: the file is Parquet; "),
            (b"\xff\xfeh\0", "f: the file is UTF-16, not UTF-8; "),
        ] {
            assert!(read(bytes).unwrap_err().starts_with(message));
        }
    }

    #[test]
    fn thousands_are_separated() {
        assert_eq!([0, 12, 999, 1000, 1_234_567].map(grouped), ["0", "12", "999", "1,000", "1,234,567"]);
    }
}
