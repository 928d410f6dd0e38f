//! Zeek's `conn.log` as JSON: an object per line.

use std::borrow::Cow;

use serde::Deserialize;

use super::{LineError, Parsed, zeek};

/// The fields that are read. Others are skipped.
#[derive(Deserialize)]
struct Connection<'a> {
    #[serde(borrow, rename = "id.orig_h")]
    orig_h: Option<Cow<'a, str>>,
    #[serde(rename = "id.orig_p")]
    orig_p: Option<u16>,
    #[serde(borrow, rename = "id.resp_h")]
    resp_h: Option<Cow<'a, str>>,
    #[serde(rename = "id.resp_p")]
    resp_p: Option<u16>,
    #[serde(borrow)]
    proto: Option<Cow<'a, str>>,
    #[serde(borrow)]
    conn_state: Option<Cow<'a, str>>,
    #[serde(borrow)]
    history: Option<Cow<'a, str>>,
    ip_proto: Option<u8>,
    /// Which log it is, if several are written to one file.
    #[serde(borrow, rename = "_path")]
    path: Option<Cow<'a, str>>,
}

/// Parses a line.
pub(super) fn parse(line: &[u8]) -> Result<Parsed, LineError> {
    if line.trim_ascii().is_empty() {
        return Ok(Parsed::Header);
    }
    let connection: Connection = serde_json::from_slice(line).map_err(|error| {
        let message = error.to_string();
        // The message ends with a place, which is that of the line.
        let message = message.split(" at line").next().unwrap_or_default();
        LineError::new(error.column().saturating_sub(1), format!("not a JSON object of Zeek's ({message})"))
    })?;
    if connection.path.is_some_and(|path| path != "conn") {
        return Ok(Parsed::OtherLog);
    }
    let missing = |name: &str| LineError::new(0, format!("the connection has no {name}"));
    let text = |value: &'_ Option<Cow<'_, str>>| value.as_ref().map(|text| text.as_bytes().to_vec());
    let orig_h = text(&connection.orig_h).ok_or_else(|| missing("id.orig_h"))?;
    let resp_h = text(&connection.resp_h).ok_or_else(|| missing("id.resp_h"))?;
    let proto = text(&connection.proto).ok_or_else(|| missing("proto"))?;
    let orig_p = connection.orig_p.ok_or_else(|| missing("id.orig_p"))?.to_string();
    let resp_p = connection.resp_p.ok_or_else(|| missing("id.resp_p"))?.to_string();
    let ip_proto = connection.ip_proto.map(|number| number.to_string()).unwrap_or_default();
    let conn_state = text(&connection.conn_state).unwrap_or_default();
    let history = text(&connection.history).unwrap_or_default();
    let values: [&[u8]; 8] =
        [&orig_h, orig_p.as_bytes(), &resp_h, resp_p.as_bytes(), &proto, &conn_state, &history, ip_proto.as_bytes()];
    zeek::record(values, |_| 0).map(Parsed::Record)
}
