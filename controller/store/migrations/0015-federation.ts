// What goes to centres above and below and what came from them: one row a thing, numbered; where each line stands.

export const sql = `
CREATE TABLE centre_lines (peer TEXT PRIMARY KEY, out_stream TEXT NOT NULL, out_seq INTEGER NOT NULL, in_stream TEXT, in_seq INTEGER NOT NULL, counter INTEGER NOT NULL, heard_ms INTEGER, as_of_ms INTEGER) WITHOUT ROWID;
CREATE TABLE centre_outbox (peer TEXT NOT NULL, key TEXT NOT NULL, seq INTEGER NOT NULL, sha256 TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (peer, key));
CREATE UNIQUE INDEX centre_outbox_seq ON centre_outbox (peer, seq);
CREATE TABLE centre_inbox (peer TEXT NOT NULL, key TEXT NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, settled INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (peer, key));
CREATE INDEX centre_inbox_kind ON centre_inbox (kind, subject);
CREATE INDEX centre_inbox_settled ON centre_inbox (peer, settled, seq);
`;
