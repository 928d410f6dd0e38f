//! Reads one extreme input in a process of its own, so that neither a full stack nor a full memory ends more than itself.
//!
//! Its arguments are the number of the input and how many bytes of memory may be in use for each byte of it. It prints
//! the bytes of the input, the most bytes of memory that were in use, and the answer or the error.

use std::alloc::System;

use cap::Cap;
use readers::extreme::EXTREMES;
use readers::reader;

#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// What is in use whatever the input.
const ALWAYS: usize = 16 << 20;

/// The stack of a main thread where it is smallest, on Windows.
const STACK: usize = 1 << 20;

fn main() {
    let mut arguments = std::env::args().skip(1).filter_map(|argument| argument.parse::<usize>().ok());
    let (Some(number), Some(bytes)) = (arguments.next(), arguments.next()) else {
        panic!("expected the number of an input, and how many bytes of memory each of its bytes may take");
    };
    let extreme = &EXTREMES[number];
    let input = (extreme.make)();
    let length = input.len();
    MEMORY.set_limit(ALWAYS + length.saturating_mul(bytes)).expect("the input fits");
    let read = std::thread::Builder::new().stack_size(STACK).spawn(move || (reader(extreme.reader).read)(&input));
    let told = read.expect("a thread").join().expect("a reader does not panic");
    let (kind, message) = match told {
        Ok(answer) => ("answer", answer),
        Err(error) => ("error", error),
    };
    let message: String = message.chars().take(300).collect();
    println!("{length} {} {kind}: {message}", MEMORY.max_allocated());
}
