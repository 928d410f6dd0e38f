//! Which id is a text?

use std::collections::{BTreeMap, HashMap};
use std::str::FromStr;

use fastrand::Rng;
use port_catalog::{FlowId, Id, Peer, Product, Service};

use super::rivals;
use crate::race::{Contender, Race, Stream};

/// How many questions a stream has.
const QUESTIONS: usize = 8192;

/// An enum with the variants of one of the catalog's, as rivals take it: strum derives its `FromStr`.
trait Rival: Copy + FromStr + 'static {
    const ALL: &'static [Self];
    fn phf() -> &'static phf::Map<&'static str, Self>;
    fn by_match(text: &str) -> Option<Self>;
}

/// A variant of an enum, ours or a rival's.
trait Variant: Copy {
    fn number(self) -> usize;
}

macro_rules! variants {
    ($($ours:ident is $rival:ident,)+) => {$(
        impl Variant for $ours {
            fn number(self) -> usize {
                self as usize
            }
        }

        impl Variant for rivals::$rival::Rival {
            fn number(self) -> usize {
                self as usize
            }
        }

        impl Rival for rivals::$rival::Rival {
            const ALL: &'static [Self] = rivals::$rival::ALL;

            fn phf() -> &'static phf::Map<&'static str, Self> {
                &rivals::$rival::PHF
            }

            fn by_match(text: &str) -> Option<Self> {
                rivals::$rival::by_match(text)
            }
        }
    )+};
}

variants! {
    FlowId is flow_id,
    Product is product,
    Service is service,
    Peer is peer,
}

/// A text, and the id that it is, or that it was made from where it is none.
#[derive(Clone, Copy)]
struct Question<'a> {
    text: &'a str,
    nearest: &'static str,
}

/// Texts that are ids, and texts that are none: slips of one letter, and texts of other lengths. Each is beside its nearest
/// id, and a copy of its own, so that nobody is asked for the very bytes that it compares with.
fn texts<I: Id>() -> [Vec<(String, &'static str)>; 2] {
    let mut random = Rng::with_seed(443);
    let ids = I::all().iter().map(|id| id.as_str());
    let hits = ids.clone().map(|id| (id.to_owned(), id)).collect();
    let misses = ids.flat_map(|id| {
        let mut slip = || {
            let place = random.usize(..id.len());
            format!("{}{}{}", &id[..place], random.lowercase(), &id[place + 1..])
        };
        let slips = [slip(), slip(), slip()];
        let others = [format!("{id}-x"), id[1..].to_owned(), id[..id.len() - 1].to_owned()];
        slips.into_iter().chain(others).map(move |text| (text, id))
    });
    let misses = misses.filter(|(text, _)| I::all().iter().all(|id| id.as_str() != text)).collect();
    [hits, misses]
}

/// Questions of which about that share are ids.
fn stream<'a>(name: &'static str, share: f32, texts: &'a [Vec<(String, &'static str)>; 2]) -> Stream<Question<'a>> {
    let [hits, misses] = texts;
    let mut random = Rng::with_seed(8013);
    let question = |_| {
        let texts = if random.f32() < share { hits } else { misses };
        let (text, nearest) = random.choice(texts).expect("some texts are ids, others are not");
        Question { text, nearest }
    };
    Stream { name, units: QUESTIONS, questions: (0..QUESTIONS).map(question).collect() }
}

fn race<I: Id + Variant, R: Rival + Variant>(rounds: usize) -> String {
    let mut sorted: Vec<(&str, R)> = I::all().iter().map(|id| id.as_str()).zip(R::ALL.iter().copied()).collect();
    sorted.sort_by_key(|(text, _)| *text);
    let hash_map: HashMap<_, _> = sorted.iter().copied().collect();
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
        contender::<I, _>("match", &texts, R::by_match),
        contender::<I, _>("phf::Map", &texts, |text| R::phf().get(text).copied()),
        contender::<I, _>("strum::EnumString", &texts, |text| text.parse::<R>().ok()),
    ];
    let streams = [("hits", 1.0), ("misses", 0.0), ("half hits, half misses", 0.5)];
    Race {
        title: format!("Which {} is a text? There are {}", I::KIND, I::all().len()),
        ours: "parse",
        contenders,
        streams: streams.map(|(name, share)| stream(name, share, &texts)).into(),
    }
    .run(rounds)
}

/// A contender, once it has given the right answer for every text.
fn contender<'a, I: Id, V: Variant>(
    name: &'static str,
    texts: &[Vec<(String, &'static str)>; 2],
    lookup: impl Fn(&str) -> Option<V> + 'a,
) -> Contender<'a, Question<'a>> {
    for (text, _) in texts.iter().flatten() {
        let right = I::all().iter().position(|id| id.as_str() == text);
        assert_eq!(lookup(text).map(V::number), right, "{name}, {text}");
    }
    Contender::new(name, move |question: Question<'_>| lookup(question.text).map_or(0, |id| id.number() + 1))
}

pub fn races(rounds: usize) -> String {
    [
        race::<FlowId, rivals::flow_id::Rival>(rounds),
        race::<Product, rivals::product::Rival>(rounds),
        race::<Service, rivals::service::Rival>(rounds),
        race::<Peer, rivals::peer::Rival>(rounds),
    ]
    .concat()
}
