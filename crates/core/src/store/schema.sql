-- One file, read top-down: who works here, what is sealed, what they work on, what was recorded.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE setting (
    key        TEXT PRIMARY KEY,
    value      TEXT NOT NULL,
    seal       BLOB NOT NULL       -- keyed, likewise
) WITHOUT ROWID;

CREATE TABLE policy_version (
    version    INTEGER PRIMARY KEY,
    text       TEXT NOT NULL,
    author     TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    seal       BLOB NOT NULL       -- keyed: a text that somebody else put here is not read as a policy
);

-- The ownership rules that everybody reads: who may collect, store and use what.
CREATE TABLE ownership_rules (
    version    INTEGER PRIMARY KEY,
    zh         TEXT NOT NULL,
    en         TEXT NOT NULL,
    author     TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    seal       BLOB NOT NULL       -- keyed, likewise
);

-- Who has acknowledged which version.
CREATE TABLE ownership_ack (
    staff_id INTEGER NOT NULL,
    version  INTEGER NOT NULL,
    time_ms  INTEGER NOT NULL,
    seal     BLOB NOT NULL,        -- keyed: nobody is made to have acknowledged
    PRIMARY KEY (staff_id, version)
) WITHOUT ROWID;

-- ---------- who works here
CREATE TABLE staff (
    id         INTEGER PRIMARY KEY,
    no         TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    department TEXT NOT NULL,
    title      TEXT NOT NULL,
    role       INTEGER NOT NULL,
    region     TEXT NOT NULL,
    manager    TEXT,
    joined     TEXT NOT NULL,
    email      TEXT NOT NULL,
    active     INTEGER NOT NULL DEFAULT 1,
    password   TEXT,              -- Argon2id, PHC string
    totp       BLOB,              -- sealed seed
    totp_step  INTEGER NOT NULL DEFAULT 0, -- the last step used: a code works once
    activation BLOB,              -- SHA-256 of the one-time code
    activation_until_ms INTEGER,
    frozen_ms  INTEGER,           -- since when they are frozen: they have no session and cannot sign in
    seal       BLOB NOT NULL DEFAULT x'' -- keyed, over what decides who somebody is and how they sign in
);

-- Who froze somebody and why, and who let them go. One stands at a time.
CREATE TABLE freeze (
    id          INTEGER PRIMARY KEY,
    staff_id    INTEGER NOT NULL REFERENCES staff(id),
    by_id       INTEGER NOT NULL REFERENCES staff(id),
    reason      BLOB NOT NULL,    -- sealed
    frozen_ms   INTEGER NOT NULL,
    released_ms INTEGER,
    seal        BLOB NOT NULL     -- keyed, over what does not change
);
CREATE UNIQUE INDEX freeze_standing ON freeze (staff_id) WHERE released_ms IS NULL;

CREATE TABLE recovery_code (
    staff_id INTEGER NOT NULL REFERENCES staff(id),
    hash     BLOB NOT NULL,
    PRIMARY KEY (staff_id, hash)
) WITHOUT ROWID;

CREATE TABLE session (
    token_hash BLOB PRIMARY KEY,  -- SHA-256; the token itself is nowhere
    staff_id   INTEGER NOT NULL REFERENCES staff(id),
    program    INTEGER NOT NULL,  -- 0 browser, 1 program
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    address    TEXT NOT NULL,
    agent      TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX session_by_staff ON session (staff_id);

-- ---------- what is sealed
-- Customers fall in few groups; the policy is asked once a group, not once a customer.
CREATE TABLE customer_group (
    id         INTEGER PRIMARY KEY,
    department TEXT NOT NULL,
    region     TEXT NOT NULL,
    tier       INTEGER NOT NULL,
    kind       INTEGER NOT NULL,
    UNIQUE (department, region, tier, kind)
);

-- The last number that was given out for the rows of a table: none is given out twice, whatever was erased.
CREATE TABLE sequence (
    name TEXT PRIMARY KEY,
    last INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE customer (
    id           INTEGER PRIMARY KEY,
    no           TEXT NOT NULL UNIQUE,
    group_id     INTEGER NOT NULL REFERENCES customer_group(id),
    owner_id     INTEGER REFERENCES staff(id),
    contact_id   INTEGER REFERENCES staff(id), -- the named contact person of a high-tier customer
    since        TEXT NOT NULL,
    declared_fen INTEGER NOT NULL,  -- last twelve months as the import says; stands until there are orders
    spend_fen    INTEGER NOT NULL,  -- last twelve months
    review_due   TEXT,              -- next access review, high tier only
    reviewed_ms  INTEGER,           -- when the last one was confirmed
    lapsed       TEXT,              -- the day of the review that nobody did and by which access lapsed
    version      INTEGER NOT NULL,
    created_ms   INTEGER NOT NULL,
    updated_ms   INTEGER NOT NULL,
    followed_ms  INTEGER NOT NULL,  -- last follow-up; a new owner begins anew
    pooled_ms    INTEGER,           -- since when it is in the public pool, without an owner
    fields       INTEGER NOT NULL,  -- bit set of the fields that have a value
    prints       BLOB NOT NULL,     -- keyed fingerprints of the values, to tell a change without opening
    masks        BLOB NOT NULL,     -- sealed under the mask key
    record       BLOB NOT NULL      -- envelopes, one a field
);
-- What a list of one's own customers is filtered and sorted by: it reads these, in the order of the numbers, and of the
-- table only the page that it shows.
CREATE INDEX customer_by_owner ON customer (owner_id, no, group_id, spend_fen, since);
CREATE INDEX customer_by_contact ON customer (contact_id, no, owner_id, group_id, spend_fen, since)
    WHERE contact_id IS NOT NULL;
CREATE INDEX customer_by_group ON customer (group_id, id);
CREATE INDEX customer_by_follow_up ON customer (owner_id, followed_ms) WHERE owner_id IS NOT NULL;
CREATE INDEX customer_in_pool ON customer (group_id, id) WHERE pooled_ms IS NOT NULL;
CREATE INDEX customer_by_spend ON customer (spend_fen, id);
CREATE INDEX customer_by_since ON customer (since, id);
CREATE INDEX customer_by_review ON customer (review_due) WHERE review_due IS NOT NULL;

-- How many customers of a group somebody cares for, 0 for nobody: lists count here, and need not read each customer. What
-- puts customers in counts them, many at once (a trigger of each would halve the speed of an import); triggers do the rest.
CREATE TABLE customer_tally (
    owner_id   INTEGER NOT NULL,
    contact_id INTEGER NOT NULL,
    group_id   INTEGER NOT NULL,
    n          INTEGER NOT NULL,
    PRIMARY KEY (owner_id, contact_id, group_id)
) WITHOUT ROWID;
CREATE TRIGGER tally_moved AFTER UPDATE OF owner_id, contact_id, group_id ON customer
WHEN OLD.owner_id IS NOT NEW.owner_id OR OLD.contact_id IS NOT NEW.contact_id OR OLD.group_id IS NOT NEW.group_id BEGIN
    UPDATE customer_tally SET n = n - 1 WHERE owner_id = coalesce(OLD.owner_id, 0)
        AND contact_id = coalesce(OLD.contact_id, 0) AND group_id = OLD.group_id;
    INSERT INTO customer_tally (owner_id, contact_id, group_id, n)
    VALUES (coalesce(NEW.owner_id, 0), coalesce(NEW.contact_id, 0), NEW.group_id, 1)
    ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER tally_gone AFTER DELETE ON customer BEGIN
    UPDATE customer_tally SET n = n - 1 WHERE owner_id = coalesce(OLD.owner_id, 0)
        AND contact_id = coalesce(OLD.contact_id, 0) AND group_id = OLD.group_id;
END;

-- Apart from the records, so that keys can be backed up and destroyed on their own.
CREATE TABLE data_key (
    customer_id INTEGER PRIMARY KEY,
    wrapped     BLOB NOT NULL
);

CREATE TABLE blind_index (
    field       INTEGER NOT NULL,
    hash        BLOB NOT NULL,
    customer_id INTEGER NOT NULL,
    PRIMARY KEY (field, hash, customer_id)
) WITHOUT ROWID;

-- Somebody entered a customer that is with the company already and that they may not see. They are told so, and this row's
-- number, by which they can ask for the customer.
CREATE TABLE duplicate_hit (
    id          INTEGER PRIMARY KEY,
    staff_id    INTEGER NOT NULL,
    customer_id INTEGER NOT NULL,
    time_ms     INTEGER NOT NULL,
    approval_id INTEGER,          -- what was asked for because of it
    seal        BLOB NOT NULL     -- keyed, over whose hit it is, and which customer
);
CREATE INDEX duplicate_hit_by_staff ON duplicate_hit (staff_id, time_ms);
CREATE INDEX duplicate_hit_by_customer ON duplicate_hit (customer_id);

-- Who claimed whom from the pool: so many a day.
CREATE TABLE pool_claim (
    id          INTEGER PRIMARY KEY,
    staff_id    INTEGER NOT NULL,
    customer_id INTEGER NOT NULL,
    time_ms     INTEGER NOT NULL
);
CREATE INDEX pool_claim_by_staff ON pool_claim (staff_id, time_ms);

-- Many customers changed at once: looked over first, done, and undone for a while.
CREATE TABLE bulk (
    id         INTEGER PRIMARY KEY,
    staff_id   INTEGER NOT NULL,
    kind       INTEGER NOT NULL,   -- 0 another owner, 1 into the public pool, 2 shared, 3 claimed from the pool
    to_id      INTEGER,            -- who gets them, or sees them
    department TEXT,               -- or a department that sees them
    classes    INTEGER NOT NULL,   -- of a share, likewise the next two
    to_day     TEXT NOT NULL,
    reason     BLOB NOT NULL,      -- sealed
    missing    INTEGER NOT NULL,   -- numbers that are no customer's
    state      INTEGER NOT NULL,   -- 0 looked over, 1 done, 2 undone
    made_ms    INTEGER NOT NULL,
    until_ms   INTEGER NOT NULL,   -- until when it can be done, then undone
    seal       BLOB NOT NULL DEFAULT x'' -- keyed, over all of it
);
CREATE INDEX bulk_by_time ON bulk (made_ms);

CREATE TABLE bulk_item (
    bulk_id     INTEGER NOT NULL,
    customer_id INTEGER NOT NULL,
    outcome     INTEGER NOT NULL,
    rules       TEXT NOT NULL,     -- that denied it
    owner_id    INTEGER,           -- where it stood before, likewise the next five
    contact_id  INTEGER,
    group_id    INTEGER NOT NULL,
    pooled_ms   INTEGER,
    followed_ms INTEGER NOT NULL,
    version     INTEGER NOT NULL,
    after       BLOB NOT NULL,     -- digest of where it stands since
    shares      BLOB NOT NULL,     -- the shares that ended with it, or the one that it made: ids, ascending, as LEB128
    seal        BLOB NOT NULL,     -- keyed, over what decides where it goes back to
    PRIMARY KEY (bulk_id, customer_id)
) WITHOUT ROWID;

-- ---------- what they work on
CREATE TABLE customer_order (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    day         TEXT NOT NULL,
    items       INTEGER NOT NULL,
    amount_fen  INTEGER NOT NULL,
    times       INTEGER NOT NULL DEFAULT 1 -- equal lines of one day
);
CREATE UNIQUE INDEX order_by_customer ON customer_order (customer_id, day, items, amount_fen);

CREATE TABLE task (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    assignee_id INTEGER NOT NULL,
    title       BLOB NOT NULL,     -- sealed under the customer's business key
    due         TEXT NOT NULL,
    created_by  INTEGER NOT NULL,
    created_ms  INTEGER NOT NULL,
    closed_ms   INTEGER
);
CREATE INDEX task_by_customer ON task (customer_id, assignee_id);
CREATE INDEX task_open ON task (assignee_id, due) WHERE closed_ms IS NULL;

-- What was said and agreed with a customer. One that has not ended is a call (or a message) that goes on: a purpose.
CREATE TABLE follow_up (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    staff_id    INTEGER NOT NULL,
    kind        INTEGER NOT NULL,  -- 0 call, 1 visit, 2 message, 3 mail
    text        BLOB NOT NULL,     -- sealed under the customer's business key
    at_ms       INTEGER NOT NULL,  -- when it was
    ended_ms    INTEGER,           -- when it was put down
    task_id     INTEGER,           -- the next step
    seal        BLOB NOT NULL      -- keyed, over whose it is, with whom, and whether it goes on
);
CREATE INDEX follow_up_by_customer ON follow_up (customer_id, at_ms);
CREATE INDEX follow_up_by_staff ON follow_up (staff_id, at_ms);
CREATE INDEX follow_up_running ON follow_up (customer_id, staff_id) WHERE ended_ms IS NULL;

-- Files of a follow-up.
CREATE TABLE attachment (
    id           INTEGER PRIMARY KEY,
    customer_id  INTEGER NOT NULL,
    follow_up_id INTEGER NOT NULL,
    kind         INTEGER NOT NULL, -- what the file is, found by its bytes
    name         BLOB NOT NULL,    -- sealed under the customer's business key
    bytes        INTEGER NOT NULL,
    pieces       INTEGER NOT NULL,
    added_ms     INTEGER NOT NULL,
    seal         BLOB NOT NULL     -- keyed, over all of it
);
CREATE INDEX attachment_by_follow_up ON attachment (follow_up_id);
CREATE INDEX attachment_by_customer ON attachment (customer_id);

-- Their content: each piece sealed for its place, the last one as the last.
CREATE TABLE attachment_piece (
    attachment_id INTEGER NOT NULL,
    number        INTEGER NOT NULL,
    sealed        BLOB NOT NULL
);
CREATE UNIQUE INDEX attachment_piece_by_number ON attachment_piece (attachment_id, number);

-- Who owned a customer until when. A trigger writes it, so that no way to another owner forgets it.
CREATE TABLE owner_change (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    from_id     INTEGER,
    to_id       INTEGER,           -- NULL: the public pool
    time_ms     INTEGER NOT NULL
);
CREATE INDEX owner_change_by_customer ON owner_change (customer_id, time_ms);
CREATE TRIGGER owner_changes AFTER UPDATE OF owner_id ON customer WHEN OLD.owner_id IS NOT NEW.owner_id BEGIN
    INSERT INTO owner_change (customer_id, from_id, to_id, time_ms)
    VALUES (NEW.id, OLD.owner_id, NEW.owner_id, NEW.updated_ms);
END;

-- Whom a customer is shared with besides those who see it anyway.
CREATE TABLE share (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    staff_id    INTEGER,           -- with a person
    department  TEXT,              -- or with all of a department
    classes     INTEGER NOT NULL,  -- bit set of the classes of fields
    from_day    TEXT NOT NULL,
    to_day      TEXT NOT NULL,     -- the last day
    reason      BLOB NOT NULL,     -- sealed
    made_by     INTEGER NOT NULL,
    made_ms     INTEGER NOT NULL,
    approval_id INTEGER,           -- what it waits for, or was approved by
    state       INTEGER NOT NULL,  -- 0 waiting for approval, 1 standing, 2 ended
    ended_ms    INTEGER,
    why_ended   INTEGER,           -- 0 taken back, 1 over, 2 another owner, 3 by the review, 4 lapsed, 5 not approved, 6 handed over, 7 raised to high
    seal        BLOB NOT NULL DEFAULT x'' -- keyed, over what decides who sees what until when
);
CREATE INDEX share_by_customer ON share (customer_id, state);
CREATE INDEX share_by_staff ON share (staff_id) WHERE state = 1 AND staff_id IS NOT NULL;
CREATE INDEX share_by_department ON share (department) WHERE state = 1 AND department IS NOT NULL;
CREATE INDEX share_open ON share (to_day) WHERE state < 2;

-- What needs another person: access to a customer, an export, a hand-over, a customer of one's own, a share. One table for all kinds.
CREATE TABLE approval (
    id           INTEGER PRIMARY KEY,
    kind         INTEGER NOT NULL, -- 0 access to a customer, 1 export, 2 hand-over, 3 ownership of a customer, 4 share, 5 proposal, 6 release
    customer_id  INTEGER,          -- of an access, of an ownership, of a share
    export_id    INTEGER,          -- of an export
    handover_id  INTEGER,          -- of a hand-over
    share_id     INTEGER,          -- of a share
    proposal_id  INTEGER,          -- of a policy or a tier rule
    freeze_id    INTEGER,          -- of a release
    requester_id INTEGER NOT NULL,
    fields       INTEGER NOT NULL,
    opened       INTEGER NOT NULL DEFAULT 0, -- of an access: the fields that were opened for it, each once
    scope        BLOB NOT NULL,    -- keyed digest of all that is asked for: what was approved is what is used
    needed       INTEGER NOT NULL, -- how many have to approve, each of another department
    reason       BLOB NOT NULL,    -- sealed
    created_ms   INTEGER NOT NULL,
    lapses_ms    INTEGER NOT NULL, -- until when it can be decided
    state        INTEGER NOT NULL, -- 0 waiting, 1 approved, 2 refused, 3 used, 4 withdrawn, 5 ended
    decided_ms   INTEGER,
    expires_ms   INTEGER,          -- until when it can be used
    seal         BLOB NOT NULL DEFAULT x'' -- keyed, over what decides whether it stands
);
CREATE INDEX approval_by_customer ON approval (customer_id, requester_id) WHERE customer_id IS NOT NULL;
CREATE INDEX approval_by_requester ON approval (requester_id, id);
CREATE INDEX approval_waiting ON approval (id) WHERE state = 0;
CREATE INDEX approval_by_freeze ON approval (freeze_id) WHERE freeze_id IS NOT NULL;

CREATE TABLE vote (
    approval_id INTEGER NOT NULL,
    decider_id  INTEGER NOT NULL,
    for_id      INTEGER NOT NULL,  -- in whose place; the decider's own, mostly
    department  TEXT NOT NULL,     -- of whom they decided for, at that time
    approve     INTEGER NOT NULL,
    answer      BLOB NOT NULL,     -- sealed
    time_ms     INTEGER NOT NULL,
    seal        BLOB NOT NULL,
    PRIMARY KEY (approval_id, decider_id)
) WITHOUT ROWID;

-- ---------- mail
-- Mails to be sent, and what became of them. Neither an address nor a text stands here: both are made when it is sent.
CREATE TABLE mail (
    id       INTEGER PRIMARY KEY,
    kind     INTEGER NOT NULL,     -- 0 something was asked for, 1 it still waits, 2 it is about to lapse, 3 it was decided, 4 tasks of a day
    about    INTEGER NOT NULL,     -- the approval, or the day as a number: 20261124
    staff_id INTEGER NOT NULL,     -- 0: to whoever may decide it when it is due, with a mail of their own each
    made_ms  INTEGER NOT NULL,
    due_ms   INTEGER NOT NULL,
    tries    INTEGER NOT NULL DEFAULT 0,
    state    INTEGER NOT NULL,     -- 0 waiting, 1 given to the mail server, 2 taken by it, 3 given up, 4 not needed any more
    done_ms  INTEGER,
    fault    INTEGER               -- why the last try failed
);
CREATE UNIQUE INDEX mail_once ON mail (kind, about, staff_id);
CREATE INDEX mail_waiting ON mail (due_ms) WHERE state = 0;
CREATE INDEX mail_by_state ON mail (state, done_ms);

-- Who decides for somebody while they are away.
CREATE TABLE absence (
    staff_id  INTEGER PRIMARY KEY,
    deputy_id INTEGER NOT NULL,
    from_day  TEXT NOT NULL,
    to_day    TEXT NOT NULL,       -- the last day
    seal      BLOB NOT NULL
);
CREATE INDEX absence_by_deputy ON absence (deputy_id);

-- Another policy or tier rule, as somebody wants it.
CREATE TABLE proposal (
    id       INTEGER PRIMARY KEY,
    kind     INTEGER NOT NULL,     -- 0 policy, 1 tier rule
    based_on TEXT NOT NULL,        -- what it would take the place of: the policy's version, the tier rule as JSON
    text     TEXT NOT NULL,        -- the policy, or the tier rule as JSON
    effect   TEXT NOT NULL,        -- JSON: which rules differ, or whom it moves; for people to read
    seal     BLOB NOT NULL
);

-- Files of customers that were asked for. What is in one is fixed when it is asked for.
CREATE TABLE export (
    id          INTEGER PRIMARY KEY,
    staff_id    INTEGER NOT NULL,
    asked       TEXT NOT NULL,     -- JSON: the conditions of the list, for people to read
    fields      INTEGER NOT NULL,  -- bit set of the columns
    clear       INTEGER NOT NULL,  -- those of them that are to be in clear
    format      INTEGER NOT NULL,  -- 0 XLSX, 1 CSV
    recipients  TEXT NOT NULL,     -- public keys that open the file, one a line; empty: a password does
    reason      BLOB NOT NULL,     -- sealed
    customers   BLOB NOT NULL,     -- ids, ascending: differences as LEB128
    people      INTEGER NOT NULL,
    own_area    INTEGER NOT NULL,
    sensitive   INTEGER NOT NULL,  -- people with a field of this class in clear; likewise the next two
    business    INTEGER NOT NULL,
    contact     INTEGER NOT NULL,
    mark        BLOB NOT NULL,     -- sealed: key of the file's hidden mark
    approval_id INTEGER,
    state       INTEGER NOT NULL,  -- 0 waiting for approval, 1 ready, 2 being written, 3 written, 4 taken, 5 refused
    created_ms  INTEGER NOT NULL,
    started_ms  INTEGER,
    made_ms     INTEGER,
    written     INTEGER NOT NULL DEFAULT 0, -- rows in the file
    bytes       INTEGER,
    sha256      BLOB,              -- of the file
    expires_ms  INTEGER,           -- until when it can be decided, then run, then taken
    taken_ms    INTEGER,
    seal        BLOB NOT NULL DEFAULT x''   -- keyed, over what decides what is taken out
);
CREATE INDEX export_by_staff ON export (staff_id, id);
CREATE INDEX export_by_time ON export (created_ms);

-- The customers of somebody who leaves or moves on go to others.
CREATE TABLE handover (
    id         INTEGER PRIMARY KEY,
    leaver_id  INTEGER NOT NULL,
    kind       INTEGER NOT NULL,   -- 0 leaves the company, 1 takes on other work
    last_day   TEXT NOT NULL,
    reason     BLOB NOT NULL,      -- sealed
    note       BLOB,               -- sealed: what the leaver adds
    opened_by  INTEGER NOT NULL,
    opened_ms  INTEGER NOT NULL,
    state      INTEGER NOT NULL,   -- 0 open, 1 closed, 2 cancelled
    ended_by   INTEGER,
    ended_ms   INTEGER,
    why_ended  BLOB,               -- sealed: why it was called off
    inventory  TEXT NOT NULL,      -- JSON: what there was when it was opened; counts
    exposure   TEXT NOT NULL,      -- JSON: what the leaver saw and took out in their last 90 days; counts
    seal       BLOB NOT NULL DEFAULT x''  -- keyed, over what freezes exports and moves customers
);
CREATE UNIQUE INDEX handover_open ON handover (leaver_id) WHERE state = 0;

-- What one receiver is given, signs for and gets.
CREATE TABLE handover_part (
    id          INTEGER PRIMARY KEY,
    handover_id INTEGER NOT NULL,
    receiver_id INTEGER NOT NULL,
    given_by    INTEGER NOT NULL,  -- who divided the customers
    state       INTEGER NOT NULL,  -- 0 given, 1 signed, 2 before the department head, 3 approved, 4 moved
    accepted    INTEGER NOT NULL DEFAULT 0,
    refused     INTEGER NOT NULL DEFAULT 0,
    checked     INTEGER NOT NULL DEFAULT 0, -- how many the receiver looked at
    digest      BLOB NOT NULL DEFAULT x'',  -- of the customers signed for
    answer      BLOB,              -- sealed: why some were refused
    signed_ms   INTEGER,
    approval_id INTEGER,
    moved_ms    INTEGER,
    seal        BLOB NOT NULL DEFAULT x''
);
CREATE INDEX handover_part_by_handover ON handover_part (handover_id);
CREATE INDEX handover_part_by_receiver ON handover_part (receiver_id);

CREATE TABLE handover_item (
    handover_id INTEGER NOT NULL,
    customer_id INTEGER NOT NULL,
    part_id     INTEGER,
    state       INTEGER NOT NULL,  -- 0 nobody's yet, 1 given, 2 refused, 3 moved, 4 no longer the leaver's
    PRIMARY KEY (handover_id, customer_id)
) WITHOUT ROWID;
CREATE INDEX handover_item_by_part ON handover_item (part_id, state, customer_id) WHERE part_id IS NOT NULL;

-- Made-up customers of an export's file. They stand nowhere else, so that no list or search ever shows one.
CREATE TABLE canary (
    export_id INTEGER NOT NULL,
    number    INTEGER NOT NULL,
    sealed    BLOB NOT NULL,       -- number and values, as they stand in the file
    PRIMARY KEY (export_id, number)
) WITHOUT ROWID;

-- What evidence was made for. The number is the purpose that the entry names.
CREATE TABLE matter (
    id      INTEGER PRIMARY KEY,
    reason  BLOB NOT NULL,         -- sealed
    made_by INTEGER NOT NULL,
    made_ms INTEGER NOT NULL
);

CREATE TABLE once (
    staff      TEXT NOT NULL,
    key        TEXT NOT NULL,
    digest     BLOB NOT NULL,
    answer     TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (staff, key)
) WITHOUT ROWID;

-- ---------- what was recorded
CREATE TABLE entry (
    idx  INTEGER PRIMARY KEY,
    leaf BLOB NOT NULL,
    salt BLOB,                     -- salt and body go when a person is erased; the leaf stays
    body BLOB
);

CREATE TABLE tile (
    level  INTEGER NOT NULL,
    idx    INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (level, idx)
) WITHOUT ROWID;

CREATE TABLE checkpoint (
    size        INTEGER PRIMARY KEY,
    time_ms     INTEGER NOT NULL,
    note        TEXT NOT NULL,
    cosigned_ms INTEGER           -- when enough witnesses had cosigned it
);
CREATE INDEX checkpoint_cosigned ON checkpoint (size) WHERE cosigned_ms IS NOT NULL;

-- What a time-stamp authority (RFC 3161) says of a checkpoint, over the note exactly as it is kept here.
CREATE TABLE time_stamp (
    id        INTEGER PRIMARY KEY,
    size      INTEGER NOT NULL,
    authority TEXT NOT NULL,
    time_ms   INTEGER NOT NULL,   -- as the authority says
    note      TEXT NOT NULL,
    token     BLOB NOT NULL,
    anchors   TEXT NOT NULL,      -- PEM of the authority's root certificates, as they were trusted
    crls      TEXT NOT NULL       -- PEM of the revocation lists that could be fetched
);
CREATE INDEX time_stamp_by_size ON time_stamp (size);

-- Derived from the entries for reading, behind them by a moment; can be rebuilt at any time.
CREATE TABLE access (
    idx      INTEGER PRIMARY KEY,
    time_ms  INTEGER NOT NULL,
    action   TEXT NOT NULL,
    decision INTEGER NOT NULL,
    staff    TEXT NOT NULL,
    customer TEXT,
    tier     INTEGER,
    outcome  INTEGER              -- NULL not yet known, 1 released, 0 failed
);
CREATE INDEX access_by_time ON access (time_ms);
CREATE INDEX access_by_staff ON access (staff, idx);
CREATE INDEX access_by_customer ON access (customer, idx) WHERE customer IS NOT NULL;

-- Who has seen whom, in their page or in clear: what tracing holds a leaked list against. Derived, likewise.
CREATE TABLE seen (
    staff    TEXT NOT NULL,
    customer TEXT NOT NULL,
    clear    INTEGER NOT NULL,    -- 1 once a field was shown in clear
    PRIMARY KEY (staff, customer)
) WITHOUT ROWID;
