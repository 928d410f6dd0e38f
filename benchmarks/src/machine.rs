//! The machine and the compiler of a measurement.

use std::{fs, thread};

/// The compiler, the processor, and its number of cores.
pub fn description() -> String {
    format!(
        "compiler   {}\nprocessor  {}\ncores      {}\n",
        env!("RUSTC_VERSION"),
        processor().unwrap_or_else(|| "unknown".to_owned()),
        thread::available_parallelism().map_or(1, usize::from)
    )
}

/// The processor, as Linux names it.
fn processor() -> Option<String> {
    let processors = fs::read_to_string("/proc/cpuinfo").ok()?;
    let name = processors.lines().find_map(|line| line.strip_prefix("model name"))?;
    Some(name.trim_start_matches([' ', '\t', ':']).to_owned())
}
