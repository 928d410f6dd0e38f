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

use crate::MEMORY;
use crate::checks::reader;
use crate::extreme::EXTREMES;

/// The bytes of memory that may be in use for each byte of an input.
const BYTES: usize = 150;

/// What is in use whatever the input.
const ALWAYS: usize = 16 << 20;

/// The stack of a main thread where it is smallest, on Windows.
const STACK: usize = 1 << 20;

/// Tells a process of [`reads_one_extreme_input`] the number of its input.
const NUMBER: &str = "EXTREME";

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
    let mut reading = Command::new(std::env::current_exe().map_err(|error| error.to_string())?);
    reading.args(["--exact", "limits::reads_one_extreme_input", "--nocapture"]).env(NUMBER, number.to_string());
    reading.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = reading.spawn().map_err(|error| error.to_string())?;
    if !ends(&mut child) {
        return Err(format!("hangs: still reads after {HANGS:?}"));
    }
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    let (printed, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if !output.status.success() {
        return Err(format!("{}: {told}", output.status));
    }
    let printed = printed.lines().find_map(|line| line.strip_prefix(READ)).unwrap_or_default();
    let mut words = printed.splitn(3, ' ');
    let mut number = || words.next().and_then(|word| word.parse::<usize>().ok());
    let (Some(length), Some(most)) = (number(), number()) else { return Err(format!("printed {printed:?}")) };
    match words.next().and_then(|end| end.split_once(": ")) {
        Some((_, message)) if !message.is_empty() => {}
        _ => return Err(format!("no message: {printed:?}")),
    }
    let end: String = printed.splitn(3, ' ').nth(2).unwrap_or_default().chars().take(120).collect();
    Ok(format!("{length} bytes, {} of memory each, {:.1?}; {}", most.div_ceil(length), began.elapsed(), end.trim_end()))
}

/// What the line begins with that tells how an input was read.
const READ: &str = "read: ";

/// In a process of its own, so that neither a full stack nor a full memory ends more than itself: the first input where no other is
/// asked for. Prints the bytes of the input, the most bytes of memory that were in use, and the answer or the error.
#[test]
fn reads_one_extreme_input() {
    let number = std::env::var(NUMBER).map_or(0, |number| number.parse().expect("the number of an input"));
    let extreme = &EXTREMES[number];
    let input = (extreme.make)();
    let length = input.len();
    if std::env::var_os(NUMBER).is_some() {
        MEMORY.set_limit(ALWAYS + length.saturating_mul(BYTES)).expect("the input fits");
    }
    let read = thread::Builder::new().stack_size(STACK).spawn(move || (reader(extreme.reader).read)(&input));
    let told = read.expect("a thread").join().expect("a reader does not panic");
    let (kind, message) = match told {
        Ok(answer) => ("answer", answer),
        Err(error) => ("error", error),
    };
    let message: String =
        message.chars().take(300).map(|character| if character == '\n' { ' ' } else { character }).collect();
    println!("\n{READ}{length} {} {kind}: {message}", MEMORY.max_allocated());
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
