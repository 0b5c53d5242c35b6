-- Instants are RFC 3339 in UTC with microseconds: always 27 characters, so that text sorts by time.

CREATE TABLE meta (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    instance TEXT NOT NULL
);

-- Tells this store from every other, so that one put in its place while it is open is noticed.
INSERT INTO meta VALUES (1, lower(hex(randomblob(16))));

CREATE TABLE journal (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    stream TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (stream, version)
);

CREATE TRIGGER journal_is_never_rewritten BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TRIGGER journal_is_never_cut BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TABLE outbox (
    number INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    stored_at TEXT NOT NULL,
    urgency INTEGER NOT NULL,
    message TEXT NOT NULL,
    state TEXT NOT NULL CHECK (
        state IN ('pending', 'sending', 'retrying', 'unknown', 'accepted', 'rejected', 'dropped')
    ),
    next_try_at TEXT NOT NULL, -- while it is being sent: the end of the holder's lease
    tries INTEGER NOT NULL,
    holder TEXT NOT NULL,
    detail TEXT NOT NULL,
    reference TEXT NOT NULL
);

CREATE INDEX outbox_by_turn ON outbox (urgency, next_try_at, number)
WHERE state IN ('pending', 'sending', 'retrying', 'unknown');
