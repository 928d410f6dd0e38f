//! The tools for JavaScript.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::Tools;

/// The engine of the page.
#[wasm_bindgen]
pub struct Engine(Tools);

#[wasm_bindgen]
impl Engine {
    /// The engine for the text of `dataset.txt`; throws a message if it is something else.
    #[wasm_bindgen(constructor)]
    pub fn new(dataset: &str) -> Result<Engine, String> {
        Tools::new(dataset).map(Engine)
    }

    /// Adds a file for audits.
    #[wasm_bindgen(js_name = addFile)]
    pub fn add_file(&mut self, name: String, bytes: Vec<u8>) {
        self.0.add_file(name, bytes);
    }

    /// Removes all files.
    #[wasm_bindgen(js_name = clearFiles)]
    pub fn clear_files(&mut self) {
        self.0.clear_files();
    }

    /// Runs a tool on a request in JSON, and returns an answer in JSON.
    pub fn run(&self, tool: &str, request: &str) -> String {
        self.0.run(tool, request)
    }
}
