//! Trust policies (C2SP tlog-policy): which logs, which witnesses, and how many of them must have cosigned.

use std::{collections::HashMap, fmt};

use crate::{
    checkpoint::Checkpoint,
    error::LedgerError,
    key::{KeyType, VerifierKey},
    note::Note,
};

/// The longest policy, in bytes.
const MAX_POLICY: usize = 256 * 1024;
/// More lines of a sort than this are refused; the specification asks for at least 32.
const MAX_ENTITIES: usize = 128;

/// A trust policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustPolicy {
    logs: Vec<PolicyLog>,
    witnesses: Vec<Witness>,
    /// In the order of definition, so that members stand before their groups.
    groups: Vec<Group>,
    quorum: Option<Member>,
}

/// A log that is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyLog {
    /// Its key, whose name is its origin.
    pub key: VerifierKey,
    /// Where to reach it, when that is said.
    pub url: Option<String>,
}

/// A witness that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// What the policy calls it.
    pub name: String,
    /// Its cosigning key.
    pub key: VerifierKey,
    /// Its submission prefix (C2SP tlog-witness), when that is said.
    pub url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    name: String,
    least: usize,
    members: Vec<Member>,
}

/// A place among the witnesses or the groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Member {
    Witness(usize),
    Group(usize),
}

/// Which witnesses cosigned a checkpoint, and whether they are enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    /// For each witness of the policy, in its order, when it cosigned (POSIX seconds).
    pub times: Vec<Option<u64>>,
    /// Whether the quorum is met; always, if the policy asks for none.
    pub quorum: bool,
}

/// A checkpoint that the policy accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trusted {
    /// What it states.
    pub checkpoint: Checkpoint,
    /// Who cosigned it: name of the witness in the policy, and POSIX seconds.
    pub cosignatures: Vec<(String, u64)>,
}

impl TrustPolicy {
    /// Reads a policy.
    ///
    /// # Errors
    /// [`LedgerError::MalformedPolicy`] with the line, from 1; [`LedgerError::SameWitness`]: who holds two keys is still
    /// one witness, and a log is no witness of its own.
    pub fn parse(text: &str) -> Result<Self, LedgerError> {
        if text.len() > MAX_POLICY {
            return Err(LedgerError::MalformedPolicy { line: 0, problem: "too long" });
        }
        let mut reader = Reader::default();
        for (at, line) in text.split('\n').enumerate() {
            let problem = |problem| LedgerError::MalformedPolicy { line: at + 1, problem };
            if line.bytes().any(|byte| (byte < b' ' && byte != b'\t') || byte == 0x7f) {
                return Err(problem("a control character"));
            }
            let before = reader.policy.logs.len() + reader.policy.witnesses.len();
            reader.line(line).map_err(problem)?;
            let grown = reader.policy.logs.len() + reader.policy.witnesses.len() > before;
            if grown && reader.policy.counts_twice() {
                return Err(LedgerError::SameWitness { line: at + 1 });
            }
        }
        let Reader { policy, quorum_seen, .. } = reader;
        if quorum_seen {
            Ok(policy)
        } else {
            Err(LedgerError::MalformedPolicy { line: 0, problem: "there is no quorum line" })
        }
    }

    /// A policy that accepts one log and asks for no witness.
    #[must_use]
    pub fn of_log(key: VerifierKey) -> Self {
        let logs = vec![PolicyLog { key, url: None }];
        Self { logs, witnesses: Vec::new(), groups: Vec::new(), quorum: None }
    }

    /// The same policy with this log alone.
    #[must_use]
    pub fn with_log(mut self, key: VerifierKey) -> Self {
        self.logs = vec![PolicyLog { key, url: None }];
        self
    }

    /// Whether a witness is the log or another witness, by its key or by its key's name.
    fn counts_twice(&self) -> bool {
        let keys = self.witnesses.iter().map(|witness| &witness.key);
        keys.clone().enumerate().any(|(at, key)| {
            let same =
                |other: &VerifierKey| other.name() == key.name() || other.public_key() == key.public_key();
            keys.clone().take(at).any(same) || self.logs.iter().any(|log| same(&log.key))
        })
    }

    /// The logs.
    #[must_use]
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// The witnesses.
    #[must_use]
    pub fn witnesses(&self) -> &[Witness] {
        &self.witnesses
    }

    /// Whether any witness has to cosign.
    #[must_use]
    pub fn asks_for_witnesses(&self) -> bool {
        self.quorum.is_some()
    }

    /// Which witnesses cosigned the note. A cosignature that claims a witness's key and does not hold counts as none.
    #[must_use]
    pub fn cosigned(&self, note: &Note) -> Cosigned {
        let times = self.witnesses.iter().map(|witness| witness.key.cosigned(note).ok().flatten());
        let times: Vec<_> = times.collect();
        let quorum = self.quorum.is_none_or(|member| self.reached(member, &times));
        Cosigned { times, quorum }
    }

    /// Checks a checkpoint: signed by one of the logs, cosigned by a quorum.
    ///
    /// # Errors
    /// [`LedgerError::NotSigned`] if by none of the logs; [`LedgerError::BadSignature`] if one that claims a key of the
    /// policy does not hold; [`LedgerError::Quorum`]; those of [`Checkpoint::open`].
    pub fn check(&self, note: &str) -> Result<Trusted, LedgerError> {
        let parsed = Note::parse(note)?;
        let checkpoint = Checkpoint::parse(parsed.text())?;
        let log = self.logs.iter().find(|log| log.key.name() == checkpoint.origin);
        let checkpoint = Checkpoint::open(note, &log.ok_or(LedgerError::NotSigned)?.key)?;
        for witness in &self.witnesses {
            witness.key.cosigned(&parsed)?;
        }
        let Cosigned { times, quorum } = self.cosigned(&parsed);
        if !quorum {
            return Err(LedgerError::Quorum);
        }
        let named = self.witnesses.iter().zip(times);
        let cosignatures = named.filter_map(|(witness, time)| Some((witness.name.clone(), time?))).collect();
        Ok(Trusted { checkpoint, cosignatures })
    }

    fn reached(&self, member: Member, times: &[Option<u64>]) -> bool {
        match member {
            Member::Witness(at) => times.get(at).is_some_and(Option::is_some),
            Member::Group(at) => self.groups.get(at).is_some_and(|group| {
                group.members.iter().filter(|member| self.reached(**member, times)).count() >= group.least
            }),
        }
    }

    fn name_of(&self, member: Member) -> &str {
        match member {
            Member::Witness(at) => &self.witnesses[at].name,
            Member::Group(at) => &self.groups[at].name,
        }
    }
}

impl fmt::Display for TrustPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = |url: &Option<String>| url.as_ref().map(|url| format!(" {url}")).unwrap_or_default();
        for log in &self.logs {
            writeln!(f, "log {}{}", log.key, url(&log.url))?;
        }
        for witness in &self.witnesses {
            writeln!(f, "witness {} {}{}", witness.name, witness.key, url(&witness.url))?;
        }
        for group in &self.groups {
            write!(f, "group {} {}", group.name, group.least)?;
            group.members.iter().try_for_each(|member| write!(f, " {}", self.name_of(*member)))?;
            writeln!(f)?;
        }
        writeln!(f, "quorum {}", self.quorum.map_or("none", |member| self.name_of(member)))
    }
}

struct Reader {
    policy: TrustPolicy,
    names: HashMap<String, Member>,
    members: Vec<Member>,
    quorum_seen: bool,
}

impl Default for Reader {
    fn default() -> Self {
        let policy =
            TrustPolicy { logs: Vec::new(), witnesses: Vec::new(), groups: Vec::new(), quorum: None };
        Self { policy, names: HashMap::new(), members: Vec::new(), quorum_seen: false }
    }
}

impl Reader {
    fn line(&mut self, line: &str) -> Result<(), &'static str> {
        let mut words = line.split([' ', '\t']).filter(|word| !word.is_empty());
        let Some(kind) = words.next().filter(|word| !word.starts_with('#')) else { return Ok(()) };
        let rest: Vec<&str> = words.collect();
        match (kind, rest.as_slice()) {
            ("log", [key]) => self.log(key, None),
            ("log", [key, url]) => self.log(key, Some(url)),
            ("witness", [name, key]) => self.witness(name, key, None),
            ("witness", [name, key, url]) => self.witness(name, key, Some(url)),
            ("group", [name, least, members @ ..]) if !members.is_empty() => self.group(name, least, members),
            ("quorum", [name]) => self.quorum(name),
            ("log" | "witness" | "group" | "quorum", _) => Err("the wrong number of words"),
            _ => Err("it begins with none of log, witness, group, quorum"),
        }
    }

    fn log(&mut self, key: &str, url: Option<&&str>) -> Result<(), &'static str> {
        let key = VerifierKey::parse(key).map_err(|_| "the key is malformed")?;
        if key.kind() == KeyType::Ed25519Cosignature {
            return Err("a log's key does not cosign");
        }
        if self.policy.logs.len() == MAX_ENTITIES {
            return Err("too many logs");
        }
        if self.policy.logs.iter().any(|known| known.key.public_key() == key.public_key()) {
            return Err("two logs have the same key");
        }
        self.policy.logs.push(PolicyLog { key, url: url.map(|url| (*url).to_owned()) });
        Ok(())
    }

    fn witness(&mut self, name: &str, key: &str, url: Option<&&str>) -> Result<(), &'static str> {
        let key = VerifierKey::parse(key).map_err(|_| "the key is malformed")?;
        if key.kind() == KeyType::Ed25519 {
            return Err("a witness's key has to be one that cosigns");
        }
        if self.policy.witnesses.len() == MAX_ENTITIES {
            return Err("too many witnesses");
        }
        let member = Member::Witness(self.policy.witnesses.len());
        self.name(name, member)?;
        let url = url.map(|url| (*url).to_owned());
        self.policy.witnesses.push(Witness { name: name.to_owned(), key, url });
        Ok(())
    }

    fn group(&mut self, name: &str, least: &str, members: &[&str]) -> Result<(), &'static str> {
        let mut found = Vec::with_capacity(members.len());
        for member in members {
            let member = *self.names.get(*member).ok_or("a member is not defined above")?;
            if self.members.contains(&member) {
                return Err("a member stands in a group already");
            }
            self.members.push(member);
            found.push(member);
        }
        let least = match least {
            "all" => found.len(),
            "any" => 1,
            digits => {
                let canonical = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
                let number = if canonical { digits.parse().ok() } else { None };
                number.filter(|least| (1..=found.len()).contains(least)).ok_or("the threshold")?
            }
        };
        if self.policy.groups.len() == MAX_ENTITIES {
            return Err("too many groups");
        }
        self.name(name, Member::Group(self.policy.groups.len()))?;
        self.policy.groups.push(Group { name: name.to_owned(), least, members: found });
        Ok(())
    }

    fn quorum(&mut self, name: &str) -> Result<(), &'static str> {
        if std::mem::replace(&mut self.quorum_seen, true) {
            return Err("there is a second quorum line");
        }
        self.policy.quorum = match name {
            "none" => None,
            name => Some(*self.names.get(name).ok_or("the quorum is not defined above")?),
        };
        Ok(())
    }

    fn name(&mut self, name: &str, member: Member) -> Result<(), &'static str> {
        if name == "none" {
            return Err("the name none is taken");
        }
        match self.names.insert(name.to_owned(), member) {
            None => Ok(()),
            Some(_) => Err("the name is taken"),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{Cosigner, NoteSigner};

    fn log() -> NoteSigner {
        NoteSigner::from_seed("example.com/log", &[9; 32]).unwrap()
    }

    fn witness(n: u8) -> Cosigner {
        let name = format!("witness.example/{n}");
        if n == 3 { Cosigner::ml_dsa_44(&name, &[n; 32]) } else { Cosigner::ed25519(&name, &[n; 32]) }
            .unwrap()
    }

    fn policy() -> TrustPolicy {
        let key = |n| witness(n).verifier_key();
        let text = format!(
            "# two of three, and the auditor\nlog {}\nwitness W1 {}\twitness.example\nwitness W2 {}\n  witness W3 {}\n\
             witness auditor {}\ngroup others 2 W1 W2 W3\ngroup both all others auditor\n\nquorum both\n",
            log().verifier_key(),
            key(1),
            key(2),
            key(3),
            key(4),
        );
        TrustPolicy::parse(&text).unwrap()
    }

    fn note(witnesses: &[u8]) -> String {
        let checkpoint = Checkpoint { origin: "example.com/log".to_owned(), size: 7, root: [9; 32] };
        let mut note = Note::parse(&checkpoint.sign(&log())).unwrap();
        for n in witnesses {
            note.add(witness(*n).cosign(note.text(), 1_700_000_000 + u64::from(*n)).unwrap());
        }
        note.to_string()
    }

    #[test]
    fn a_policy_is_written_as_it_was_meant() {
        let policy = policy();
        assert_eq!(TrustPolicy::parse(&policy.to_string()).unwrap(), policy);
        assert_eq!(policy.witnesses()[0].url.as_deref(), Some("witness.example"));
        assert!(
            policy
                .to_string()
                .ends_with("group others 2 W1 W2 W3\ngroup both 2 others auditor\nquorum both\n")
        );
    }

    #[test]
    fn the_quorum_decides() {
        let policy = policy();
        for (witnesses, enough) in [
            (&[1, 2, 4][..], true),
            (&[1, 3, 4], true),
            (&[1, 2, 3, 4], true),
            (&[1, 2, 3], false),
            (&[1, 4], false),
            (&[], false),
        ] {
            let checked = policy.check(&note(witnesses));
            assert_eq!(checked.is_ok(), enough, "{witnesses:?}");
            match checked {
                Ok(trusted) => {
                    assert_eq!(trusted.cosignatures.len(), witnesses.len());
                    assert_eq!(trusted.cosignatures[0], ("W1".to_owned(), 1_700_000_001));
                }
                Err(error) => assert_eq!(error, LedgerError::Quorum),
            }
        }
        let none = TrustPolicy::of_log(log().verifier_key());
        assert!(none.check(&note(&[])).unwrap().cosignatures.is_empty());
    }

    #[test]
    fn a_cosignature_counts_only_for_its_own_text_time_and_key() {
        let policy = policy();
        let good = note(&[1, 2, 4]);
        assert!(policy.check(&good).is_ok());
        let base = good.find("— witness").unwrap();
        for at in base..good.len() {
            let mut bytes = good.clone().into_bytes();
            bytes[at] ^= 1;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            assert!(policy.check(&changed).is_err(), "byte {at}");
        }
        // Moved to another checkpoint of the same log.
        let other = Checkpoint { origin: "example.com/log".to_owned(), size: 8, root: [9; 32] }.sign(&log());
        let mut moved = Note::parse(&other).unwrap();
        for signature in Note::parse(&good).unwrap().signatures() {
            moved.add(signature.clone());
        }
        assert!(policy.check(&moved.to_string()).is_err());
    }

    #[test]
    fn nobody_counts_twice() {
        let key = log().verifier_key();
        let own = Cosigner::ed25519("example.com/log", &[6; 32]).unwrap().verifier_key();
        let cosigner = witness(1).verifier_key();
        let again = Cosigner::ed25519("witness.example/1", &[7; 32]).unwrap().verifier_key();
        let quantum = Cosigner::ml_dsa_44("witness.example/1", &[7; 32]).unwrap().verifier_key();
        // The log's key, under another name, as one that cosigns.
        let hidden = Cosigner::ed25519("witness.example/9", &[9; 32]).unwrap().verifier_key();
        for (text, line) in [
            (format!("witness W {cosigner}\nwitness V {cosigner}\nquorum W\n"), 2),
            (format!("witness W {cosigner}\nwitness V {again}\nquorum W\n"), 2),
            (format!("witness W {cosigner}\nwitness V {quantum}\nquorum W\n"), 2),
            (format!("log {key}\nwitness W {own}\nquorum W\n"), 2),
            (format!("log {key}\n\nwitness W {hidden}\nquorum W\n"), 3),
            (format!("witness W {own}\nlog {key}\nquorum W\n"), 2),
        ] {
            assert_eq!(TrustPolicy::parse(&text), Err(LedgerError::SameWitness { line }), "{text}");
        }
    }

    #[test]
    fn faults_are_told_with_their_line() {
        let key = log().verifier_key();
        let cosigner = witness(1).verifier_key();
        let other = witness(2).verifier_key();
        for (text, line) in [
            (String::new(), 0),
            (format!("log {key}\n"), 0),
            (format!("quorum none\nlog {key}\nlog {key}\n"), 3),
            (format!("log {cosigner}\nquorum none\n"), 1),
            (format!("witness W {key}\nquorum W\n"), 1),
            (format!("witness none {cosigner}\nquorum none\n"), 1),
            (format!("witness W {cosigner}\nwitness W {other}\nquorum W\n"), 2),
            (format!("witness W {cosigner}\ngroup G 2 W\nquorum G\n"), 2),
            (format!("witness W {cosigner}\ngroup G 0 W\nquorum G\n"), 2),
            (format!("witness W {cosigner}\ngroup G 01 W\nquorum G\n"), 2),
            (format!("witness W {cosigner}\ngroup G any W W\nquorum G\n"), 2),
            (format!("witness W {cosigner}\ngroup G any W\ngroup H any W\nquorum G\n"), 3),
            (format!("group G any W\nwitness W {cosigner}\nquorum G\n"), 1),
            (format!("witness W {cosigner}\nquorum W\nquorum none\n"), 3),
            ("quorum W\n".to_owned(), 1),
            ("quorum none extra\n".to_owned(), 1),
            ("weather fine\nquorum none\n".to_owned(), 1),
            ("quorum none\r\n".to_owned(), 1),
        ] {
            let refused = TrustPolicy::parse(&text);
            assert!(
                matches!(refused, Err(LedgerError::MalformedPolicy { line: at, .. }) if at == line),
                "{text}: {refused:?}"
            );
        }
    }
}
