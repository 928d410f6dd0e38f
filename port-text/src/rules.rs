//! Prints generated rules.

use port_engine::rules::formats::writer::File;

/// A single file as it is; several files each below a line with its name.
pub fn print(files: &[File]) -> String {
    match files {
        [file] => file.text.clone(),
        files => {
            let with_name = |file: &File| format!("==> {} <==\n{}", file.name, file.text);
            files.iter().map(with_name).collect::<Vec<_>>().join("\n")
        }
    }
}
