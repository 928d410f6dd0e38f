//! Port specs, and their notation: `tcp/25 smtp | tcp/465 smtps, esp, icmp/8`.

use core::borrow::Borrow;
use core::fmt;

use crate::padded::padded;
use crate::port_range::PortRange;
use crate::vocabulary::{Groups, Transport};

/// One spec of a flow: a transport with its ports, an IP protocol, or a service whose port the document doesn't state.
///
/// Specs of one group are alternatives: one of them is enough. [`Groups`] says whether every group is needed.
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
    /// The type of ICMP, or the number of an IP protocol that has no name here.
    number: Option<u8>,
}

impl<S> PortSpec<S> {
    /// A spec from its parts. The number is the type of ICMP, or that of an IP protocol without a name. The group numbers of a flow's specs count from 0 and never decrease.
    #[doc(hidden)]
    #[inline]
    pub const fn from_parts(
        transport: Option<Transport>,
        range: Option<PortRange>,
        service: Option<S>,
        group: u8,
        number: Option<u8>,
    ) -> PortSpec<S> {
        PortSpec { transport, range, service, group, number }
    }

    /// The type of ICMP, or the number of an IP protocol without a name.
    #[doc(hidden)]
    #[inline]
    pub const fn number(&self) -> Option<u8> {
        self.number
    }

    /// The transport; `None` if the document names only a service.
    ///
    /// ```
    /// use port_catalog::{Transport, flows};
    ///
    /// let spec = flows::FortiMail::InEmailClientPop3.flow().ports().get(0).unwrap();
    /// assert_eq!(spec.transport(), Some(Transport::Tcp));
    /// ```
    #[inline]
    pub const fn transport(&self) -> Option<Transport> {
        self.transport
    }

    /// The ports; `None` for a protocol without ports, and if the document names only a service.
    ///
    /// ```
    /// use port_catalog::{PortRange, flows};
    ///
    /// let spec = flows::FortiMail::InEmailClientPop3.flow().ports().get(0).unwrap();
    /// assert_eq!(spec.range(), PortRange::new(110, 110));
    /// ```
    #[inline]
    pub const fn range(&self) -> Option<PortRange> {
        self.range
    }

    /// The number of the protocol in the IP header; `None` for a service without a transport, and for `any`.
    ///
    /// ```
    /// use port_catalog::{flows};
    ///
    /// let spec = flows::FortiMail::InEmailClientPop3.flow().ports().get(0).unwrap();
    /// assert_eq!(spec.ip_protocol(), Some(6));
    /// ```
    #[inline]
    pub const fn ip_protocol(&self) -> Option<u8> {
        match self.transport {
            Some(Transport::Ip) => self.number,
            Some(transport) => transport.ip_protocol(),
            None => None,
        }
    }

    /// The type of ICMP, 0 to 255; `None` if the document doesn't state one, and for other protocols.
    ///
    /// ```
    /// use port_catalog::flows;
    ///
    /// let specs = flows::Rke2::InNodeCiliumHealthIcmp.flow().ports();
    /// assert!(specs.filter_map(|spec| spec.icmp_type()).eq([0, 8]));
    /// ```
    #[inline]
    pub const fn icmp_type(&self) -> Option<u8> {
        match self.transport {
            Some(Transport::Icmp | Transport::Icmpv6) => self.number,
            _ => None,
        }
    }

    /// The number of the group, from 0: specs of one group are alternatives.
    ///
    /// ```
    /// use port_catalog::{flows};
    ///
    /// let spec = flows::FortiMail::InEmailClientPop3.flow().ports().get(0).unwrap();
    /// // The other alternative, 995, is in the same group.
    /// assert_eq!(spec.group(), 0);
    /// ```
    #[inline]
    pub const fn group(&self) -> u8 {
        self.group
    }

    /// The same spec with another type of service.
    #[doc(hidden)]
    #[inline]
    pub fn map_service<T>(self, map: impl FnOnce(S) -> T) -> PortSpec<T> {
        let PortSpec { transport, range, service, group, number } = self;
        PortSpec { transport, range, service: service.map(map), group, number }
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
    pub const fn matches(&self, transport: Transport, port: u16) -> bool {
        match (self.transport, self.range) {
            (Some(own), Some(range)) => own.overlaps(transport) && range.contains(port),
            _ => false,
        }
    }
}

impl<S: Copy> PortSpec<S> {
    /// The service on the port, if it is known.
    ///
    /// ```
    /// use port_catalog::{Service, flows};
    ///
    /// let spec = flows::FortiMail::InEmailClientPop3.flow().ports().get(0).unwrap();
    /// assert_eq!(spec.service(), Some(Service::Pop3));
    /// ```
    #[inline]
    pub const fn service(&self) -> Option<S> {
        self.service
    }
}

/// As a port expression has it: `tcp/25 smtp`, `udp/1024-65535`, `icmp/8`, `esp`.
impl<S: fmt::Display> fmt::Display for PortSpec<S> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        padded(f, format_args!("{}", Unpadded(self)))
    }
}

/// A spec that ignores the width of a format string.
struct Unpadded<'a, S>(&'a PortSpec<S>);

impl<S: fmt::Display> fmt::Display for Unpadded<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Unpadded(spec) = self;
        let mut gap = "";
        if let Some(transport) = spec.transport {
            write!(f, "{transport}")?;
            gap = " ";
        }
        if let Some(range) = spec.range {
            write!(f, "/{range}")?;
        }
        if let Some(number) = spec.number {
            write!(f, "/{number}")?;
        }
        match &spec.service {
            Some(service) => write!(f, "{gap}{service}"),
            None => Ok(()),
        }
    }
}

/// Writes specs as a port expression: between groups `, ` if all are needed, and `; ` if that isn't stated; ` | ` between the
/// alternatives of a group.
#[doc(hidden)]
#[inline]
pub fn write_expression<S: fmt::Display, P: Borrow<PortSpec<S>>>(
    f: &mut fmt::Formatter<'_>,
    groups: Groups,
    specs: impl Iterator<Item = P>,
) -> fmt::Result {
    let mut group = None;
    for spec in specs {
        let spec = spec.borrow();
        match group {
            None => {}
            Some(group) if group == spec.group => f.write_str(" | ")?,
            Some(_) => f.write_str(match groups {
                Groups::All => ", ",
                Groups::Unstated => "; ",
            })?,
        }
        group = Some(spec.group);
        write!(f, "{}", Unpadded(spec))?;
    }
    Ok(())
}
