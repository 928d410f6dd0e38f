//! Joins classes of packets, and subtracts them from each other.

use std::collections::HashMap;
use std::rc::Rc;

use super::packets::{FIELDS, Packets};

/// Joins classes whose union is a class too: those that differ in one field only.
pub fn join(classes: &mut Vec<Packets>) {
    let mut count = classes.len() + 1;
    while classes.len() < count && classes.len() > 1 {
        count = classes.len();
        for field in 0..FIELDS {
            join_along(classes, field);
        }
        remove_contained(classes);
    }
}

/// Removes classes in doubt that are within another one: such packets can be in several classes at once.
fn remove_contained(classes: &mut Vec<Packets>) {
    /// With more classes than this, comparing each with each takes too long.
    const MAX_COMPARED: usize = 200;
    if classes.len() > MAX_COMPARED || !classes.iter().any(|class| class.in_doubt) {
        return;
    }
    let mut kept: Vec<Packets> = Vec::with_capacity(classes.len());
    for class in classes.drain(..) {
        if kept.iter().any(|own| own.has_all_of_doubted(&class)) {
            continue;
        }
        kept.retain(|own| !class.has_all_of_doubted(own));
        kept.push(class);
    }
    *classes = kept;
}

/// Joins classes that differ in a field only.
fn join_along(classes: &mut Vec<Packets>, field: usize) {
    if classes.len() < 2 {
        return;
    }
    let mut groups: Vec<Vec<Packets>> = Vec::with_capacity(classes.len());
    let mut positions: HashMap<u64, Vec<usize>> = HashMap::with_capacity(classes.len());
    for class in classes.drain(..) {
        let known = positions.entry(class.hash_without(field)).or_default();
        match known.iter().find(|position| groups[**position][0].is_like(&class, field)) {
            Some(position) => groups[*position].push(class),
            None => {
                known.push(groups.len());
                groups.push(vec![class]);
            }
        }
    }
    classes.extend(groups.into_iter().filter_map(|mut group| {
        if group.len() > 1 {
            let values = group.iter().flat_map(|class| class.fields[field].ranges()).collect();
            group[0].fields[field] = Rc::new(values);
        }
        group.into_iter().next()
    }));
}

/// The packets of a class that are in none of the classes `dropped`.
pub fn surely_accepted(accepted: &Packets, dropped: &[Packets]) -> Vec<Packets> {
    /// With more boxes than this, the rest counts as not sure.
    const MAX_BOXES: usize = 256;
    let mut boxes = vec![accepted.clone()];
    for other in dropped {
        for own in std::mem::take(&mut boxes) {
            match own.without_box(other) {
                Some(rest) if boxes.len() < MAX_BOXES => boxes.extend(rest),
                Some(_) => {}
                None => boxes.push(own),
            }
        }
    }
    boxes
}
