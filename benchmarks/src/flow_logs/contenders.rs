//! The programs that count a log's connections that are not documented.

use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4;

use super::Arguments;
use super::generate::{Format, PRODUCT};

/// The product whose document is compared.
const DOCUMENT: &str = "securitygateway";

/// The same question in SQL and as data frames.
const PYTHON: &str = include_str!("join.py");

/// The same question for awk. The portmap is read first; `source` and the others are the numbers of columns.
const AWK: &str = r#"
NR == FNR { if (FNR > 1) for (number = $8; number <= $9; number++) known[$4, $7, number] = 1; next }
FNR == 2 || FNR == 1 { FS = separator; $0 = $0 }
/^#/ { next }
$destination == product { if (!(("inbound", $transport, $port) in known)) count++; next }
$source == product { if (!(("outbound", $transport, $port) in known)) count++ }
END { print count + 0 }
"#;

/// A program, and what it is given.
pub struct Contender {
    pub name: &'static str,
    program: PathBuf,
    arguments: Vec<OsString>,
    /// Whether its output has the number of connections that are not documented.
    counts: bool,
}

/// What a run took.
pub struct Measured {
    pub elapsed: Duration,
    pub cpu: Duration,
    pub megabytes: u64,
    /// The number of connections that are not documented, if the program counts them.
    pub undocumented: Option<u64>,
}

impl Contender {
    fn new<T: Into<OsString>>(
        name: &'static str,
        program: impl Into<PathBuf>,
        arguments: impl IntoIterator<Item = T>,
    ) -> Contender {
        let arguments = arguments.into_iter().map(Into::into).collect();
        Contender { name, program: program.into(), arguments, counts: true }
    }

    /// Runs the program.
    pub fn measure(&self) -> Result<Measured, Box<dyn Error>> {
        let start = Instant::now();
        let mut child = Command::new(&self.program).args(&self.arguments).stdout(Stdio::piped()).spawn()?;
        let mut output = String::new();
        child.stdout.take().ok_or("no output")?.read_to_string(&mut output)?;
        let used = child.wait4()?;
        if !used.status.success() {
            return Err(format!("{} failed", self.name).into());
        }
        let undocumented =
            if self.counts { Some(count(&output).ok_or_else(|| format!("{}: {output}", self.name))?) } else { None };
        Ok(Measured {
            elapsed: start.elapsed(),
            cpu: used.rusage.utime + used.rusage.stime,
            megabytes: used.rusage.maxrss / 1_000_000,
            undocumented,
        })
    }
}

/// The number in an output: a line, or in the JSON of an audit the total of undocumented records.
fn count(output: &str) -> Option<u64> {
    let number = |text: &str| text.trim().parse().ok();
    match output.split_once("\"undocumented\": {") {
        Some((_, rest)) => {
            let (_, rest) = rest.split_once("\"records\": ")?;
            number(rest.split([',', '}', '\n']).next()?)
        }
        None => number(output),
    }
}

/// The contenders for a log.
pub fn of(format: Format, log: &Path, arguments: &Arguments) -> Result<Vec<Contender>, Box<dyn Error>> {
    let command = &arguments.command;
    let audit = |name, log: &Path| {
        let options = ["audit", "--product", DOCUMENT, "--host", PRODUCT, "--format", "json", "--flows"];
        Contender::new(name, command, options.iter().map(OsString::from).chain([log.into()]))
    };
    let mut contenders = vec![audit("port-catalog", log)];
    if format == Format::Zeek {
        for (name, program, ending) in [("port-catalog, gzip", "gzip", "gz"), ("port-catalog, zstd", "zstd", "zst")] {
            let compressed = log.with_extension(format!("log.{ending}"));
            let output = fs::File::create(&compressed)?;
            if Command::new(program)
                .args(["-3", "-c"])
                .arg(log)
                .stdout(output)
                .status()
                .is_ok_and(|status| status.success())
            {
                contenders.push(audit(name, &compressed));
            }
        }
    }
    contenders.push(Contender { counts: false, ..Contender::new("wc -l", "wc", [OsString::from("-l"), log.into()]) });
    let portmap = log.with_extension("portmap.csv");
    let listed = Command::new(command).args(["list", "--product", DOCUMENT, "--format", "portmap"]).output()?;
    fs::write(&portmap, listed.stdout)?;
    // The columns of the source, the destination, the port and the transport. VPC flow logs don't state who connected.
    let (separator, columns) = match format {
        Format::Zeek => ("\t", Some([3, 5, 6, 7])),
        Format::Csv => (",", Some([1, 2, 4, 3])),
        Format::ZeekJson | Format::Vpc => ("", None),
    };
    if let Some([source, destination, port, transport]) = columns {
        let variables = [
            format!("separator={separator}"),
            format!("product={PRODUCT}"),
            format!("source={source}"),
            format!("destination={destination}"),
            format!("port={port}"),
            format!("transport={transport}"),
        ];
        let variables = variables.iter().flat_map(|variable| ["-v".into(), OsString::from(variable)]);
        let files = [OsString::from("-F,"), AWK.into(), portmap.clone().into(), log.into()];
        contenders.push(Contender::new("awk", "awk", variables.chain(files)));
    }
    if let (Some(python), true) = (&arguments.python, format != Format::Vpc) {
        let script = log.with_extension("join.py");
        fs::write(&script, PYTHON)?;
        for (name, engine) in [("DuckDB", "duckdb"), ("Polars", "polars")] {
            let call = [
                script.clone().into(),
                engine.into(),
                format.file().into(),
                OsString::from(log),
                portmap.clone().into(),
                PRODUCT.into(),
            ];
            contenders.push(Contender::new(name, python, call));
        }
    }
    Ok(contenders)
}
