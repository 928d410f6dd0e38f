//! The result of a condition: the packets that match, and the others.

use super::packets::Packets;

/// The result of a condition.
#[derive(Debug, Default)]
pub struct Split {
    /// The packets that match.
    pub matched: Vec<Packets>,
    /// The packets that don't.
    pub others: Vec<Packets>,
    /// Whether the condition depends on something other than the port.
    pub is_limit: bool,
    /// Whether it isn't interpreted.
    pub is_opaque: bool,
}

impl Split {
    /// All packets match, or none.
    pub fn all(packets: Packets, is_matched: bool) -> Split {
        let (matched, others) = if is_matched { (vec![packets], Vec::new()) } else { (Vec::new(), vec![packets]) };
        Split { matched, others, ..Split::default() }
    }

    /// The packets may match.
    pub fn opaque(packets: Packets) -> Split {
        let packets = packets.doubted();
        Split { matched: vec![packets.clone()], others: vec![packets], is_limit: false, is_opaque: true }
    }

    /// Some of the packets match.
    pub fn some(packets: Packets) -> Split {
        Split { matched: vec![packets.clone()], others: vec![packets], is_limit: true, is_opaque: false }
    }

    /// The parts of a class.
    pub fn pair((matched, others): (Option<Packets>, Option<Packets>), is_limit: bool) -> Split {
        Split {
            matched: matched.into_iter().collect(),
            others: others.into_iter().collect(),
            is_limit,
            is_opaque: false,
        }
    }

    /// The packets that match the negated condition, and the others.
    pub fn negated(self) -> Split {
        Split { matched: self.others, others: self.matched, ..self }
    }

    /// The packets that match this and then `condition`.
    pub fn and(self, condition: impl Fn(Packets) -> Split) -> Split {
        let mut all = Split { matched: Vec::new(), ..self };
        for packets in self.matched {
            let Split { matched, others, is_limit, is_opaque } = condition(packets);
            all.matched.extend(matched);
            all.others.extend(others);
            all.is_limit |= is_limit;
            all.is_opaque |= is_opaque;
        }
        all
    }

    /// The packets that match this or `condition`.
    pub fn or(self, condition: impl Fn(Packets) -> Split) -> Split {
        self.negated().and(|packets| condition(packets).negated()).negated()
    }
}

/// The packets for which `is_wanted` holds, which are removed from `classes`.
pub fn extract(classes: &mut Vec<Packets>, is_wanted: impl Fn(&Packets) -> bool) -> Vec<Packets> {
    let mut wanted = Vec::new();
    let mut at = 0;
    while at < classes.len() {
        if is_wanted(&classes[at]) {
            wanted.push(classes.swap_remove(at));
        } else {
            at += 1;
        }
    }
    wanted
}
