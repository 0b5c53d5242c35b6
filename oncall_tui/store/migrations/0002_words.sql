-- What a message says is written once, beside its state: a handover of a thousand tickets is long, and SQLite writes a
-- row anew as a whole. A message that was stored before this has its words in itself.
CREATE TABLE words (
    number INTEGER PRIMARY KEY REFERENCES outbox (number),
    body TEXT NOT NULL
);
