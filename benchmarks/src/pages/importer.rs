//! The importer: the steps of a regeneration, and a whole one.

use std::borrow::Cow;
use std::error::Error;
use std::fs;
use std::path::Path;

use port_data::{Diagnostic, FlowRow};
use port_import::capture::Capture;
use port_import::curation::Curation;
use port_import::page_file::capture_text;
use port_import::pair::Previous;
use port_import::refine::refine;
use port_import::regenerate::{Outcome, RegenerateOptions, regenerate};
use port_import::report::{Edition, EditionFlows, Report};
use port_import::vocabulary::Vocabulary;
use tempfile::TempDir;

use super::page::{Format, curation, page};

/// A page that was accepted.
pub struct Accepted {
    format: Format,
    curation: Curation,
    vocabulary: Vocabulary,
    capture: Capture,
    flows: Vec<FlowRow>,
}

fn first(diagnostics: &[Diagnostic]) -> Box<dyn Error> {
    diagnostics.first().map_or("no diagnostic".into(), |diagnostic| diagnostic.to_string().into())
}

fn read(format: Format, page: &str, curation: &Curation) -> Result<Capture, Box<dyn Error>> {
    let file = Path::new("relay").with_extension(format.extension());
    capture_text(page, &file, format.layout(), curation).map_err(|diagnostics| first(&diagnostics))
}

impl Accepted {
    pub fn new(format: Format, rows: u16) -> Result<Accepted, Box<dyn Error>> {
        let curation =
            Curation::parse(Path::new("relay.toml"), &curation(format, rows)).map_err(|errors| first(&errors))?;
        let capture = read(format, &page(format, rows, false), &curation)?;
        let vocabulary = Vocabulary::default();
        let refined = refine(&capture, &curation, &vocabulary, None);
        if refined.flows.len() != usize::from(rows) || !refined.diagnostics.is_empty() {
            return Err(first(&refined.diagnostics));
        }
        Ok(Accepted { format, curation, vocabulary, capture, flows: refined.flows })
    }

    /// The capture of a page.
    pub fn read(&self, page: &str) -> Result<Capture, Box<dyn Error>> {
        read(self.format, page, &self.curation)
    }

    /// The flows of a capture.
    pub fn refine(&self, capture: &Capture) -> Result<Vec<FlowRow>, Box<dyn Error>> {
        let previous = Previous::new(&self.capture, &self.flows);
        let refined = refine(capture, &self.curation, &self.vocabulary, Some(&previous));
        if refined.diagnostics.is_empty() { Ok(refined.flows) } else { Err(first(&refined.diagnostics)) }
    }

    /// The report of what changed, as text.
    pub fn report(&self, capture: &Capture, flows: &[FlowRow]) -> String {
        let mut report = Report::default();
        let edition = Edition { product: "relay".to_owned(), ..Edition::default() };
        let (before, after) = (Some(Cow::Borrowed(&self.flows[..])), Some(Cow::Borrowed(flows)));
        report.compare(&[EditionFlows { edition: edition.clone(), before, after }]);
        let (before, after) = ((&self.capture, &self.flows[..]), (capture, flows));
        report.compare_rows(&edition, true, before, after);
        report.compare_rows_without_flows(&edition, before, after);
        report.to_string()
    }
}

/// A whole regeneration of a page that changed.
pub struct Regeneration {
    _directory: TempDir,
    options: RegenerateOptions,
}

impl Regeneration {
    pub fn new(format: Format, rows: u16) -> Result<Regeneration, Box<dyn Error>> {
        let directory = tempfile::tempdir()?;
        let data = directory.path().join("data");
        for (path, text) in [
            ("tables/vendors.csv", "id,name,url\nacme,Acme,https://acme.example\n"),
            ("tables/products.csv", "id,vendor,name\nrelay,acme,Relay\n"),
            (
                "tables/editions.csv",
                "product,edition,printed_edition,document,url,retrieved\nrelay,1,1,Ports,https://acme.example,2026-01-31\n",
            ),
            ("tables/peers.csv", "id,name,kind,description\nclient,Client,role,A client\n"),
            ("tables/services.csv", "id,name,transports,port,description\nsmtp,SMTP,tcp,25,Mail\n"),
            ("curation/relay/flows.toml", ""),
            ("curation/relay/1.toml", &curation(format, rows)),
        ] {
            let path = data.join(path);
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::write(path, text)?;
        }
        let doc = directory.path().join("relay").with_extension(format.extension());
        fs::write(&doc, page(format, rows, false))?;
        let mut options = RegenerateOptions {
            data: data.clone(),
            root: data,
            docs: vec![("relay".to_owned(), doc.clone())],
            ..RegenerateOptions::default()
        };
        let (report, outcome) = regenerate(&options);
        if outcome != Outcome::Done {
            return Err(report.to_string().into());
        }
        fs::write(&doc, page(format, rows, true))?;
        options.check = true;
        Ok(Regeneration { _directory: directory, options })
    }

    /// The report as text. Nothing is written.
    pub fn run(&self) -> Result<String, Box<dyn Error>> {
        match regenerate(&self.options) {
            (report, Outcome::Differs) => Ok(report.to_string()),
            (report, _) => Err(report.to_string().into()),
        }
    }
}
