//! A chain from the signer's certificate to an anchor (RFC 5280, section 6.1).

use super::certificate::Certificate;
use super::error::TimeStampError;

/// Certificates in a chain, both ends counted.
const MAX_CHAIN: usize = 8;
/// Issuers that are tried before the search is given up.
const MAX_TRIES: usize = 100;

/// The first chain that holds at the time, from the signer to an anchor. Anchors may be roots,
/// authorities below a root, or the signer's certificate itself.
///
/// If there is none, the error is that of the first issuer by name that was refused; only if there
/// was no issuer at all, that it is missing.
pub(super) fn find<'c, 'a>(
    signer: &'c Certificate<'a>,
    given: &'c [Certificate<'a>],
    anchors: &'c [Certificate<'a>],
    time_ms: u64,
) -> Result<Vec<&'c Certificate<'a>>, TimeStampError> {
    signer.check_at(time_ms)?;
    let mut search = Search { given, anchors, time_ms, tries: 0, refused: None, ended: None };
    let mut chain = vec![signer];
    if search.extend(&mut chain)? {
        return Ok(chain);
    }
    Err(search.refused.or(search.ended).unwrap_or(TimeStampError::MissingIssuer))
}

struct Search<'c, 'a> {
    given: &'c [Certificate<'a>],
    anchors: &'c [Certificate<'a>],
    time_ms: u64,
    tries: usize,
    /// Why the first issuer was refused.
    refused: Option<TimeStampError>,
    /// Why the first chain ended early.
    ended: Option<TimeStampError>,
}

impl<'c, 'a> Search<'c, 'a> {
    /// Goes on from the last certificate of the chain; `true` if an anchor was reached.
    fn extend(&mut self, chain: &mut Vec<&'c Certificate<'a>>) -> Result<bool, TimeStampError> {
        let Some(&last) = chain.last() else { return Ok(false) };
        if self.anchors.iter().any(|anchor| anchor.der == last.der) {
            return Ok(true);
        }
        let mut found = false;
        // Anchors first: the shortest chain, and the one that other people's certificates cannot hide.
        for issuer in self.anchors.iter().chain(self.given) {
            let known = chain.iter().any(|member| member.der == issuer.der);
            if issuer.subject != last.issuer || known || chain.len() == MAX_CHAIN {
                continue;
            }
            found = true;
            self.tries += 1;
            if self.tries > MAX_TRIES {
                return Err(TimeStampError::TooManyPaths);
            }
            match self.check(chain, issuer) {
                Err(why) => {
                    self.refused.get_or_insert(why);
                }
                Ok(()) => {
                    chain.push(issuer);
                    if self.extend(chain)? {
                        return Ok(true);
                    }
                    chain.pop();
                }
            }
        }
        if !found {
            let root = last.is_self_issued();
            let why = if root { TimeStampError::UntrustedRoot } else { TimeStampError::MissingIssuer };
            self.ended.get_or_insert(why);
        }
        Ok(false)
    }

    /// Checks one link: that this certificate issued the last one of the chain, and was allowed to.
    fn check(&self, chain: &[&Certificate<'_>], issuer: &Certificate<'_>) -> Result<(), TimeStampError> {
        let below = chain.iter().skip(1).filter(|member| !member.is_self_issued()).count();
        issuer.check_issuer(below)?;
        issuer.check_at(self.time_ms)?;
        match chain.last() {
            Some(last) => last.check_issued_by(issuer),
            None => Ok(()),
        }
    }
}
