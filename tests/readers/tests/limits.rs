//! The largest, widest and deepest inputs end in an answer or in an error with a message: within a stack of one megabyte,
//! within so much memory, and in time.
//!
//! Each is read by a process of its own. What it may have in use at most is 16 MiB and [`BYTES`] for each byte of the
//! input, the input among them: its allocator gives no more.

use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use readers::extreme::EXTREMES;

/// The bytes of memory that may be in use for each byte of an input.
const BYTES: usize = 150;

/// After this it hangs. The slowest takes some seconds.
const HANGS: Duration = Duration::from_secs(240);

#[test]
fn every_extreme_input_is_read_or_refused_within_its_memory() {
    let next = AtomicUsize::new(0);
    let told = Mutex::new(Vec::new());
    let processors = thread::available_parallelism().map_or(1, usize::from).min(4);
    thread::scope(|scope| {
        for _ in 0..processors {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(extreme) = EXTREMES.get(number) else { break };
                    let end = end(number);
                    told.lock().unwrap().push((number, format!("{}: {}", extreme.reader, extreme.what), end));
                }
            });
        }
    });
    let mut told = told.into_inner().unwrap();
    told.sort_by_key(|(number, ..)| *number);
    for (_, what, end) in &told {
        println!("{what}: {}", end.as_ref().unwrap_or_else(|error| error));
    }
    let failed: Vec<String> =
        told.iter().filter_map(|(_, what, end)| Some(format!("{what}: {}", end.as_ref().err()?))).collect();
    assert_eq!(told.len(), EXTREMES.len());
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// How an input is read: its length, the memory for each byte, and the answer; or what went wrong.
fn end(number: usize) -> Result<String, String> {
    let began = Instant::now();
    let mut reading = Command::new(env!("CARGO_BIN_EXE_extreme"));
    reading.args([number.to_string(), BYTES.to_string()]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = reading.spawn().map_err(|error| error.to_string())?;
    if !ends(&mut child) {
        return Err(format!("hangs: still reads after {HANGS:?}"));
    }
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    let (printed, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if !output.status.success() {
        return Err(format!("{}: {told}", output.status));
    }
    let mut words = printed.trim_end().splitn(3, ' ');
    let mut number = || words.next().and_then(|word| word.parse::<usize>().ok());
    let (Some(length), Some(most)) = (number(), number()) else { return Err(format!("printed {printed:?}")) };
    match words.next().and_then(|end| end.split_once(": ")) {
        Some((_, message)) if !message.is_empty() => {}
        _ => return Err(format!("no message: {printed:?}")),
    }
    let end: String = printed.splitn(3, ' ').nth(2).unwrap_or_default().chars().take(120).collect();
    Ok(format!("{length} bytes, {} of memory each, {:.1?}; {}", most.div_ceil(length), began.elapsed(), end.trim_end()))
}

/// Whether a process ends before it is taken to hang; one that does not is ended.
fn ends(child: &mut Child) -> bool {
    let began = Instant::now();
    while began.elapsed() < HANGS {
        if !matches!(child.try_wait(), Ok(None)) {
            return true;
        }
        thread::sleep(Duration::from_millis(5));
    }
    child.kill().and_then(|()| child.wait()).expect("the process is ours");
    false
}
