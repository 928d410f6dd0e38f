//! Finds the flows of a product, a peer, a service or a host.

use std::collections::BTreeSet;
use std::fmt::Display;

use port_catalog::{Flow, FlowId, Peer, Product, Service, query};

use crate::comparison::{Comparison, Contender, Stream};

/// The smallest number of questions in a stream.
const QUESTIONS: usize = 1024;

/// Everything of one kind that has flows, such as all products, and the flows of each.
struct Subjects<S, F> {
    kind: &'static str,
    all: Vec<S>,
    lists: Vec<Vec<FlowId>>,
    /// Whether a flow belongs to a subject.
    belongs_to: F,
}

impl<S: Copy + Display, F: Fn(Flow, S) -> bool> Subjects<S, F> {
    fn new(kind: &'static str, all: impl IntoIterator<Item = S>, belongs_to: F) -> Self {
        let all: Vec<S> = all.into_iter().collect();
        let list = |subject| every_flow().filter(|flow| belongs_to(*flow, subject)).map(Flow::id).collect();
        let lists = all.iter().map(|subject| list(*subject)).collect();
        Subjects { kind, all, lists, belongs_to }
    }

    /// A contender. Panics if it gives a wrong answer for any subject.
    fn contender<'a, I: Iterator<Item = Flow>>(
        &'a self,
        name: &'static str,
        flows: impl Fn(S) -> I + 'a,
    ) -> Contender<'a, usize> {
        for (subject, list) in self.all.iter().zip(&self.lists) {
            assert_eq!(flows(*subject).map(Flow::id).collect::<Vec<_>>(), *list, "{name}, {subject}");
        }
        Contender::new(name, move |index: usize| weigh(flows(self.all[index]).map(Flow::id)))
    }

    /// Compares a prepared list, the catalog's methods, and a scan of every flow.
    fn compare<'a>(
        &'a self,
        ours: &'static str,
        methods: impl IntoIterator<Item = Contender<'a, usize>>,
        rounds: usize,
    ) -> String {
        let prepared = Contender::new("a prepared list", |index: usize| weigh(self.lists[index].iter().copied()));
        let scan = move |subject| every_flow().filter(move |flow| (self.belongs_to)(*flow, subject));
        let scan = self.contender("a scan of every flow", scan);
        let questions: Vec<usize> =
            (0..QUESTIONS.next_multiple_of(self.all.len())).map(|n| n % self.all.len()).collect();
        let answers: usize = questions.iter().map(|index| self.lists[*index].len()).sum();
        let average = answers as f64 / questions.len() as f64;
        Comparison {
            title: format!(
                "Find the flows of a {}, one of {} with {average:.1} flows on average",
                self.kind,
                self.all.len()
            ),
            ours,
            contenders: [prepared].into_iter().chain(methods).chain([scan]).collect(),
            streams: vec![Stream { name: "for each flow", questions, units: answers }],
        }
        .run(rounds)
    }
}

/// The flows of the newest editions.
fn every_flow() -> impl Iterator<Item = Flow> {
    FlowId::ALL.iter().map(|id| id.flow()).filter(|flow| flow.is_current())
}

fn weigh(flows: impl Iterator<Item = FlowId>) -> usize {
    flows.fold(0, |sum, id| sum.wrapping_add(id.index()))
}

/// Whether a host name of a flow equals a host or is below it, or is a wildcard that covers the host.
fn concerns(name: &str, host: &str) -> bool {
    is_at_or_below(name, host) || name.strip_prefix("*.").is_some_and(|domain| is_at_or_below(host, domain))
}

/// Whether a name equals a domain or is below it.
fn is_at_or_below(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain).is_some_and(|head| head.is_empty() || head.ends_with('.'))
}

pub fn compare(rounds: usize) -> String {
    let products = Subjects::new("product", Product::ALL.iter().copied(), |flow, product| flow.product() == product);
    let methods = [
        products.contender("Product::flows", Product::flows),
        products.contender("query().product(..).flows()", |product| query().product(product).flows()),
    ];
    let product_results = products.compare("Product::flows", methods, rounds);

    let peers = Subjects::new("peer", Peer::ALL.iter().copied(), Flow::involves);
    let methods = [
        peers.contender("Peer::flows", Peer::flows),
        peers.contender("query().peer(..).flows()", |peer| query().peer(peer).flows()),
    ];
    let peer_results = peers.compare("Peer::flows", methods, rounds);

    let uses = |flow: Flow, service| flow.ports().any(|spec| spec.service() == Some(service));
    let services = Subjects::new("service", Service::ALL.iter().copied(), uses);
    let methods = [
        services.contender("Service::flows", Service::flows),
        services.contender("query().service(..).flows()", |service| query().service(service).flows()),
    ];
    let service_results = services.compare("Service::flows", methods, rounds);

    let names: BTreeSet<&'static str> = every_flow().flat_map(Flow::hosts).collect();
    let hosts = Subjects::new("host", names, |flow: Flow, host: &str| flow.hosts().any(|name| concerns(name, host)));
    let methods = [hosts.contender("query().host(..).flows()", |host| query().host(host).flows())];
    let host_results = hosts.compare("query().host(..).flows()", methods, rounds);

    [product_results, peer_results, service_results, host_results].concat()
}
