// Boxes that were told to leave service and have not said yet that they heard: a restart of the centre forgets none.

export const sql = `
CREATE TABLE retirements (dev TEXT PRIMARY KEY, command TEXT NOT NULL, asked_ms INTEGER NOT NULL, sha256 TEXT NOT NULL) WITHOUT ROWID;
`;
