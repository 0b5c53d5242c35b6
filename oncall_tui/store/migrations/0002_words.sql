-- What a long message says is written once, beside its state: the handover of a thousand tickets is long, and SQLite
-- writes a row anew as a whole. A short message has its words in itself, as each had before.
CREATE TABLE words (
    number INTEGER PRIMARY KEY REFERENCES outbox (number),
    body TEXT NOT NULL
);
