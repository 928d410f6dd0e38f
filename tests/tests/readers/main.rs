//! What must hold of every reader holds of seeds, of inputs that once broke something, of seeds that were changed, and of what is too
//! large, too wide or too deep.

mod changed;
mod checks;
mod extreme;
mod kept;
mod limits;

use std::alloc::System;

use cap::Cap;

/// The allocator that holds a reader to its memory, in the processes that [`limits`] starts.
#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);
