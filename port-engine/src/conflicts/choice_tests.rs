//! Tests of the best choice of alternatives, compared with every combination.

use port_core::{Direction, Enabled, Groups, PortRange, Requirement, Scope, Transport};

use super::{ConflictFinding, Conflicts, Participant};
use crate::dataset::{Dataset, Flow, PortSpec, Source};
use crate::protocol::Protocol;

/// A spec such as `tcp/25-30`, `esp` or `sftp`.
fn spec(text: &str, group: u8) -> PortSpec {
    let (transport, ports) = text.split_once('/').unwrap_or((text, ""));
    let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
    let range = first.parse().ok().zip(last.parse().ok()).and_then(|(first, last)| PortRange::new(first, last));
    let transport = transport.parse().ok();
    PortSpec::from_parts(transport, range, transport.is_none().then(|| text.to_string()), group, None)
}

/// An inbound flow with ports such as `tcp/25 | tcp/465, esp`; a `*` at the end means that they are configurable.
fn flow(id: usize, product: &str, ports: &str) -> Flow {
    let expression = ports.trim_end_matches('*');
    let groups = expression.split(", ").zip(0..);
    let specs = groups.flat_map(|(group, number)| group.split(" | ").map(move |text| spec(text, number)));
    Flow {
        id: format!("{product}-{id}"),
        vendor: "v".to_string(),
        product: product.to_string(),
        edition: "1".to_string(),
        direction: Direction::Inbound,
        component: None,
        peer: "client".to_string(),
        purpose: "Serve".to_string(),
        ports: specs.collect(),
        groups: Groups::All,
        requirement: Requirement::Unstated,
        condition: None,
        scope: Scope::Network,
        enabled: Enabled::Unstated,
        interfaces: Vec::new(),
        recommended_interface: None,
        hosts: Vec::new(),
        configurable: ports.ends_with('*'),
        customization: None,
        note: None,
        curated: Vec::new(),
        source: Source {
            document: "d".to_string(),
            edition: "1".to_string(),
            url: "https://vendor.example".to_string(),
            section: None,
            row: 1,
            peer: None,
            label: None,
            ports: None,
        },
    }
}

/// Products `a`, `b` and so on, each with the ports of its flows.
fn dataset(products: &[&[&str]]) -> Dataset {
    let mut dataset = Dataset::default();
    for (flows, name) in products.iter().zip(["a", "b", "c", "d"]) {
        dataset.flows.extend(flows.iter().enumerate().map(|(id, ports)| flow(id, name, ports)));
    }
    dataset
}

/// The number of collisions and of those that are unavoidable, and the choices.
fn outcome(products: &[&[&str]]) -> (usize, usize, String) {
    let dataset = dataset(products);
    let names = &["a", "b", "c", "d"][..products.len()];
    let participants = Participant::products(&dataset, names);
    let conflicts = Conflicts::new(&participants);
    assert!(conflicts.exact);
    let choices = conflicts.choices.iter().map(|choice| {
        let spec = choice.spec.map_or_else(|| "another".to_string(), ToString::to_string);
        format!("{} {spec}", choice.participant)
    });
    let counts = [ConflictFinding::Collision, ConflictFinding::Unavoidable].map(|finding| conflicts.count(finding));
    (counts[0], counts[1], choices.collect::<Vec<_>>().join(", "))
}

#[test]
fn alternatives_avoid_a_collision_if_any_choice_does() {
    let either: &[&str] = &["tcp/25 | tcp/465"];
    let reversed: &[&str] = &["tcp/465 | tcp/25"];
    // Each product's flows, the collisions, the unavoidable ones, the choice.
    let cases: [(&[&[&str]], usize, usize, &str); 16] = [
        (&[either, either], 2, 0, "a tcp/25, b tcp/465"),
        (&[either, reversed], 2, 0, "a tcp/25, b tcp/465"),
        (&[either, &["tcp/25"]], 1, 0, "a tcp/465, b tcp/25"),
        (&[either, &["tcp/25, tcp/465"]], 2, 1, "a tcp/25, b tcp/25, b tcp/465"),
        (&[&["tcp/25"], &["tcp/25"]], 1, 1, "a tcp/25, b tcp/25"),
        // Three products can't share two ports.
        (&[either, either, either], 2, 1, "a tcp/25, b tcp/25, c tcp/465"),
        (&[either, &["tcp/465 | tcp/587"], &["tcp/587 | tcp/25"]], 3, 0, "a tcp/25, b tcp/465, c tcp/587"),
        // The third product decides for the first, which decides for the second.
        (&[either, &["tcp/465 | tcp/587"], &["tcp/25"]], 2, 0, "a tcp/465, b tcp/587, c tcp/25"),
        (&[&["tcp/80*"], &["tcp/80"]], 1, 0, "a another, b tcp/80"),
        (&[&["tcp/80*"], &["tcp/80*"]], 1, 0, "a tcp/80, b another"),
        // A protocol without ports can't be configured away, and a service without a port is no way out.
        (&[&["esp*"], &["esp"]], 1, 1, "a esp, b esp"),
        (&[&["sftp | tcp/22"], &["tcp/22"]], 1, 1, "a tcp/22, b tcp/22"),
        (&[&["any/53"], &["udp/53 | tcp/53"]], 2, 1, "a any/53, b udp/53"),
        (&[&["any/53 | udp/54"], &["udp/53 | tcp/53"]], 2, 0, "a udp/54, b udp/53"),
        // Several flows of a product with the same ports make one choice.
        (&[&["tcp/25 | tcp/465", "tcp/25 | tcp/465"], &["tcp/25"]], 1, 0, "a tcp/465, b tcp/25"),
        (&[&["tcp/80-90 | tcp/180"], &["tcp/85"]], 1, 0, "a tcp/180, b tcp/85"),
    ];
    for (products, collisions, unavoidable, choices) in cases {
        assert_eq!(outcome(products), (collisions, unavoidable, choices.to_string()), "{products:?}");
    }
}

/// The least number of endpoints at which products collide, over every combination of alternatives.
fn least_collisions(dataset: &Dataset, conflicts: &Conflicts) -> usize {
    // For each flow and group its product and the specs that it may use; `None` is another port.
    let mut groups: Vec<(&str, Vec<Option<&PortSpec>>)> = Vec::new();
    for flow in &dataset.flows {
        for specs in flow.port_groups() {
            let mut options: Vec<Option<&PortSpec>> = specs.iter().map(Some).collect();
            if flow.configurable && specs.iter().any(|spec| spec.range().is_some()) {
                options.push(None);
            }
            groups.push((&flow.product, options));
        }
    }
    let combinations: usize = groups.iter().map(|(_, options)| options.len()).product();
    let collisions = |mut combination: usize| {
        let mut chosen = Vec::new();
        for (product, options) in &groups {
            chosen.extend(options[combination % options.len()].map(|spec| (*product, spec)));
            combination /= options.len();
        }
        let collides = |protocol: Protocol, range: Option<PortRange>| {
            let transport = match protocol {
                Protocol::TCP => Transport::Tcp,
                Protocol::UDP => Transport::Udp,
                _ => Transport::Esp,
            };
            let is_at = |spec: &PortSpec| match range {
                Some(range) => spec.matches(transport, range.first()),
                None => spec.transport() == Some(transport),
            };
            let here: Vec<&str> = chosen.iter().filter(|(_, spec)| is_at(spec)).map(|(product, _)| *product).collect();
            here.iter().any(|product| here[0] != *product)
        };
        conflicts.endpoints.iter().filter(|endpoint| collides(endpoint.protocol, endpoint.range)).count()
    };
    (0..combinations).map(collisions).min().unwrap_or_default()
}

#[test]
fn no_combination_has_fewer_collisions_than_the_choice() {
    // A sequence of numbers that look random, always the same (xorshift).
    let mut state = 0x5eed_u64;
    let mut below = |end: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % end
    };
    let (mut avoided, mut unavoidable) = (0, 0);
    for round in 0..2000 {
        let mut products = vec![Vec::new(); usize::try_from(2 + below(3)).unwrap()];
        for product in &mut products {
            for _ in 0..=below(2) {
                let mut ports = String::new();
                for index in 0..=below(3) {
                    let gap = match (index, below(3)) {
                        (0, _) => "",
                        (_, 0) => ", ",
                        _ => " | ",
                    };
                    let transport = ["tcp", "tcp", "udp", "any", "esp"][usize::try_from(below(5)).unwrap()];
                    let (first, length) = (1 + below(3), below(2));
                    ports += gap;
                    ports += &if transport == "esp" {
                        "esp".to_string()
                    } else {
                        format!("{transport}/{first}-{}", first + length)
                    };
                }
                product.push(format!("{ports}{}", if below(6) == 0 { "*" } else { "" }));
            }
        }
        let texts: Vec<Vec<&str>> = products.iter().map(|flows| flows.iter().map(String::as_str).collect()).collect();
        let dataset = dataset(&texts.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let participants = Participant::products(&dataset, &["a", "b", "c", "d"][..products.len()]);
        let conflicts = Conflicts::new(&participants);
        let left = conflicts.count(ConflictFinding::Unavoidable);
        assert_eq!(left, least_collisions(&dataset, &conflicts), "{round}: {products:?}");
        assert!(conflicts.exact);
        unavoidable += left;
        avoided += conflicts.count(ConflictFinding::Collision) - left;
    }
    assert!(avoided > 1000 && unavoidable > 1000, "{avoided} {unavoidable}");
}

#[test]
fn a_search_that_is_too_large_stops_and_is_not_called_exact() {
    // Two products compete for many ports; every flow has many alternatives, and one port too few is free.
    let alternatives: Vec<String> = (1..=12).map(|port| format!("tcp/{port}")).collect();
    let ports: Vec<String> =
        (0..12).map(|first| [&alternatives[first..], &alternatives[..first]].concat().join(" | ")).collect();
    let texts: Vec<&str> = ports.iter().map(String::as_str).collect();
    let fixed: Vec<&str> = alternatives.iter().map(String::as_str).collect();
    let dataset = dataset(&[&texts, &texts, &fixed[..11]]);
    let participants = Participant::products(&dataset, &["a", "b", "c"]);
    let conflicts = Conflicts::new(&participants);
    assert!(!conflicts.exact);
    assert!(conflicts.count(ConflictFinding::Unavoidable) > 0);
    assert!(!conflicts.choices.is_empty());
}
