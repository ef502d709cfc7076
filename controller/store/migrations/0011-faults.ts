// Faults of boxes: when they came and went, who answered.

export const sql = `
CREATE TABLE faults (id TEXT PRIMARY KEY, box TEXT NOT NULL, opened_ms INTEGER NOT NULL, ended_ms INTEGER, open INTEGER NOT NULL, resolved_ms INTEGER, body TEXT NOT NULL);
CREATE INDEX faults_open ON faults (open, opened_ms);
CREATE INDEX faults_box ON faults (box, opened_ms);
`;
