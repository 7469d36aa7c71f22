//! A plain HTTP client for what is set up before a measurement, and the requests that the load is made of.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context, bail};
use serde_json::Value;

/// A connection.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
    header: String,
}

impl Client {
    /// Connects. `header` goes with every request: empty, or with its line end.
    pub(crate) fn connect(address: SocketAddr, header: String) -> anyhow::Result<Client> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Client { stream: BufReader::new(stream), header })
    }

    /// Asks, and gives status and body.
    pub(crate) fn ask(
        &mut self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<(u16, String)> {
        let body = body.map(Value::to_string).unwrap_or_default();
        self.stream.get_mut().write_all(&request(method, path, &self.header, &body))?;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status =
            line.get(9..12).and_then(|code| code.parse().ok()).context("an answer without a status")?;
        let (mut length, mut chunked) = (0, false);
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let Some((name, value)) = line.trim().split_once(':') else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse()?,
                "transfer-encoding" => chunked = true,
                _ => {}
            }
        }
        if chunked {
            bail!("a chunked answer was not expected");
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok((status, String::from_utf8(body)?))
    }

    /// Posts, and gives the answer's JSON. Anything but success is an error.
    pub(crate) fn post(&mut self, path: &str, body: &Value) -> anyhow::Result<Value> {
        match self.ask("POST", path, Some(body))? {
            (200..300, text) => Ok(serde_json::from_str(&text).unwrap_or_default()),
            (status, text) => bail!("{path} was answered {status}: {text}"),
        }
    }
}

/// A request as it goes over the wire.
pub(crate) fn request(method: &str, path: &str, header: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\n{header}content-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}
