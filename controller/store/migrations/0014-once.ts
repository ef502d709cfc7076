// Answers to requests that may be sent twice, for a day.

export const sql = `
CREATE TABLE once (name TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, request TEXT NOT NULL, status INTEGER, answer TEXT);
CREATE INDEX once_at ON once (at_ms);
`;
