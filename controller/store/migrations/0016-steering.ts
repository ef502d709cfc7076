// Steering and approval: notices, what was delivered by hand, households of clusters, delegations, links, changes of many schedules.

export const sql = `
CREATE TABLE notices (id TEXT PRIMARY KEY, cause TEXT NOT NULL UNIQUE, unit TEXT, issue TEXT, at_ms INTEGER NOT NULL, read_ms INTEGER, body TEXT NOT NULL);
CREATE INDEX notices_at ON notices (at_ms);
CREATE INDEX notices_issue ON notices (issue);
CREATE TABLE issue_phases (issue TEXT NOT NULL, phase TEXT NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY (issue, phase)) WITHOUT ROWID;
CREATE TABLE deliveries (id TEXT PRIMARY KEY, item TEXT NOT NULL, unit TEXT NOT NULL, at_ms INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX deliveries_item ON deliveries (item, at_ms);
CREATE TABLE photos (sha256 TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, account TEXT NOT NULL, bytes INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE households (box TEXT PRIMARY KEY, households INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE delegations (id TEXT PRIMARY KEY, giver TEXT NOT NULL, holder TEXT NOT NULL, until_ms INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX delegations_holder ON delegations (holder, until_ms);
CREATE TABLE approval_links (token_hash TEXT PRIMARY KEY, account TEXT NOT NULL, exp_ms INTEGER NOT NULL, used_ms INTEGER, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE bulk_changes (id TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, undone_ms INTEGER, body TEXT NOT NULL) WITHOUT ROWID;
ALTER TABLE programmes ADD COLUMN delegation TEXT;
ALTER TABLE source_issues ADD COLUMN due_ms INTEGER;
UPDATE source_issues SET due_ms = CAST(json_extract(body, '$.disseminateByMs') AS BIGINT);
CREATE INDEX source_issues_due ON source_issues (due_ms);
`;
