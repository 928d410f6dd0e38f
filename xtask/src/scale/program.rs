//! Looks things up in a catalog of any size, and prints how many nanoseconds one lookup takes.

use std::hint::black_box;
use std::time::Instant;

use port_catalog::Transport;

mod ports {
    port_catalog::catalog! { dir = "ports" }
}

/// Too many keys for the branch predictor to remember.
const KEYS: usize = 65_536;
const ROUNDS: usize = 15;

/// Numbers without a pattern, the same in every run.
fn numbers() -> impl Iterator<Item = usize> {
    let mut state: u64 = 443;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    })
}

/// The median time of a lookup, in nanoseconds.
fn time<K: Copy>(name: &str, keys: &[K], look_up: impl Fn(K) -> usize) {
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            let sum = keys.iter().fold(0, |sum: usize, key| sum.wrapping_add(look_up(*key)));
            let time = start.elapsed();
            black_box(sum);
            time.as_secs_f64() * 1e9 / keys.len() as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("{name} {:.2}", times[ROUNDS / 2]);
}

fn main() {
    let random_ports: Vec<u16> = numbers().take(KEYS).map(|number| number as u16).collect();
    time("by_port", &random_ports, |port| ports::by_port(Transport::Tcp, port).len());
    // Some programs look up a few ids many times, others look up all ids.
    let ids: Vec<&str> = ports::FlowId::ALL.iter().map(|id| id.as_str()).collect();
    for (name, working_set) in [("id", 125.min(ids.len())), ("any_id", ids.len())] {
        let chosen: Vec<&str> = numbers().take(working_set).map(|number| ids[number % ids.len()]).collect();
        let keys: Vec<&str> = numbers().skip(working_set).take(KEYS).map(|number| chosen[number % working_set]).collect();
        time(name, &keys, |id| id.parse::<ports::FlowId>().map_or(usize::MAX, |id| id.index()));
    }
    let products: Vec<ports::Product> =
        numbers().take(KEYS).map(|number| ports::Product::ALL[number % ports::Product::ALL.len()]).collect();
    time("flows_of_product", &products, |product| product.flows().len());
    // With an argument the program lists the catalog, so that it must carry all of it.
    if std::env::args().nth(1).is_some() {
        for id in ports::FlowId::ALL {
            println!("{id} {} {} {:?}", id.flow(), id.flow().purpose(), id.flow().source());
        }
    }
}
