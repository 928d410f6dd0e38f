//! What is kept of a vendor's prose: a digest that changes with the words, and the numbers and host names in it.

use super::host::split_host;
use super::numbers::{ends_date, is_version_of, numbers_in};
use crate::digest::digest_of_words;

/// A text of which only a digest and the facts are kept, since the text is the vendor's property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prose {
    /// The first hexadecimal digits of the SHA-256 of the text.
    pub digest: String,
    /// The numbers in the text that may be ports, in order.
    pub numbers: Vec<String>,
    /// The host names in the text, in order.
    pub hosts: Vec<String>,
}

impl Prose {
    /// Digests a text. The width of its whitespace doesn't matter.
    #[must_use]
    pub fn digest(text: &str) -> Prose {
        let (numbers, hosts) = facts_in(text);
        Prose { digest: digest_of_words(text), numbers, hosts }
    }
}

/// The numbers in a text that may be ports, in order.
pub fn numbers_in_text(text: &str) -> Vec<String> {
    facts_in(text).0
}

/// The numbers and the host names in a text.
fn facts_in(text: &str) -> (Vec<String>, Vec<String>) {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (mut numbers, mut hosts) = (Vec::new(), Vec::new());
    for index in 0..words.len() {
        if is_version_of(&words, index) || ends_date(&words, index) {
            continue;
        }
        for piece in pieces(words[index]) {
            let rest = match split_host(piece) {
                Some((host, port)) => {
                    hosts.push(host.to_string());
                    port
                }
                None => piece,
            };
            numbers.extend(numbers_in(rest).map(str::to_string));
        }
    }
    (numbers, hosts)
}

/// The host name that a word consists of, or that a URL in it contains.
pub fn host_in(word: &str) -> Option<&str> {
    pieces(word).find_map(split_host).map(|(host, _)| host)
}

/// The parts of a word that commas and brackets separate.
fn pieces(word: &str) -> impl Iterator<Item = &str> {
    word.split([',', ';', '|', '(', ')', '<', '>', '[', ']', '"']).filter(|piece| !piece.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Prose, host_in};

    #[test]
    fn prose_keeps_its_facts_but_not_its_words() {
        let text = "Needs TCP port 443, or 8443 (see https://ports.acme.example/list.html), for POP3 on a.b-c.example.";
        let prose = Prose::digest(text);
        assert_eq!(prose.numbers, ["443", "8443"]);
        assert_eq!(prose.hosts, ["ports.acme.example", "a.b-c.example"]);
        assert_eq!(prose.digest.len(), 16);
        assert_eq!(prose, Prose::digest(&text.replace("Needs ", "Needs   ")));
        assert_ne!(prose.digest, Prose::digest("Wants TCP port 443.").digest);
    }

    #[test]
    fn host_names_are_distinguished_from_other_words_with_dots() {
        for host in ["acme.example", "a-1.acme.example", "*.acme.example", "acme.com", "get.acme.sh", "acme.co.uk"] {
            assert_eq!(host_in(host), Some(host));
        }
        for (word, host) in [
            ("(https://acme.whatever/ports.html)", "acme.whatever"),
            ("<a.acme.example>,", "a.acme.example"),
            ("*.acme.whatever", "*.acme.whatever"),
            ("\"acme.example:8443\"", "acme.example"),
        ] {
            assert_eq!(host_in(word), Some(host));
        }
        let others = [
            "e.g.",
            "1.2",
            "192.0.2.1",
            "http://192.0.2.1:80/acme.example",
            "MIRRORED.BY",
            "it.Next",
            "acme",
            "",
            "..",
            "a..example",
            // Properties and files.
            "tserver.port.client",
            "server.port",
            "site.xml",
            "etc/site.conf",
            "install.sh",
            "script.deb.sh",
            "log4j.properties",
            "node.js",
            "user.id",
        ];
        for word in others {
            assert_eq!(host_in(word), None, "{word}");
        }
    }

    /// The numbers and hosts of a text.
    fn facts(text: &str) -> (String, String) {
        let prose = Prose::digest(text);
        (prose.numbers.join(" "), prose.hosts.join(" "))
    }

    #[test]
    fn a_port_behind_a_host_is_a_number() {
        for (text, numbers, hosts) in [
            ("Opens policy.acme.example:14000.", "14000", "policy.acme.example"),
            ("Opens https://policy.acme.example:14000/v1/2?x=3.", "14000", "policy.acme.example"),
            ("Opens a.example:1/tcp,b.example:2-3;c.example/4", "1 2 3 4", "a.example b.example c.example"),
            ("Opens http://localhost:8080/v2/7, http://192.0.2.1:81/5", "8080 81", ""),
            ("Opens localhost:8080, 192.0.2.1:81 and *:82", "8080 81 82", ""),
            ("See https://policy.acme.example/14000/list#3", "", "policy.acme.example"),
        ] {
            assert_eq!(facts(text), (numbers.to_string(), hosts.to_string()), "{text}");
        }
    }

    #[test]
    fn addresses_versions_and_dates_are_not_numbers() {
        for (text, numbers) in [
            ("From 192.0.2.1, 10.0.0.0/8 or 2001:db8::1 to 2001:db8::/32: 443", "443"),
            ("From 192.0.2.1-192.0.2.9 to [::1]:443", "443"),
            ("As of 1.26, v1.2.3, 8.5.x and TLS 1.2: 443.", "443"),
            ("As of version 7 or release 2016, 443 (versions 8)", "443"),
            ("On 2024-05-01, 2024/5/1, 1.5.2024, 31/12/2024: 443", "443"),
            ("On May 3, 2024 and 22 November 2026 and Sept. 2025, 443", "443"),
            ("In May 443 may 22 be used, and Mar 514", "443 22 514"),
            (
                "443.8443 2024-2025 80/443/2024 2024-13-41 443.Next 300.1.1.1000",
                "443 8443 2024 2025 80 443 2024 2024 13 41 443",
            ),
            ("443-445 TCP/25 POP3 64k a1", "443 445 25"),
            ("443,444;445 (446) [447]", "443 444 445 446 447"),
        ] {
            assert_eq!(facts(text).0, numbers, "{text}");
        }
    }
}
