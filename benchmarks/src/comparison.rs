//! Contenders that answer the same questions in turns, and the median time that each takes.

use std::hint::black_box;
use std::time::{Duration, Instant};

use fastrand::Rng;

/// A way to answer questions.
pub struct Contender<'a, Q> {
    name: &'static str,
    answer_all: Box<AnswerAll<'a, Q>>,
}

/// Answers every question, and sums the weights of the answers.
type AnswerAll<'a, Q> = dyn Fn(&[Q]) -> usize + 'a;

impl<'a, Q: Copy> Contender<'a, Q> {
    /// A contender, given the weight of its answer to a question: a number that requires the whole answer.
    pub fn new(name: &'static str, weigh: impl Fn(Q) -> usize + 'a) -> Self {
        Contender { name, answer_all: Box::new(move |questions| answer_all(questions, &weigh)) }
    }
}

/// The loop that is timed, compiled separately for each contender. Its sum is used, so no answer is optimized away.
#[inline(never)]
fn answer_all<Q: Copy>(questions: &[Q], weigh: impl Fn(Q) -> usize) -> usize {
    questions.iter().fold(0, |sum, question| sum.wrapping_add(weigh(*question)))
}

/// Questions that are timed together.
pub struct Stream<Q> {
    pub name: &'static str,
    pub questions: Vec<Q>,
    /// The divisor of the time: the number of questions, or of answers.
    pub units: usize,
}

/// Contenders and their questions. The first contender is the limit.
pub struct Comparison<'a, Q> {
    pub title: String,
    /// The name of the catalog's own contender.
    pub ours: &'static str,
    pub contenders: Vec<Contender<'a, Q>>,
    pub streams: Vec<Stream<Q>>,
}

impl<Q: Copy> Comparison<'_, Q> {
    /// Times each contender once per round, beginning with another one in each round, and returns a table of the medians.
    pub fn run(mut self, rounds: usize) -> String {
        let times = self.times(rounds);
        let medians: Vec<Vec<f64>> = (self.streams.iter().zip(&times))
            .map(|(stream, times)| times.iter().map(|times| nanoseconds(median(times)) / stream.units as f64).collect())
            .collect();
        let spread = times.iter().flatten().map(|times| spread(times)).fold(0.0, f64::max);
        format!(
            "{}noise: half of the rounds are within {:.0} % of the median, for every contender\n",
            self.table(&medians),
            100.0 * spread
        )
    }

    /// The times of each contender, by stream.
    fn times(&mut self, rounds: usize) -> Vec<Vec<Vec<Duration>>> {
        let mut order = Rng::with_seed(65_536);
        let mut times = vec![vec![Vec::with_capacity(rounds); self.contenders.len()]; self.streams.len()];
        for round in 0..rounds {
            for (stream, times) in self.streams.iter_mut().zip(&mut times) {
                // The processor's branch predictor could learn an order that repeats.
                order.shuffle(&mut stream.questions);
                for turn in 0..self.contenders.len() {
                    let index = (round + turn) % self.contenders.len();
                    let questions = black_box(stream.questions.as_slice());
                    let start = Instant::now();
                    black_box((self.contenders[index].answer_all)(questions));
                    times[index].push(start.elapsed());
                }
            }
        }
        times
    }

    /// A line for each contender: for each stream its time, and the ratios to the limit's and to ours.
    fn table(&self, medians: &[Vec<f64>]) -> String {
        let ours = self.contenders.iter().position(|contender| contender.name == self.ours);
        let ours = ours.expect("the catalog is one of the contenders");
        let streams: String = self.streams.iter().map(|stream| format!("  {:>22}", stream.name)).collect();
        let columns = format!("  {:>8}{:>7}{:>7}", "ns", "limit", "ours").repeat(self.streams.len());
        let line = |(index, contender): (usize, &Contender<'_, Q>)| {
            let columns = medians.iter().map(|medians| {
                let time = medians[index];
                format!("  {time:>8.2}{:>7.2}{:>7.2}", time / medians[0], time / medians[ours])
            });
            format!("{:30}{}\n", contender.name, columns.collect::<String>())
        };
        let lines: String = self.contenders.iter().enumerate().map(line).collect();
        format!("\n{}\n{:30}{streams}\n{:30}{columns}\n{lines}", self.title, "", "")
    }
}

fn nanoseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e9
}

/// The middle value; of two middle values, the greater.
pub fn median<T: PartialOrd + Copy>(values: &[T]) -> T {
    quantile(values, 2, 4)
}

/// The greater distance of the first and the third quartile from the median, as a fraction of the median.
fn spread(times: &[Duration]) -> f64 {
    let [low, middle, high] = [1, 2, 3].map(|quarters| nanoseconds(quantile(times, quarters, 4)));
    (high - middle).max(middle - low) / middle
}

fn quantile<T: PartialOrd + Copy>(values: &[T], part: usize, parts: usize) -> T {
    let mut values = values.to_vec();
    values.sort_by(|one, other| one.partial_cmp(other).expect("times can be compared"));
    values[values.len() * part / parts]
}
