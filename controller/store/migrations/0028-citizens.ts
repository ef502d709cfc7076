// What residents say, their ratings and votes, and where messages to them go.

export const sql = `
CREATE TABLE feedback (id TEXT PRIMARY KEY, number TEXT NOT NULL, once TEXT NOT NULL, said TEXT NOT NULL, unit TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, assignee TEXT, device TEXT, phone TEXT, received_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL, settled_ms INTEGER, erased INTEGER NOT NULL, published INTEGER NOT NULL, mending INTEGER NOT NULL, body TEXT NOT NULL);
CREATE UNIQUE INDEX feedback_number ON feedback (number);
CREATE UNIQUE INDEX feedback_once ON feedback (once);
CREATE INDEX feedback_received ON feedback (received_ms, id);
CREATE INDEX feedback_state ON feedback (state, due_ms);
CREATE INDEX feedback_said ON feedback (said, received_ms);
CREATE INDEX feedback_device ON feedback (device, received_ms);
CREATE INDEX feedback_phone ON feedback (phone, received_ms);
CREATE TABLE feedback_files (sha256 TEXT NOT NULL, feedback TEXT NOT NULL, PRIMARY KEY (sha256, feedback)) WITHOUT ROWID;
CREATE INDEX feedback_files_of ON feedback_files (feedback);
CREATE TABLE citizen_ratings (about TEXT NOT NULL, unit TEXT NOT NULL, voter TEXT NOT NULL, stars INTEGER NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY (about, unit, voter)) WITHOUT ROWID;
CREATE INDEX citizen_ratings_voter ON citizen_ratings (voter);
CREATE TABLE polls (id TEXT PRIMARY KEY, unit TEXT NOT NULL, made_ms INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX polls_made ON polls (made_ms, id);
CREATE TABLE ballots (poll TEXT NOT NULL, voter TEXT NOT NULL, at_ms INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (poll, voter)) WITHOUT ROWID;
CREATE TABLE pushes (id TEXT PRIMARY KEY, device TEXT NOT NULL, failures INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX pushes_device ON pushes (device);
CREATE TABLE push_messages (id TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX push_messages_at ON push_messages (at_ms);
CREATE TABLE push_received (message TEXT NOT NULL, tag TEXT NOT NULL, PRIMARY KEY (message, tag)) WITHOUT ROWID;
`;
