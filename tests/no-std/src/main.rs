//! Exits with 0 if lookups work without the standard library and without an allocator.
#![no_std]
#![no_main]

use core::ffi::{c_char, c_int};
use core::fmt::Write;
use core::panic::PanicInfo;

use port_catalog::{FlowId, Product, Transport, by_port, flows, query};

#[link(name = "c")]
unsafe extern "C" {
    fn abort() -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    // SAFETY: ends the program, whatever its state.
    unsafe { abort() }
}

/// The prebuilt `core` refers to this symbol but never calls it, since a panic aborts the program.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

/// Counts what is written.
struct Length(usize);

impl Write for Length {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}

// SAFETY: the C library's start-up code calls the program's one `main`.
#[unsafe(no_mangle)]
extern "C" fn main(_: c_int, _: *const *const c_char) -> c_int {
    let mut length = Length(0);
    for flow in query().product(Product::FortiMail).flows() {
        let _ = write!(length, "{flow} {:?} {:?}", flow.source(), flow);
    }
    let found = by_port(Transport::Tcp, 443).len() > 0
        && "fortimail-in-admin".parse() == Ok(flows::FortiMail::InAdmin)
        && "fortimail-in-admim".parse::<FlowId>().is_err()
        && length.0 > 5000;
    if found { 0 } else { 1 }
}
