// Live sessions, what boxes told of them, and streams of upper stations.

export const sql = `
CREATE TABLE live_sessions (id TEXT PRIMARY KEY, open_ms INTEGER NOT NULL, body TEXT NOT NULL, closed_ms INTEGER, closed_why TEXT, recording TEXT, recording_note TEXT);
CREATE INDEX live_sessions_open ON live_sessions (open_ms);
CREATE TABLE live_progress (session TEXT NOT NULL, dev TEXT NOT NULL, state TEXT NOT NULL, at_ms INTEGER NOT NULL, problem TEXT, PRIMARY KEY (session, dev, state)) WITHOUT ROWID;
CREATE TABLE relays (id TEXT PRIMARY KEY, created_ms INTEGER NOT NULL, body TEXT NOT NULL);
`;
