// What boards showed, row by row as the boxes told it.

export const sql = `
CREATE TABLE showings (dev TEXT NOT NULL, id TEXT NOT NULL, from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, body TEXT NOT NULL, received_ms INTEGER NOT NULL, PRIMARY KEY (dev, id)) WITHOUT ROWID;
CREATE INDEX showings_from ON showings (from_ms);
`;
