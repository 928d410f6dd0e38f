//! Writes the JavaScript that loads the engine of the web page, and the module without what only the generator needs.
//!
//! ```text
//! port-web-bindgen MODULE.wasm DIRECTORY NAME
//! ```
//!
//! It is a crate of its own, so that nothing else compiles the generator.

use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [module, directory, name] = arguments.as_slice() else {
        eprintln!("usage: port-web-bindgen MODULE.wasm DIRECTORY NAME");
        return ExitCode::from(2);
    };
    let mut bindgen = Bindgen::new();
    let bindgen = bindgen.input_path(module).out_name(name).typescript(true).remove_producers_section(true);
    let result = bindgen.web(true).and_then(|bindgen| bindgen.generate(directory));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}
