// Directives down to units and their readings; issues of source items are found by the centre above that they came from.

export const sql = `
ALTER TABLE source_issues ADD COLUMN origin TEXT;
UPDATE source_issues SET origin = json_extract(body, '$.origin');
UPDATE source_issues SET origin = json_extract(origin, '$.centre');
CREATE INDEX source_issues_origin ON source_issues (origin, at_ms);
CREATE TABLE directives (id TEXT PRIMARY KEY, unit TEXT, at_ms INTEGER NOT NULL, due_ms INTEGER, origin TEXT, body TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX directives_unit ON directives (unit, at_ms);
CREATE INDEX directives_at ON directives (at_ms, id);
CREATE INDEX directives_origin ON directives (origin, at_ms);
CREATE TABLE directive_inbox (directive TEXT NOT NULL REFERENCES directives(id), unit TEXT NOT NULL, at_ms INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (directive, unit));
CREATE INDEX directive_inbox_unit ON directive_inbox (unit, at_ms);
`;
