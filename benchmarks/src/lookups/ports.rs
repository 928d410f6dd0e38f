//! Finds the flows that use a port.

use std::collections::{BTreeMap, HashMap};

use fastrand::Rng;
use port_catalog::{Flows, Transport, by_port};
use rustc_hash::FxHashMap;

use super::alternatives::port::{ANSWERS, LISTS, PHF, by_match};
use crate::comparison::{Comparison, Contender, Stream};

/// The flows that use a port over TCP.
trait Answer {
    fn count(&self) -> usize;
    fn numbers(self) -> Vec<u16>;
}

impl Answer for Flows {
    fn count(&self) -> usize {
        self.len()
    }

    fn numbers(self) -> Vec<u16> {
        self.map(|flow| u16::try_from(flow.id().index()).expect("the catalog has fewer flows")).collect()
    }
}

impl Answer for &'static [u16] {
    fn count(&self) -> usize {
        self.len()
    }

    fn numbers(self) -> Vec<u16> {
        self.to_vec()
    }
}

/// Looks up a port in an array with the number of each port's list of flows.
fn by_array(port: u16) -> &'static [u16] {
    ANSWERS[usize::from(LISTS[usize::from(port)])]
}

/// A contender. Panics if it gives a wrong answer for any port.
fn contender<'a, A: Answer>(name: &'static str, lookup: impl Fn(u16) -> A + 'a) -> Contender<'a, u16> {
    for port in 0..=u16::MAX {
        assert_eq!(lookup(port).numbers(), by_array(port), "{name}, tcp/{port}");
    }
    Contender::new(name, move |port| lookup(port).count())
}

/// 65,536 ports. The fraction of them that flows use is about `share`.
fn stream(name: &'static str, share: f32, hits: &[u16], misses: &[u16]) -> Stream<u16> {
    let mut random = Rng::with_seed(443);
    let question = |_| {
        let ports = if random.f32() < share { hits } else { misses };
        *random.choice(ports).expect("some ports are used and others aren't")
    };
    let questions: Vec<u16> = (0..=u16::MAX).map(question).collect();
    Stream { name, units: questions.len(), questions }
}

pub fn compare(rounds: usize) -> String {
    let (hits, misses): (Vec<u16>, Vec<u16>) = (0..=u16::MAX).partition(|port| !by_array(*port).is_empty());
    let sorted: Vec<(u16, &'static [u16])> = hits.iter().map(|port| (*port, by_array(*port))).collect();
    let hash_map: HashMap<_, _> = sorted.iter().copied().collect();
    let fx_hash_map: FxHashMap<_, _> = sorted.iter().copied().collect();
    let btree_map: BTreeMap<_, _> = sorted.iter().copied().collect();
    let binary_search = |port| sorted.binary_search_by_key(&port, |(key, _)| *key).map(|index| sorted[index].1);

    let contenders = vec![
        Contender::new("[u16; 65536], only the number", |port: u16| LISTS[usize::from(port)].into()),
        contender("[u16; 65536], then the flows", by_array),
        contender("by_port", |port| by_port(Transport::Tcp, port)),
        contender("binary search", |port| binary_search(port).unwrap_or_default()),
        contender("BTreeMap", |port| btree_map.get(&port).copied().unwrap_or_default()),
        contender("HashMap", |port| hash_map.get(&port).copied().unwrap_or_default()),
        contender("FxHashMap", |port| fx_hash_map.get(&port).copied().unwrap_or_default()),
        contender("match", by_match),
        contender("phf::Map", |port| PHF.get(&port).map_or(&[][..], |list| ANSWERS[usize::from(*list)])),
    ];
    let streams = [("hits", 1.0), ("misses", 0.0), ("half hits, half misses", 0.5)];
    Comparison {
        title: format!("Find the flows that use a TCP port, {} of 65,536 are used", hits.len()),
        ours: "by_port",
        contenders,
        streams: streams.map(|(name, share)| stream(name, share, &hits, &misses)).into(),
    }
    .run(rounds)
        + &compare_chains(rounds, &fx_hash_map)
}

/// The number of look-ups in a chain.
const CHAIN: usize = 256;

/// Compares chains of look-ups, each of a port that depends on the answer before, so that the processor can't begin one before the last
/// has ended: latency, where the other comparisons measure throughput.
fn compare_chains(rounds: usize, fx_hash_map: &FxHashMap<u16, &'static [u16]>) -> String {
    fn chain<'a, A: Answer>(name: &'static str, lookup: impl Fn(u16) -> A + 'a) -> Contender<'a, u16> {
        Contender::new(name, move |first: u16| {
            let mut port = first;
            for _ in 0..CHAIN {
                // A permutation of the ports, shifted by the answer.
                let found = u16::try_from(lookup(port).count()).unwrap_or(u16::MAX);
                port = port.wrapping_mul(5).wrapping_add(13).wrapping_add(found);
            }
            port.into()
        })
    }
    let contenders = vec![
        chain("[u16; 65536], then the flows", by_array),
        chain("by_port", |port| by_port(Transport::Tcp, port)),
        chain("FxHashMap", |port| fx_hash_map.get(&port).copied().unwrap_or_default()),
        chain("match", by_match),
        chain("phf::Map", |port| PHF.get(&port).map_or(&[][..], |list| ANSWERS[usize::from(*list)])),
    ];
    let questions: Vec<u16> = (0..64).map(|start| start * 1021).collect();
    Comparison {
        title: "Find the flows of a TCP port that depends on the answer before".to_string(),
        ours: "by_port",
        contenders,
        streams: vec![Stream { name: "a chain of 256", units: questions.len() * CHAIN, questions }],
    }
    .run(rounds)
}
