//! Port specs, and how people read and write them: `tcp/25 smtp | tcp/465 smtps, esp`.

use core::fmt;

use super::words::{PortRange, Transport};

/// One spec of a flow: a transport with its ports, an IP protocol, or a service whose number the document does not give.
///
/// Specs of one group are alternatives, any of which will do; every group is needed.
///
/// ```
/// use port_catalog::{FlowId, Service, Transport};
///
/// let flow = FlowId::FortimailInEmailClientPop3.flow();
/// let [pop3, pop3s] = [flow.ports().next().unwrap(), flow.ports().nth(1).unwrap()];
/// assert_eq!(pop3.transport(), Some(Transport::Tcp));
/// assert_eq!(pop3.range().unwrap().first(), 110);
/// assert_eq!(pop3s.service(), Some(Service::Pop3s));
/// assert_eq!(pop3.group(), pop3s.group());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PortSpec<S> {
    pub(crate) transport: Option<Transport>,
    pub(crate) range: Option<PortRange>,
    pub(crate) service: Option<S>,
    pub(crate) group: u8,
}

impl<S: Copy> PortSpec<S> {
    /// The transport; `None` where the document names only a service.
    #[inline]
    pub const fn transport(&self) -> Option<Transport> {
        self.transport
    }

    /// The ports; `None` for `esp`, and where the document names only a service.
    #[inline]
    pub const fn range(&self) -> Option<PortRange> {
        self.range
    }

    /// The service spoken, where it is known.
    #[inline]
    pub const fn service(&self) -> Option<S> {
        self.service
    }

    /// The number of the group, from 0: specs of one group are alternatives.
    #[inline]
    pub const fn group(&self) -> u8 {
        self.group
    }

    /// The same spec with its service named otherwise.
    #[doc(hidden)]
    #[inline]
    pub fn map_service<T>(&self, name: impl FnOnce(S) -> T) -> PortSpec<T> {
        PortSpec { transport: self.transport, range: self.range, service: self.service.map(name), group: self.group }
    }

    /// Whether traffic to this port over this transport is this spec's. `Transport::Any` on either side counts for TCP and UDP.
    ///
    /// ```
    /// use port_catalog::{FlowId, Transport};
    ///
    /// let spec = FlowId::ForcepointEmailSecurityOutDlpMessageAnalysis.flow().ports().next().unwrap();
    /// assert!(spec.matches(Transport::Udp, 17515));
    /// ```
    #[inline]
    pub fn matches(&self, transport: Transport, port: u16) -> bool {
        self.transport.is_some_and(|own| own.meets(transport)) && self.range.is_some_and(|range| range.contains(port))
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
#[inline]
pub fn write_expression<S: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    specs: impl Iterator<Item = PortSpec<S>>,
) -> fmt::Result {
    let mut group = None;
    for spec in specs {
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
