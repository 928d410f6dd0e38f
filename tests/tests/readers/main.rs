//! Checks the properties of every reader with seeds, regressions, changed seeds and extreme inputs.

mod changed;
mod checks;
mod extreme_inputs;
mod limits;
mod seeds;

use std::alloc::System;

use cap::Cap;

/// Limits the memory of the processes that [`limits`] starts.
#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);
