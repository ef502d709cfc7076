// Alerts from outside, the sources they come from, and the mandates under which they sound.

export const sql = `
CREATE TABLE alerts (id TEXT PRIMARY KEY, source TEXT NOT NULL, received_ms INTEGER NOT NULL, digest TEXT NOT NULL, sender TEXT, identifier TEXT, sent_ms INTEGER, state TEXT NOT NULL, code TEXT NOT NULL, mandate TEXT, given_ms INTEGER, body TEXT NOT NULL);
CREATE INDEX alerts_received ON alerts (state, received_ms);
CREATE INDEX alerts_name ON alerts (identifier, sender, sent_ms);
CREATE INDEX alerts_digest ON alerts (digest, code);
CREATE INDEX alerts_given ON alerts (given_ms);
CREATE TABLE alert_memory (name TEXT PRIMARY KEY, entry TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE alert_sources (id TEXT PRIMARY KEY, body TEXT NOT NULL, secret TEXT);
CREATE TABLE mandates (id TEXT PRIMARY KEY, made_ms INTEGER NOT NULL, body TEXT NOT NULL);
`;
