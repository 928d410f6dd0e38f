//! Python processes that stay running and answer questions, since starting Python for each question would take most of the time.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// Runs Python programs in a fork of a process that has already imported their modules. A question is a list of calls, each a
/// program with its arguments. The answer has the exit code and the output (with errors) of each call.
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

/// A process that answers each line of JSON with a line of JSON, until its input ends.
pub struct PythonWorker {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl PythonWorker {
    pub fn start(command: &mut Command) -> PythonWorker {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        PythonWorker { input: child.stdin.take(), output, child }
    }

    pub fn ask(&mut self, question: &Value) -> Value {
        writeln!(self.input.as_ref().unwrap(), "{question}").unwrap();
        let mut answer = String::new();
        self.output.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{question}: {answer:?}: {error}"))
    }

    /// Runs a program several times in a worker that was started with [`worker_command`]; returns what each run printed. All runs
    /// have to succeed.
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

impl Drop for PythonWorker {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

/// The command for a worker that runs Python programs, for the Python of `program`, with modules to import in advance.
pub fn worker_command(program: &Path, modules: &[&str]) -> Vec<String> {
    let source = std::fs::read_to_string(program).unwrap();
    let python = source
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("#!"))
        .expect("a line that names the Python interpreter")
        .trim();
    assert!(PathBuf::from(python).is_file(), "{}: {python}", program.display());
    let words = [python, "-c", PROGRAMS].into_iter().chain(modules.iter().copied());
    words.map(str::to_string).collect()
}
