//! Port specs, and their notation: `tcp/25 smtp | tcp/465 smtps, esp`.

use core::borrow::Borrow;
use core::fmt;

use crate::port_range::PortRange;
use crate::vocabulary::Transport;

/// One spec of a flow: a transport with its ports, an IP protocol, or a service whose port the document doesn't state.
///
/// Specs of one group are alternatives: one of them is enough. Every group is needed.
///
/// ```
/// use port_catalog::{Service, Transport, flows};
///
/// let flow = flows::FortiMail::InEmailClientPop3.flow();
/// let [pop3, pop3s] = [flow.ports().next().unwrap(), flow.ports().nth(1).unwrap()];
/// assert_eq!(pop3.transport(), Some(Transport::Tcp));
/// assert_eq!(pop3.range().unwrap().first(), 110);
/// assert_eq!(pop3s.service(), Some(Service::Pop3s));
/// assert_eq!(pop3.group(), pop3s.group());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PortSpec<S> {
    transport: Option<Transport>,
    range: Option<PortRange>,
    service: Option<S>,
    group: u8,
}

impl<S> PortSpec<S> {
    /// A spec from its parts. The group numbers of a flow's specs count from 0 and never decrease.
    #[doc(hidden)]
    #[inline]
    pub const fn from_parts(
        transport: Option<Transport>,
        range: Option<PortRange>,
        service: Option<S>,
        group: u8,
    ) -> PortSpec<S> {
        PortSpec { transport, range, service, group }
    }

    /// The transport; `None` if the document names only a service.
    #[inline]
    pub const fn transport(&self) -> Option<Transport> {
        self.transport
    }

    /// The ports; `None` for `esp`, and if the document names only a service.
    #[inline]
    pub const fn range(&self) -> Option<PortRange> {
        self.range
    }

    /// The number of the group, from 0: specs of one group are alternatives.
    #[inline]
    pub const fn group(&self) -> u8 {
        self.group
    }

    /// The same spec with another type of service.
    #[doc(hidden)]
    #[inline]
    pub fn map_service<T>(self, map: impl FnOnce(S) -> T) -> PortSpec<T> {
        PortSpec { transport: self.transport, range: self.range, service: self.service.map(map), group: self.group }
    }

    /// The service, by reference.
    #[doc(hidden)]
    #[inline]
    pub const fn service_ref(&self) -> Option<&S> {
        self.service.as_ref()
    }

    /// Whether the spec includes a port of a transport. `Transport::Any` on either side counts for TCP and UDP.
    ///
    /// ```
    /// use port_catalog::{Transport, flows};
    ///
    /// let spec = flows::ForcepointEmailSecurity::OutDlpMessageAnalysis.flow().ports().next().unwrap();
    /// assert!(spec.matches(Transport::Udp, 17515));
    /// ```
    #[inline]
    pub fn matches(&self, transport: Transport, port: u16) -> bool {
        self.transport.is_some_and(|own| own.overlaps(transport))
            && self.range.is_some_and(|range| range.contains(port))
    }
}

impl<S: Copy> PortSpec<S> {
    /// The service on the port, if it is known.
    #[inline]
    pub const fn service(&self) -> Option<S> {
        self.service
    }
}

impl<S: fmt::Display> fmt::Display for PortSpec<S> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut gap = "";
        if let Some(transport) = self.transport {
            write!(f, "{transport}")?;
            gap = " ";
        }
        if let Some(range) = self.range {
            write!(f, "/{range}")?;
        }
        match &self.service {
            Some(service) => write!(f, "{gap}{service}"),
            None => Ok(()),
        }
    }
}

/// Writes specs as a port expression: `, ` between groups, ` | ` between the alternatives of a group.
#[doc(hidden)]
#[inline]
pub fn write_expression<S: fmt::Display, P: Borrow<PortSpec<S>>>(
    f: &mut fmt::Formatter<'_>,
    specs: impl Iterator<Item = P>,
) -> fmt::Result {
    let mut group = None;
    for spec in specs {
        let spec = spec.borrow();
        match group {
            None => {}
            Some(group) if group == spec.group => f.write_str(" | ")?,
            Some(_) => f.write_str(", ")?,
        }
        group = Some(spec.group);
        write!(f, "{spec}")?;
    }
    Ok(())
}
