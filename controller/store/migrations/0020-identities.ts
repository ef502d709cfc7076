// Who a provider's person is here, and how a session came to be.

export const sql = `
CREATE TABLE identities (account TEXT PRIMARY KEY REFERENCES accounts(account), issuer TEXT NOT NULL, subject TEXT NOT NULL, made_ms BIGINT NOT NULL, made_by TEXT NOT NULL);
CREATE UNIQUE INDEX identities_subject ON identities (issuer, subject);
ALTER TABLE sessions ADD COLUMN way TEXT NOT NULL DEFAULT 'password';
`;
