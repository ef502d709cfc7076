// Acceptance records as boxes signed them: exactly their words, so that the signature can be looked at for ever.

export const sql = `
CREATE TABLE acceptances (dev TEXT NOT NULL, id TEXT NOT NULL, at_ms INTEGER NOT NULL, received_ms INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (dev, id)) WITHOUT ROWID;
`;
