//! The services that pages may print, by the ids and names of `services.csv`.

use std::collections::BTreeMap;

use port_core::Transport;

/// The known services.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    /// Ids by the kebab-case of ids and names.
    services: BTreeMap<String, String>,
    /// The transports of a service, by its id.
    transports: BTreeMap<String, Vec<Transport>>,
}

impl Vocabulary {
    /// A vocabulary of services, each with its id and its name.
    #[must_use]
    pub fn new<'a>(services: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vocabulary {
        let services: Vec<_> = services.into_iter().collect();
        // If the name of one service is the id of another, the id wins.
        let names = services.iter().map(|(id, name)| (kebab_case(name), (*id).to_string()));
        let ids = services.iter().map(|(id, _)| ((*id).to_string(), (*id).to_string()));
        Vocabulary { services: names.chain(ids).collect(), transports: BTreeMap::new() }
    }

    /// The same with the transports of services, by their ids.
    #[must_use]
    pub fn with_transports(self, transports: impl IntoIterator<Item = (String, Vec<Transport>)>) -> Vocabulary {
        Vocabulary { transports: transports.into_iter().collect(), ..self }
    }

    /// The transports of the service with an id; none if they aren't known.
    #[must_use]
    pub fn transports(&self, service: &str) -> &[Transport] {
        self.transports.get(service).map_or(&[], Vec::as_slice)
    }

    /// The id of a service that a page prints by its id or its name, in any case.
    #[must_use]
    pub fn service(&self, printed: &str) -> Option<&str> {
        self.services.get(&kebab_case(printed)).map(String::as_str)
    }
}

/// A text in lowercase, with one dash for each run of other characters than letters and digits.
fn kebab_case(text: &str) -> String {
    let lower = text.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::Vocabulary;

    #[test]
    fn a_printed_service_is_known_by_its_id_or_name_in_any_case() {
        let services = [("https", "HTTPS"), ("ms-sql-s", "Microsoft SQL Server"), ("smb", "smtp"), ("smtp", "SMTP")];
        let vocabulary = Vocabulary::new(services);
        for (printed, id) in [
            ("HTTPS", Some("https")),
            ("https", Some("https")),
            ("MS_SQL-S", Some("ms-sql-s")),
            ("Microsoft SQL server", Some("ms-sql-s")),
            ("SMTP", Some("smtp")),
            ("HTTP", None),
            ("HTTPS2", None),
            ("microsoft", None),
            ("", None),
        ] {
            assert_eq!(vocabulary.service(printed), id, "{printed}");
        }
    }
}
