// Foreign systems: who they are, what they were supplied with in its order, what they have said last of each thing.

export const sql = `
CREATE TABLE exchange_links (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE exchange_outbox (link TEXT NOT NULL, seq INTEGER NOT NULL, name TEXT NOT NULL, at_ms INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (link, seq));
CREATE UNIQUE INDEX exchange_outbox_name ON exchange_outbox (link, name);
CREATE TABLE exchange_heard (link TEXT NOT NULL, name TEXT NOT NULL, at_ms INTEGER NOT NULL, heard_ms INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (link, name));
CREATE INDEX exchange_heard_at ON exchange_heard (link, at_ms);
`;
