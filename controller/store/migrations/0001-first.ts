// The first tables of a centre. Later changes are new numbered files; this one never changes again.

export const sql = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE counters (space TEXT PRIMARY KEY, ctr INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE audit (seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, actor TEXT NOT NULL, act TEXT NOT NULL, subject TEXT NOT NULL, sha256 TEXT NOT NULL, hash TEXT NOT NULL);
CREATE TABLE units (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE boxes (id TEXT PRIMARY KEY, created_ms INTEGER NOT NULL, body TEXT NOT NULL, enrolled_ms INTEGER, signing_key TEXT, certificate TEXT);
CREATE TABLE claims (token_hash TEXT PRIMARY KEY, dev TEXT NOT NULL REFERENCES boxes(id), exp_ms INTEGER NOT NULL, used_ms INTEGER) WITHOUT ROWID;
CREATE TABLE seen (dev TEXT PRIMARY KEY, last_ms INTEGER NOT NULL, presence TEXT, report TEXT, telemetry TEXT) WITHOUT ROWID;
CREATE TABLE accounts (account TEXT PRIMARY KEY, title TEXT NOT NULL, grants TEXT NOT NULL, password_hash TEXT NOT NULL, created_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE sessions (id_hash TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts(account), csrf TEXT NOT NULL, created_ms INTEGER NOT NULL, exp_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE media (sha256 TEXT PRIMARY KEY, created_ms INTEGER NOT NULL, item TEXT NOT NULL, source TEXT NOT NULL, author TEXT NOT NULL, peaks TEXT NOT NULL);
CREATE TABLE programmes (id TEXT PRIMARY KEY, changed_ms INTEGER NOT NULL, body TEXT NOT NULL, state TEXT NOT NULL, author TEXT NOT NULL, approver TEXT, note TEXT NOT NULL);
CREATE TABLE schedules (id TEXT PRIMARY KEY, created_ms INTEGER NOT NULL, body TEXT NOT NULL, groups TEXT NOT NULL, author TEXT NOT NULL);
CREATE TABLE policy (id INTEGER PRIMARY KEY CHECK (id = 1), body TEXT NOT NULL);
CREATE TABLE wants (dev TEXT PRIMARY KEY, rev INTEGER NOT NULL, parts TEXT NOT NULL, envelope TEXT NOT NULL, made_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE places (dev TEXT PRIMARY KEY, envelope TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE orders (id TEXT PRIMARY KEY, given_ms INTEGER NOT NULL, body TEXT NOT NULL, exp_ms INTEGER NOT NULL, cleared_ms INTEGER);
CREATE TABLE group_envelopes (grp TEXT NOT NULL, ctr INTEGER NOT NULL, typ TEXT NOT NULL, orders TEXT NOT NULL, envelope TEXT NOT NULL, audio TEXT NOT NULL, exp_ms INTEGER NOT NULL, PRIMARY KEY (grp, ctr)) WITHOUT ROWID;
CREATE TABLE order_progress (ord TEXT NOT NULL, dev TEXT NOT NULL, state TEXT NOT NULL, at_ms INTEGER NOT NULL, voice TEXT, problem TEXT, PRIMARY KEY (ord, dev, state)) WITHOUT ROWID;
CREATE TABLE log_heads (dev TEXT NOT NULL, epoch TEXT NOT NULL, upto INTEGER NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (dev, epoch)) WITHOUT ROWID;
CREATE TABLE log_rows (dev TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL, kind TEXT NOT NULL, at_ms INTEGER NOT NULL, received_ms INTEGER NOT NULL, entry TEXT NOT NULL, PRIMARY KEY (dev, epoch, seq)) WITHOUT ROWID;
CREATE INDEX log_rows_at ON log_rows (at_ms);
CREATE TABLE log_conflicts (id INTEGER PRIMARY KEY, dev TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL, at_ms INTEGER NOT NULL, UNIQUE (dev, epoch, seq, kind, detail));
CREATE TABLE receipts (dev TEXT NOT NULL, occurrence TEXT NOT NULL, planned_ms INTEGER NOT NULL, body TEXT NOT NULL, received_ms INTEGER NOT NULL, PRIMARY KEY (dev, occurrence)) WITHOUT ROWID;
CREATE INDEX receipts_planned ON receipts (planned_ms);
`;
