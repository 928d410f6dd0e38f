//! Parses ids.

use std::collections::{BTreeMap, HashMap};
use std::str::FromStr;

use fastrand::Rng;
use port_catalog::__private::IdTables;
use port_catalog::{FlowId, Id, Peer, Product, Service, Vendor};
use rustc_hash::FxHashMap;

use super::alternatives;
use crate::comparison::{Comparison, Contender, Stream};

/// The number of questions in a stream.
const QUESTIONS: usize = 8192;

/// An enum with the same variants as one of the catalog's, for the alternatives. Strum derives its `FromStr`.
trait Alternative: Copy + FromStr + 'static {
    const ALL: &'static [Self];
    fn phf() -> &'static phf::Map<&'static str, Self>;
    fn by_match(text: &str) -> Option<Self>;
}

/// A variant of an enum of the catalog or of the alternatives.
trait Variant: Copy {
    fn number(self) -> usize;
}

macro_rules! variants {
    ($($ours:ident => $module:ident,)+) => {$(
        impl Variant for $ours {
            fn number(self) -> usize {
                IdTables::index(self)
            }
        }

        impl Variant for alternatives::$module::Alternative {
            fn number(self) -> usize {
                self as usize
            }
        }

        impl Alternative for alternatives::$module::Alternative {
            const ALL: &'static [Self] = alternatives::$module::ALL;

            fn phf() -> &'static phf::Map<&'static str, Self> {
                &alternatives::$module::PHF
            }

            fn by_match(text: &str) -> Option<Self> {
                alternatives::$module::by_match(text)
            }
        }
    )+};
}

variants! {
    FlowId => flow_id,
    Product => product,
    Service => service,
    Peer => peer,
    Vendor => vendor,
}

/// A text, and the id that it equals or was made from.
#[derive(Clone, Copy)]
struct Question<'a> {
    text: &'a str,
    nearest: &'static str,
}

/// Texts that are ids, and texts that aren't: ids with one wrong letter, and with another length. Each is
/// paired with its nearest id, and is a copy, so that no contender compares bytes with themselves.
fn texts<I: Id>() -> [Vec<(String, &'static str)>; 2] {
    let mut random = Rng::with_seed(443);
    let ids = I::ALL.iter().map(|id| id.as_str());
    let hits = ids.clone().map(|id| (id.to_owned(), id)).collect();
    let misses = ids.flat_map(|id| {
        let mut typo = || {
            let position = random.usize(..id.len());
            format!("{}{}{}", &id[..position], random.lowercase(), &id[position + 1..])
        };
        let typos = [typo(), typo(), typo()];
        let others = [format!("{id}-x"), id[1..].to_owned(), id[..id.len() - 1].to_owned()];
        typos.into_iter().chain(others).map(move |text| (text, id))
    });
    let misses = misses.filter(|(text, _)| I::ALL.iter().all(|id| id.as_str() != text)).collect();
    [hits, misses]
}

/// Questions. The fraction of them that are ids is about `share`.
fn stream<'a>(name: &'static str, share: f32, texts: &'a [Vec<(String, &'static str)>; 2]) -> Stream<Question<'a>> {
    let [hits, misses] = texts;
    let mut random = Rng::with_seed(8013);
    let question = |_| {
        let texts = if random.f32() < share { hits } else { misses };
        let (text, nearest) = random.choice(texts).expect("some texts are ids and others aren't");
        Question { text, nearest }
    };
    Stream { name, units: QUESTIONS, questions: (0..QUESTIONS).map(question).collect() }
}

fn compare_ids<I: Id + Variant, A: Alternative + Variant>(rounds: usize) -> String {
    let mut sorted: Vec<(&str, A)> = I::ALL.iter().map(|id| id.as_str()).zip(A::ALL.iter().copied()).collect();
    sorted.sort_by_key(|(text, _)| *text);
    let hash_map: HashMap<_, _> = sorted.iter().copied().collect();
    let fx_hash_map: FxHashMap<_, _> = sorted.iter().copied().collect();
    let btree_map: BTreeMap<_, _> = sorted.iter().copied().collect();
    let binary_search = |text: &str| Some(sorted[sorted.binary_search_by_key(&text, |(key, _)| *key).ok()?].1);

    let texts = texts::<I>();
    let contenders = vec![
        Contender::new("compare with the nearest id", |question: Question<'_>| {
            usize::from(question.text == question.nearest)
        }),
        contender::<I, _>("parse", &texts, |text| text.parse::<I>().ok()),
        contender::<I, _>("binary search", &texts, binary_search),
        contender::<I, _>("BTreeMap", &texts, |text| btree_map.get(text).copied()),
        contender::<I, _>("HashMap", &texts, |text| hash_map.get(text).copied()),
        contender::<I, _>("FxHashMap", &texts, |text| fx_hash_map.get(text).copied()),
        contender::<I, _>("match", &texts, A::by_match),
        contender::<I, _>("phf::Map", &texts, |text| A::phf().get(text).copied()),
        contender::<I, _>("strum::EnumString", &texts, |text| text.parse::<A>().ok()),
    ];
    let streams = [("hits", 1.0), ("misses", 0.0), ("half hits, half misses", 0.5)];
    Comparison {
        title: format!("Parse a {}, one of {}", I::KIND, I::ALL.len()),
        ours: "parse",
        contenders,
        streams: streams.map(|(name, share)| stream(name, share, &texts)).into(),
    }
    .run(rounds)
}

/// A contender. Panics if it gives a wrong answer for any text.
fn contender<'a, I: Id, V: Variant>(
    name: &'static str,
    texts: &[Vec<(String, &'static str)>; 2],
    lookup: impl Fn(&str) -> Option<V> + 'a,
) -> Contender<'a, Question<'a>> {
    for (text, _) in texts.iter().flatten() {
        let expected = I::ALL.iter().position(|id| id.as_str() == text);
        assert_eq!(lookup(text).map(V::number), expected, "{name}, {text}");
    }
    Contender::new(name, move |question: Question<'_>| lookup(question.text).map_or(0, |id| id.number() + 1))
}

pub fn compare(rounds: usize) -> String {
    [
        compare_ids::<FlowId, alternatives::flow_id::Alternative>(rounds),
        compare_ids::<Product, alternatives::product::Alternative>(rounds),
        compare_ids::<Service, alternatives::service::Alternative>(rounds),
        compare_ids::<Peer, alternatives::peer::Alternative>(rounds),
        compare_ids::<Vendor, alternatives::vendor::Alternative>(rounds),
    ]
    .concat()
}
