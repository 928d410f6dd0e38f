//! Versions of three numbers, and how a change raises them.

use std::fmt;

use port_import::report::Bump;

/// A version: major, minor and patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(u64, u64, u64);

impl Version {
    pub(super) fn parse(text: &str) -> Option<Version> {
        let mut numbers = text.split('.').map(|number| number.parse().ok());
        let version = Version(numbers.next()??, numbers.next()??, numbers.next()??);
        numbers.next().is_none().then_some(version)
    }

    /// The lowest version that may follow this one after a change. Before 1.0.0, a major change raises the minor number.
    pub(super) fn raised(self, bump: Bump) -> Version {
        let Version(major, minor, patch) = self;
        match (bump, major) {
            (Bump::None, _) => self,
            (Bump::Patch, _) => Version(major, minor, patch + 1),
            (Bump::Minor, _) | (Bump::Major, 0) => Version(major, minor + 1, 0),
            (Bump::Major, _) => Version(major + 1, 0, 0),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}
