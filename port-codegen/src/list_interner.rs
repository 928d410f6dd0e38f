//! Stores each distinct list of numbers once.

use std::collections::HashMap;

/// Stores each distinct list once.
pub(crate) struct ListInterner {
    pub(crate) lists: Vec<Vec<usize>>,
    numbers: HashMap<Vec<usize>, usize>,
}

impl ListInterner {
    pub(crate) fn new() -> ListInterner {
        ListInterner { lists: Vec::new(), numbers: HashMap::new() }
    }

    /// The number of a list, which is added if it is new.
    pub(crate) fn number(&mut self, list: &[usize]) -> usize {
        if let Some(number) = self.numbers.get(list) {
            return *number;
        }
        let number = self.lists.len();
        self.lists.push(list.to_vec());
        self.numbers.insert(list.to_vec(), number);
        number
    }
}
