//! Checks that the largest, widest and deepest inputs are read or rejected within 1 MiB of stack, and within limits of memory and
//! time.
//!
//! Each input is read by a process of its own, whose allocator provides at most 16 MiB plus [`MEMORY_PER_BYTE`] for each byte of the
//! input, including the input itself. Rules of iptables are the exception.

use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::MEMORY;
use crate::checks::reader;
use crate::extreme_inputs::EXTREMES;

/// The memory in bytes for each byte of the input.
const MEMORY_PER_BYTE: usize = 150;

/// The same for rules of iptables. A rule is short, and following packets through it takes as much as through one of nft.
const MEMORY_PER_BYTE_OF_IPTABLES: usize = 500;

/// The memory in bytes for any input, however short.
const BASE_MEMORY: usize = 16 << 20;

/// The stack of a main thread on Windows, which has the smallest.
const STACK: usize = 1 << 20;

/// The environment variable with the index of the input for [`reads_one_extreme_input`].
const INDEX_VARIABLE: &str = "EXTREME";

/// A process that takes longer is stopped. The slowest takes some seconds.
const TIMEOUT: Duration = Duration::from_secs(240);

#[test]
fn every_extreme_input_is_read_or_rejected_within_its_limits() {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    let processors = thread::available_parallelism().map_or(1, usize::from).min(4);
    thread::scope(|scope| {
        for _ in 0..processors {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(extreme) = EXTREMES.get(number) else { break };
                    let outcome = outcome(number);
                    results.lock().unwrap().push((
                        number,
                        format!("{}: {}", extreme.reader, extreme.description),
                        outcome,
                    ));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap();
    results.sort_by_key(|(number, ..)| *number);
    for (_, input, outcome) in &results {
        println!("{input}: {}", outcome.as_ref().unwrap_or_else(|error| error));
    }
    let failed: Vec<String> = results
        .iter()
        .filter_map(|(_, input, outcome)| Some(format!("{input}: {}", outcome.as_ref().err()?)))
        .collect();
    assert_eq!(results.len(), EXTREMES.len());
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// Reads an input in a process of its own. Returns its length, the memory per byte and the result, or what went wrong.
fn outcome(number: usize) -> Result<String, String> {
    let start = Instant::now();
    let mut reading = Command::new(std::env::current_exe().map_err(|error| error.to_string())?);
    reading.args(["--exact", "limits::reads_one_extreme_input", "--nocapture"]).env(INDEX_VARIABLE, number.to_string());
    reading.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = reading.spawn().map_err(|error| error.to_string())?;
    if !ends_in_time(&mut child) {
        return Err(format!("still running after {TIMEOUT:?}"));
    }
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    let (printed, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if !output.status.success() {
        return Err(format!("{}: {errors}", output.status));
    }
    let printed = printed.lines().find_map(|line| line.strip_prefix(READ)).unwrap_or_default();
    let mut words = printed.splitn(3, ' ');
    let mut number = || words.next().and_then(|word| word.parse::<usize>().ok());
    let (Some(length), Some(peak)) = (number(), number()) else { return Err(format!("printed {printed:?}")) };
    match words.next().and_then(|end| end.split_once(": ")) {
        Some((_, message)) if !message.is_empty() => {}
        _ => return Err(format!("no message: {printed:?}")),
    }
    let end: String = printed.splitn(3, ' ').nth(2).unwrap_or_default().chars().take(120).collect();
    Ok(format!("{length} bytes, {} of memory each, {:.1?}; {}", peak.div_ceil(length), start.elapsed(), end.trim_end()))
}

/// Begins the line with the result of reading an input.
const READ: &str = "read: ";

/// Reads one input, the first one by default. It runs in a process of its own, since a stack overflow ends the process. Prints the
/// bytes of the input, the most bytes of memory that were in use, and the result.
#[test]
fn reads_one_extreme_input() {
    let number = std::env::var(INDEX_VARIABLE).map_or(0, |number| number.parse().expect("the number of an input"));
    let extreme = &EXTREMES[number];
    let input = (extreme.make)();
    let length = input.len();
    if std::env::var_os(INDEX_VARIABLE).is_some() {
        let per_byte = if extreme.reader == "iptables" { MEMORY_PER_BYTE_OF_IPTABLES } else { MEMORY_PER_BYTE };
        MEMORY.set_limit(BASE_MEMORY + length.saturating_mul(per_byte)).expect("the input fits");
    }
    let read = thread::Builder::new().stack_size(STACK).spawn(move || (reader(extreme.reader).read)(&input));
    let result = read.expect("a thread").join().expect("a reader doesn't panic");
    let (kind, message) = match result {
        Ok(answer) => ("answer", answer),
        Err(error) => ("error", error),
    };
    let message: String =
        message.chars().take(300).map(|character| if character == '\n' { ' ' } else { character }).collect();
    println!("\n{READ}{length} {} {kind}: {message}", MEMORY.max_allocated());
}

/// Whether a process ends in time. Otherwise it is stopped.
fn ends_in_time(child: &mut Child) -> bool {
    let start = Instant::now();
    while start.elapsed() < TIMEOUT {
        if !matches!(child.try_wait(), Ok(None)) {
            return true;
        }
        thread::sleep(Duration::from_millis(5));
    }
    child.kill().and_then(|()| child.wait()).expect("the process is ours");
    false
}
