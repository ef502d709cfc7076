// The register of equipment with all its states, imports of it; repairs; ratings of units; training and its sandboxes; faults told apart by reason.

export const sql = `
CREATE TABLE equipment (entry TEXT NOT NULL, n INTEGER NOT NULL, from_day TEXT NOT NULL, unit TEXT, imported TEXT, undone INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (entry, n));
CREATE INDEX equipment_imported ON equipment (imported, entry);
CREATE TABLE register_imports (id TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX register_imports_at ON register_imports (at_ms);
CREATE TABLE tickets (id TEXT PRIMARY KEY, box TEXT, unit TEXT, fault TEXT, state TEXT NOT NULL, assignee TEXT, opened_ms INTEGER NOT NULL, closed_ms INTEGER, body TEXT NOT NULL);
CREATE INDEX tickets_state ON tickets (state, opened_ms);
CREATE INDEX tickets_assignee ON tickets (assignee, state);
CREATE INDEX tickets_fault ON tickets (fault);
CREATE TABLE ratings (unit TEXT NOT NULL, month TEXT NOT NULL, level TEXT NOT NULL, source TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (unit, month, level, source));
CREATE INDEX ratings_month ON ratings (month);
CREATE TABLE trainings (id TEXT PRIMARY KEY, person TEXT NOT NULL, unit TEXT NOT NULL, began_ms INTEGER NOT NULL, completed_ms INTEGER, result TEXT, body TEXT NOT NULL);
CREATE INDEX trainings_began ON trainings (began_ms);
CREATE INDEX trainings_passed ON trainings (result, completed_ms);
CREATE TABLE sandboxes (unit TEXT PRIMARY KEY, body TEXT NOT NULL);
ALTER TABLE faults ADD COLUMN reason TEXT;
UPDATE faults SET reason = json_extract(body, '$.reason');
CREATE INDEX faults_reason ON faults (reason, opened_ms, ended_ms, box);
`;
