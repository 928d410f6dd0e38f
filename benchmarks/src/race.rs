//! Contenders that answer the same questions in turns, and the median time that each takes.

use std::hint::black_box;
use std::time::{Duration, Instant};

use fastrand::Rng;

/// Who answers questions.
pub struct Contender<'a, Q> {
    name: &'static str,
    answer_all: Box<AnswerAll<'a, Q>>,
}

/// Answers every question, and adds up what the answers weigh.
type AnswerAll<'a, Q> = dyn Fn(&[Q]) -> usize + 'a;

impl<'a, Q: Copy> Contender<'a, Q> {
    /// A contender by what its answer to a question weighs: a number for which the whole answer must be found.
    pub fn new(name: &'static str, weigh: impl Fn(Q) -> usize + 'a) -> Self {
        Contender { name, answer_all: Box::new(move |questions| answer_all(questions, &weigh)) }
    }
}

/// The loop that is timed, compiled for each contender alone. That the sum is looked at keeps every answer in it.
#[inline(never)]
fn answer_all<Q: Copy>(questions: &[Q], weigh: impl Fn(Q) -> usize) -> usize {
    questions.iter().fold(0, |sum, question| sum.wrapping_add(weigh(*question)))
}

/// Questions that are asked in one go.
pub struct Stream<Q> {
    pub name: &'static str,
    pub questions: Vec<Q>,
    /// What the time is divided by: how many questions, or how many answers.
    pub units: usize,
}

/// Contenders before their questions. The first is the limit.
pub struct Race<'a, Q> {
    pub title: String,
    /// The name of ours.
    pub ours: &'static str,
    pub contenders: Vec<Contender<'a, Q>>,
    pub streams: Vec<Stream<Q>>,
}

impl<Q: Copy> Race<'_, Q> {
    /// Times each contender once a round, beginning with another one each round, and tells the medians.
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
                // An order that was seen before could be learnt by the processor's predictor of branches.
                order.shuffle(&mut stream.questions);
                for turn in 0..self.contenders.len() {
                    let place = (round + turn) % self.contenders.len();
                    let questions = black_box(stream.questions.as_slice());
                    let start = Instant::now();
                    black_box((self.contenders[place].answer_all)(questions));
                    times[place].push(start.elapsed());
                }
            }
        }
        times
    }

    /// A line for each contender: for each stream its time, and how many times that is the limit's and ours.
    fn table(&self, medians: &[Vec<f64>]) -> String {
        let ours = self.contenders.iter().position(|contender| contender.name == self.ours);
        let ours = ours.expect("we are among the contenders");
        let streams: String = self.streams.iter().map(|stream| format!("  {:>22}", stream.name)).collect();
        let columns = format!("  {:>8}{:>7}{:>7}", "ns", "limit", "ours").repeat(self.streams.len());
        let line = |(place, contender): (usize, &Contender<'_, Q>)| {
            let columns = medians.iter().map(|medians| {
                let time = medians[place];
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

/// The middle one; the greater of two.
pub fn median<T: PartialOrd + Copy>(values: &[T]) -> T {
    quantile(values, 2, 4)
}

/// How far the quarter of the times below the median and that above it reach, as a part of the median.
fn spread(times: &[Duration]) -> f64 {
    let [low, middle, high] = [1, 2, 3].map(|quarters| nanoseconds(quantile(times, quarters, 4)));
    (high - middle).max(middle - low) / middle
}

fn quantile<T: PartialOrd + Copy>(values: &[T], part: usize, parts: usize) -> T {
    let mut values = values.to_vec();
    values.sort_by(|one, other| one.partial_cmp(other).expect("times can be compared"));
    values[values.len() * part / parts]
}
