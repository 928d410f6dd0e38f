//! Tools in Python that are kept running: starting Python anew for each question takes longer than all the rest.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// Runs programs in Python, in a fork of a Python that has their modules already. A question is a list of calls, each a program
/// with its arguments; the answer is for each its exit code and what it printed, errors among it.
const PROGRAMS: &str = r#"
import importlib, json, os, sys, tempfile, traceback
for module in sys.argv[1:]:
    importlib.import_module(module)
sources = {}

def run(arguments):
    with tempfile.TemporaryFile("w+") as printed:
        os.dup2(printed.fileno(), 1)
        os.dup2(printed.fileno(), 2)
        sys.argv, code = arguments, 0
        try:
            exec(sources[arguments[0]], {"__name__": "__main__"})
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:
            traceback.print_exc()
            code = 1
        sys.stdout.flush()
        sys.stderr.flush()
        printed.seek(0)
        return [code, printed.read()]

for line in sys.stdin:
    calls = json.loads(line)
    for program in {arguments[0] for arguments in calls} - sources.keys():
        with open(program) as file:
            sources[program] = compile(file.read(), program, "exec")
    child = os.fork()
    if child == 0:
        with os.fdopen(os.dup(1), "w") as answer:
            answer.write(json.dumps([run(arguments) for arguments in calls]) + "\n")
        os._exit(0)
    os.waitpid(child, 0)
"#;

/// A command that answers each line of JSON with a line of JSON, until its input ends.
pub struct Kept {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Kept {
    pub fn start(command: &mut Command) -> Kept {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Kept { input: child.stdin.take(), output, child }
    }

    pub fn ask(&mut self, question: &Value) -> Value {
        writeln!(self.input.as_ref().unwrap(), "{question}").unwrap();
        let mut answer = String::new();
        self.output.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{question}: {answer:?}: {error}"))
    }

    /// Calls a program, of those that were started by [`programs`], and gives what it printed where it succeeded each time.
    pub fn run(&mut self, program: &Path, calls: &[Vec<String>]) -> Vec<String> {
        let program = [program.to_str().unwrap().to_string()];
        let calls: Vec<Vec<String>> = calls.iter().map(|call| [&program, &call[..]].concat()).collect();
        let answers = self.ask(&json!(calls));
        let answers = answers.as_array().unwrap().iter().zip(&calls);
        let printed = answers.map(|(answer, call)| {
            let printed = answer[1].as_str().unwrap();
            assert_eq!(answer[0], 0, "{call:?}: {printed}");
            printed.to_string()
        });
        printed.collect()
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

/// The command that runs a program in Python, and others for the same Python, again and again, with modules that they use.
pub fn programs(program: &Path, modules: &[&str]) -> Vec<String> {
    let source = std::fs::read_to_string(program).unwrap();
    let python =
        source.lines().next().and_then(|line| line.strip_prefix("#!")).expect("a line that names Python").trim();
    assert!(PathBuf::from(python).is_file(), "{}: {python}", program.display());
    let words = [python, "-c", PROGRAMS].into_iter().chain(modules.iter().copied());
    words.map(str::to_string).collect()
}
