// The register of equipment with all its states, imports of it; repairs.

export const sql = `
CREATE TABLE equipment (entry TEXT NOT NULL, n INTEGER NOT NULL, from_day TEXT NOT NULL, unit TEXT, imported TEXT, undone INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (entry, n));
CREATE INDEX equipment_imported ON equipment (imported, entry);
CREATE TABLE register_imports (id TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX register_imports_at ON register_imports (at_ms);
CREATE TABLE tickets (id TEXT PRIMARY KEY, box TEXT, unit TEXT, fault TEXT, state TEXT NOT NULL, assignee TEXT, opened_ms INTEGER NOT NULL, closed_ms INTEGER, body TEXT NOT NULL);
CREATE INDEX tickets_state ON tickets (state, opened_ms);
CREATE INDEX tickets_assignee ON tickets (assignee, state);
CREATE INDEX tickets_fault ON tickets (fault);
`;
