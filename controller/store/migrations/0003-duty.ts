// Duty: roster, shifts, second factors, rings.

export const sql = `
CREATE TABLE roster (id TEXT PRIMARY KEY, person TEXT NOT NULL, place TEXT NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL);
CREATE INDEX roster_to ON roster (to_ms);
CREATE TABLE shifts (id TEXT PRIMARY KEY, person TEXT NOT NULL, place TEXT NOT NULL, started_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, ended_ms INTEGER, ended_why TEXT, handed_to TEXT, note TEXT NOT NULL, wrong_pins INTEGER NOT NULL);
CREATE INDEX shifts_started ON shifts (started_ms);
CREATE TABLE second_factors (person TEXT PRIMARY KEY REFERENCES accounts(account), state TEXT NOT NULL, secret TEXT NOT NULL, last_step INTEGER NOT NULL, recovery TEXT NOT NULL, pin_hash TEXT, made_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE rings (id TEXT PRIMARY KEY, kind TEXT NOT NULL, about TEXT NOT NULL, person TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL, at_ms INTEGER NOT NULL, seen_ms INTEGER, answered_ms INTEGER, quiet_ms INTEGER);
CREATE INDEX rings_about ON rings (about);
CREATE INDEX rings_open ON rings (at_ms) WHERE answered_ms IS NULL AND quiet_ms IS NULL;
`;
