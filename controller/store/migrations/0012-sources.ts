// Source information: items with their versions, the words they are found by, folders, what was issued to which unit; programmes name items.

export const sql = `
CREATE TABLE source_items (id TEXT PRIMARY KEY, unit TEXT NOT NULL, folder TEXT, kind TEXT NOT NULL, state TEXT NOT NULL, essential INTEGER NOT NULL, latest INTEGER NOT NULL, published INTEGER, valid_from_ms INTEGER, valid_until_ms INTEGER, origin TEXT, created_ms INTEGER NOT NULL, changed_ms INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX source_items_changed ON source_items (changed_ms);
CREATE INDEX source_items_unit ON source_items (unit, changed_ms);
CREATE INDEX source_items_folder ON source_items (folder);
CREATE INDEX source_items_origin ON source_items (origin);
CREATE TABLE source_versions (item TEXT NOT NULL REFERENCES source_items(id), n INTEGER NOT NULL, state TEXT NOT NULL, body TEXT NOT NULL, steps TEXT NOT NULL, PRIMARY KEY (item, n));
CREATE TABLE source_tokens (token TEXT NOT NULL, item TEXT NOT NULL, PRIMARY KEY (token, item)) WITHOUT ROWID;
CREATE INDEX source_tokens_item ON source_tokens (item);
CREATE TABLE source_tags (tag TEXT NOT NULL, item TEXT NOT NULL, PRIMARY KEY (tag, item)) WITHOUT ROWID;
CREATE INDEX source_tags_item ON source_tags (item);
CREATE TABLE source_folders (id TEXT PRIMARY KEY, unit TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE source_issues (id TEXT PRIMARY KEY, item TEXT NOT NULL, at_ms INTEGER NOT NULL, withdrawn_ms INTEGER, body TEXT NOT NULL);
CREATE INDEX source_issues_item ON source_issues (item, at_ms);
CREATE TABLE source_inbox (issue TEXT NOT NULL REFERENCES source_issues(id), unit TEXT NOT NULL, at_ms INTEGER NOT NULL, answer TEXT NOT NULL, programme TEXT, body TEXT NOT NULL, PRIMARY KEY (issue, unit));
CREATE INDEX source_inbox_unit ON source_inbox (unit, at_ms);
CREATE INDEX source_inbox_programme ON source_inbox (programme);
ALTER TABLE programmes ADD COLUMN sources TEXT NOT NULL DEFAULT '[]';
`;
