// People: accounts that can be disabled, invitations, what a session proved, tokens, tries to sign in. Everybody signs in again once.

export const sql = `
ALTER TABLE accounts ADD COLUMN disabled_ms BIGINT;
DELETE FROM sessions;
ALTER TABLE sessions ADD COLUMN proof TEXT NOT NULL DEFAULT 'waiting';
ALTER TABLE sessions ADD COLUMN seen_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN place TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN device TEXT NOT NULL DEFAULT '';
CREATE INDEX sessions_account ON sessions (account);
CREATE TABLE invitations (account TEXT PRIMARY KEY REFERENCES accounts(account), token_hash TEXT NOT NULL UNIQUE, made_ms BIGINT NOT NULL, exp_ms BIGINT NOT NULL, made_by TEXT NOT NULL);
CREATE TABLE tokens (id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts(account), name TEXT NOT NULL, token_hash TEXT NOT NULL UNIQUE, acts TEXT NOT NULL, area TEXT NOT NULL, created_ms BIGINT NOT NULL, exp_ms BIGINT NOT NULL, used_ms BIGINT);
ALTER TABLE second_factors ADD COLUMN next_secret TEXT;
ALTER TABLE second_factors ADD COLUMN next_recovery TEXT;
CREATE TABLE sign_in_tries (name TEXT PRIMARY KEY, failures INTEGER NOT NULL, total INTEGER NOT NULL, last_ms BIGINT NOT NULL, until_ms BIGINT NOT NULL, good_ms BIGINT);
CREATE INDEX sign_in_tries_last ON sign_in_tries (last_ms);
`;
