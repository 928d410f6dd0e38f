//! Which flows are a product's, a peer's, a service's, a host's?

use std::collections::BTreeSet;
use std::fmt::Display;

use port_catalog::{Flow, FlowId, Peer, Product, Service, query};

use crate::race::{Contender, Race, Stream};

/// How many questions the stream has, at least.
const QUESTIONS: usize = 1024;

/// Everything of one sort that can be asked for, and a list of flows for each of it.
struct Subjects<S, F> {
    kind: &'static str,
    all: Vec<S>,
    lists: Vec<Vec<FlowId>>,
    /// Whether a flow is one of the subject's.
    is_of: F,
}

impl<S: Copy + Display, F: Fn(Flow, S) -> bool> Subjects<S, F> {
    fn new(kind: &'static str, all: impl IntoIterator<Item = S>, is_of: F) -> Self {
        let all: Vec<S> = all.into_iter().collect();
        let list = |subject| every_flow().filter(|flow| is_of(*flow, subject)).map(Flow::id).collect();
        let lists = all.iter().map(|subject| list(*subject)).collect();
        Subjects { kind, all, lists, is_of }
    }

    /// A contender, once it has given the right answer for every subject.
    fn contender<'a, I: Iterator<Item = Flow>>(
        &'a self,
        name: &'static str,
        flows: impl Fn(S) -> I + 'a,
    ) -> Contender<'a, usize> {
        for (subject, list) in self.all.iter().zip(&self.lists) {
            assert_eq!(flows(*subject).map(Flow::id).collect::<Vec<_>>(), *list, "{name}, {subject}");
        }
        Contender::new(name, move |place: usize| weigh(flows(self.all[place]).map(Flow::id)))
    }

    /// The race of a list that is ready, ways of ours, and a look at every flow.
    fn race<'a>(
        &'a self,
        ours: &'static str,
        ways: impl IntoIterator<Item = Contender<'a, usize>>,
        rounds: usize,
    ) -> String {
        let ready = Contender::new("a list that is ready", |place: usize| weigh(self.lists[place].iter().copied()));
        let scan = move |subject| every_flow().filter(move |flow| (self.is_of)(*flow, subject));
        let scan = self.contender("a look at every flow", scan);
        let questions: Vec<usize> =
            (0..QUESTIONS.next_multiple_of(self.all.len())).map(|n| n % self.all.len()).collect();
        let answers: usize = questions.iter().map(|place| self.lists[*place].len()).sum();
        let average = answers as f64 / questions.len() as f64;
        Race {
            title: format!(
                "Which flows are a {}'s? There are {}, with {average:.1} flows on average",
                self.kind,
                self.all.len()
            ),
            ours,
            contenders: [ready].into_iter().chain(ways).chain([scan]).collect(),
            streams: vec![Stream { name: "for each flow", questions, units: answers }],
        }
        .run(rounds)
    }
}

fn every_flow() -> impl Iterator<Item = Flow> {
    FlowId::ALL.iter().map(|id| id.flow())
}

fn weigh(flows: impl Iterator<Item = FlowId>) -> usize {
    flows.fold(0, |sum, id| sum.wrapping_add(id as usize))
}

/// Whether a name is a domain's own or one under it.
fn is_at_or_under(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain).is_some_and(|head| head.is_empty() || head.ends_with('.'))
}

pub fn races(rounds: usize) -> String {
    let products = Subjects::new("product", Product::ALL.iter().copied(), |flow, product| flow.product() == product);
    let ways = [
        products.contender("Product::flows", Product::flows),
        products.contender("query().product(..).flows()", |product| query().product(product).flows()),
    ];
    let of_products = products.race("Product::flows", ways, rounds);

    let peers = Subjects::new("peer", Peer::ALL.iter().copied(), Flow::involves);
    let ways = [
        peers.contender("Peer::flows", Peer::flows),
        peers.contender("query().peer(..).flows()", |peer| query().peer(peer).flows()),
    ];
    let of_peers = peers.race("Peer::flows", ways, rounds);

    let speaks = |flow: Flow, service| flow.ports().any(|spec| spec.service() == Some(service));
    let services = Subjects::new("service", Service::ALL.iter().copied(), speaks);
    let ways = [
        services.contender("Service::flows", Service::flows),
        services.contender("query().service(..).flows()", |service| query().service(service).flows()),
    ];
    let of_services = services.race("Service::flows", ways, rounds);

    let names: BTreeSet<&'static str> = every_flow().flat_map(Flow::hosts).collect();
    let hosts =
        Subjects::new("host", names, |flow: Flow, host: &str| flow.hosts().any(|name| is_at_or_under(name, host)));
    let ways = [hosts.contender("query().host(..).flows()", |host| query().host(host).flows())];
    let of_hosts = hosts.race("query().host(..).flows()", ways, rounds);

    [of_products, of_peers, of_services, of_hosts].concat()
}
