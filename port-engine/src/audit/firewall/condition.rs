//! Prepared conditions, which split classes of packets.

use serde_json::Value;

use super::first_packets::{MAX_HARDWARE, flags_of_first_packets};
use super::intervals::Intervals;
use super::packets::{Field, Now, Packets};
use super::split::{Split, extract};
use super::statement::display;
use super::subject::{Reads, Subject};
use super::value::{Kind, interfaces};

/// A condition.
#[derive(Debug)]
pub struct Condition {
    pub test: Test,
    /// Whether the packets that the test doesn't match are the ones that the condition matches.
    pub is_negated: bool,
    /// The left side.
    pub left: Value,
    /// The operator.
    pub operator: String,
    /// The right side.
    pub right: Value,
}

/// What a condition compares.
#[derive(Debug)]
pub enum Test {
    /// A comparison that isn't interpreted.
    Opaque,
    /// Any value: only packets without the header that a subject is from don't match.
    Any(Vec<Subject>),
    /// One subject with values.
    One { subject: Subject, values: Values, others: Others },
    /// Several subjects with the elements of a set.
    Columns { columns: Vec<(Subject, Kind)>, elements: Vec<Element>, others: Others },
}

/// The values that match.
#[derive(Debug)]
pub enum Values {
    /// These.
    In(Intervals),
    /// Those that have some bits.
    Masked { mask: u128, operator: String, values: Vec<u128> },
}

/// What else may match.
#[derive(Clone, Copy, Debug, Default)]
pub struct Others {
    /// Elements that aren't interpreted.
    pub has_opaque: bool,
    /// Elements that rules add to the set.
    pub is_updated: bool,
}

/// An element of a set of concatenations.
#[derive(Debug)]
pub enum Element {
    /// `*`
    Any,
    /// Values of each subject; `None` for those that aren't interpreted.
    Columns(Vec<Option<Intervals>>),
    /// An element that isn't interpreted.
    Opaque,
}

impl Values {
    /// Whether a value matches.
    pub fn contains(&self, value: u128) -> bool {
        match self {
            Values::In(values) => values.contains(value),
            Values::Masked { mask, operator, values } => {
                let bits = value & mask;
                match operator.as_str() {
                    "==" => values.contains(&bits),
                    "!=" => !values.contains(&bits),
                    "in" => values.iter().any(|value| bits & value != 0),
                    _ => values.iter().all(|value| bits & value == 0),
                }
            }
        }
    }

    /// Splits packets by what is read from them.
    fn split(&self, packets: Packets, reads: Reads) -> Split {
        match (reads, self) {
            (Reads::Value(value), _) => Split::all(packets, self.contains(value)),
            (Reads::Field(field), Values::In(values)) => by_field(packets, field, values),
            (Reads::Varies, _) => Split::some(packets),
            _ => Split::opaque(packets),
        }
    }
}

impl Condition {
    /// The condition as people write it.
    pub fn displayed(&self) -> String {
        let [left, right] = [&self.left, &self.right].map(display);
        match self.operator.as_str() {
            "==" | "in" => format!("{left} {right}"),
            operator => format!("{left} {operator} {right}"),
        }
    }

    /// Whether any of the packets can match: a quick answer, which may be wrong if it is yes.
    pub fn may_match(&self, packets: &Packets) -> bool {
        match &self.test {
            Test::Any(subjects) => subjects.iter().all(|subject| subject.of(packets) != Reads::Absent),
            Test::One { subject, values, others } => match (subject.of(packets), values) {
                (Reads::Absent, _) => false,
                (Reads::Opaque | Reads::Varies, _) | (Reads::Field(_), Values::Masked { .. }) => true,
                _ if others.has_opaque || others.is_updated => true,
                (Reads::Value(value), values) => values.contains(value) != self.is_negated,
                (Reads::Field(field), Values::In(values)) => self.is_negated || packets.values(field).overlaps(values),
            },
            Test::Columns { columns, elements, others } => {
                if columns.iter().any(|(subject, _)| subject.of(packets) == Reads::Absent) {
                    return false;
                }
                self.is_negated
                    || others.is_updated
                    || elements.iter().any(|element| element.may_match(columns, packets))
            }
            Test::Opaque => true,
        }
    }

    /// Splits packets.
    pub fn split(&self, packets: Packets) -> Split {
        // Packets without the header that a subject is from don't match, not even a negated condition.
        if !self.may_match(&packets) {
            return Split::all(packets, false);
        }
        let split = match &self.test {
            Test::Opaque => return Split::opaque(packets),
            // Whether packets have what isn't interpreted is not known either.
            Test::Any(subjects) if subjects.iter().any(|subject| subject.of(&packets) == Reads::Opaque) => {
                return Split::opaque(packets);
            }
            Test::Any(_) => return Split::all(packets, true),
            Test::One { subject, values, others } => {
                let reads = subject.of(&packets);
                let split = values.split(packets, reads);
                if matches!(reads, Reads::Opaque | Reads::Varies) {
                    return split;
                }
                others.add_to(split)
            }
            // Even packets that no element can match only match a negated condition if they have what isn't interpreted.
            Test::Columns { columns, .. } if self.is_negated && is_any_opaque(columns, &packets) => {
                return Split::opaque(packets);
            }
            Test::Columns { columns, elements, others } => {
                let mut all = Split { others: vec![packets], ..Split::default() };
                for element in elements {
                    all = element.add_to(all, columns);
                }
                others.add_to(all)
            }
        };
        if self.is_negated { split.negated() } else { split }
    }
}

/// Whether something that is read from the packets isn't interpreted. Whether they have it is then not known either.
fn is_any_opaque(columns: &[(Subject, Kind)], packets: &Packets) -> bool {
    columns.iter().any(|(subject, _)| subject.of(packets) == Reads::Opaque)
}

impl Others {
    fn add_to(self, mut split: Split) -> Split {
        if self.has_opaque {
            split = split.or(Split::opaque);
        }
        if self.is_updated {
            split = split.or(Split::some);
        }
        split
    }
}

impl Element {
    fn may_match(&self, columns: &[(Subject, Kind)], packets: &Packets) -> bool {
        let Element::Columns(values) = self else { return true };
        columns.iter().zip(values).all(|((subject, _), values)| match (values, subject.of(packets)) {
            (Some(values), Reads::Value(value)) => values.contains(value),
            (Some(values), Reads::Field(field)) => packets.values(field).overlaps(values),
            _ => true,
        })
    }

    /// Moves the packets that match from those that no element matched so far.
    fn add_to(&self, mut all: Split, columns: &[(Subject, Kind)]) -> Split {
        let able = extract(&mut all.others, |packets| self.may_match(columns, packets));
        for packets in able {
            let split = self.split(packets, columns);
            all.matched.extend(split.matched);
            all.others.extend(split.others);
            all.is_limit |= split.is_limit;
            all.is_opaque |= split.is_opaque;
        }
        all
    }

    fn split(&self, packets: Packets, columns: &[(Subject, Kind)]) -> Split {
        let values = match self {
            Element::Any if is_any_opaque(columns, &packets) => return Split::opaque(packets),
            Element::Any => return Split::all(packets, true),
            Element::Opaque => return Split::opaque(packets),
            Element::Columns(values) => values,
        };
        let mut all = Split { matched: vec![packets], ..Split::default() };
        for ((subject, _), values) in columns.iter().zip(values) {
            all = all.and(|packets| match (subject.of(&packets), values) {
                (Reads::Value(value), Some(values)) => Split::all(packets, values.contains(value)),
                (Reads::Field(field), Some(values)) => by_field(packets, field, values),
                (Reads::Varies, _) => Split::some(packets),
                _ => Split::opaque(packets),
            });
        }
        all
    }
}

/// Splits packets by the values of a field.
fn by_field(packets: Packets, field: Field, values: &Intervals) -> Split {
    debug_assert_eq!(packets.now(field), Now::Original);
    let is_limit =
        field != Field::Port && values.overlaps(&usual_values(field)) && !values.contains_all(&usual_values(field));
    Split::pair(packets.split(field, values), is_limit)
}

/// The values that a field of a packet can have at all. A condition that asks for more isn't a limit.
fn usual_values(field: Field) -> Intervals {
    let all = Intervals::range(0, u128::MAX);
    match field {
        Field::Interface => all.minus(&interfaces("lo")),
        Field::Source | Field::Destination | Field::NextHeader => all,
        Field::Port | Field::SourcePort => Intervals::range(0, u16::MAX.into()),
        Field::Hardware => Intervals::range(0, MAX_HARDWARE),
        Field::WayBack => Intervals::range(0, 1),
        Field::Flags => flags_of_first_packets(),
    }
}

#[cfg(test)]
mod tests;
