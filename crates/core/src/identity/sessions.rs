//! Sessions in memory, in front of the table: a request costs no query.

use std::{collections::HashMap, sync::Arc};

use parking_lot::RwLock;
use zeroize::Zeroizing;

use super::{
    actor::{Actor, Via, Who},
    one_act::Tickets,
    token,
};
use crate::{
    policy::ActorFacts,
    store::{Store, StoreError, sessions, staff, staff::StaffRow},
};

/// A session of a browser ends after so long without a request.
pub(super) const IDLE_MS: u64 = 30 * 60 * 1000;
/// A session ends after so long, whatever happens.
pub(super) const LONGEST_MS: u64 = 12 * 3600 * 1000;

/// What a sign-in gives.
pub struct SignedIn {
    /// The session's token: for a cookie or a bearer header. It is not stored and cannot be had again.
    pub token: Zeroizing<String>,
    /// Marks this browser as one that signed in before.
    pub device: Zeroizing<String>,
    /// Who signed in.
    pub actor: Actor,
    /// When the session ends at the latest, Unix milliseconds.
    pub expires_ms: u64,
}

/// A session as its owner sees it.
#[derive(Clone, Debug)]
pub struct SessionInfo {
    /// Whether it is the one that asks.
    pub current: bool,
    /// Whether it is a program's.
    pub program: bool,
    /// When it began, Unix milliseconds.
    pub created_ms: u64,
    /// When it ends at the latest, Unix milliseconds.
    pub expires_ms: u64,
    /// From where it was begun.
    pub address: String,
    /// What the browser called itself.
    pub agent: String,
}

struct Live {
    who: Arc<Who>,
    program: bool,
    expires_ms: u64,
    seen_ms: std::sync::atomic::AtomicU64,
}

/// The sessions that were used since the start, and the tickets of those who signed in for one act. What ends the first ends
/// the second.
#[derive(Default)]
pub(crate) struct Sessions {
    live: RwLock<HashMap<[u8; 32], Arc<Live>>>,
    pub(super) tickets: Tickets,
}

impl Sessions {
    /// The actor of a token; `None` when no session stands behind it.
    pub(crate) fn actor(
        &self,
        store: &Store,
        token: &str,
        via: Via,
        now_ms: u64,
    ) -> Result<Option<Actor>, StoreError> {
        use std::sync::atomic::Ordering;
        let hash = token::hash(token);
        let known = self.live.read().get(&hash).cloned();
        let live = match known {
            Some(live) => live,
            None => match load(store, hash, now_ms)? {
                Some(live) => Arc::clone(self.live.write().entry(hash).or_insert_with(|| Arc::new(live))),
                None => return Ok(None),
            },
        };
        let idle = now_ms.saturating_sub(live.seen_ms.load(Ordering::Relaxed));
        let right_way = live.program == (via != Via::Console);
        if now_ms >= live.expires_ms || (!live.program && idle > IDLE_MS) || !right_way {
            return Ok(None);
        }
        live.seen_ms.store(now_ms, Ordering::Relaxed);
        Ok(Some(Actor { who: Arc::clone(&live.who), via }))
    }

    /// Forgets a session that was ended.
    pub(super) fn forget(&self, hash: &[u8; 32]) {
        self.live.write().remove(hash);
    }

    /// Forgets what is in memory of a person, so that the next request reads the tables again.
    pub(crate) fn forget_staff(&self, id: i64) {
        self.live.write().retain(|_, live| live.who.id != id);
        self.tickets.forget_staff(id);
    }

    /// The actor of a session that was just begun.
    pub(super) fn begin(
        &self,
        staff: &StaffRow,
        hash: [u8; 32],
        via: Via,
        now_ms: u64,
        expires_ms: u64,
    ) -> Actor {
        let who = Arc::new(who(staff, hash));
        let live =
            Live { who: Arc::clone(&who), program: via != Via::Console, expires_ms, seen_ms: now_ms.into() };
        let mut known = self.live.write();
        known.retain(|_, live| live.expires_ms > now_ms);
        known.insert(hash, Arc::new(live));
        Actor { who, via }
    }
}

fn load(store: &Store, hash: [u8; 32], now_ms: u64) -> Result<Option<Live>, StoreError> {
    store.read(|conn| {
        let Some(session) = sessions::by_token(conn, &hash)? else { return Ok(None) };
        let Some(staff) = staff::sealed_by_id(conn, store.keys(), session.staff_id)?.filter(StaffRow::acts)
        else {
            return Ok(None);
        };
        Ok(Some(Live {
            who: Arc::new(who(&staff, hash)),
            program: session.program,
            expires_ms: session.expires_ms,
            seen_ms: now_ms.into(),
        }))
    })
}

pub(super) fn who(staff: &StaffRow, token_hash: [u8; 32]) -> Who {
    Who {
        id: staff.id,
        name: staff.name.clone(),
        facts: ActorFacts {
            staff_no: staff.no.clone(),
            role: staff.role,
            department: staff.department.clone(),
            region: staff.region.clone(),
        },
        token_hash,
    }
}
