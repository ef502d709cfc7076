// The register of equipment with all its states, and imports of it.

export const sql = `
CREATE TABLE equipment (entry TEXT NOT NULL, n INTEGER NOT NULL, from_day TEXT NOT NULL, unit TEXT, imported TEXT, undone INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (entry, n));
CREATE INDEX equipment_imported ON equipment (imported, entry);
CREATE TABLE register_imports (id TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX register_imports_at ON register_imports (at_ms);
`;
