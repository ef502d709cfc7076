// Boxes renew their certificates, are bound to their hardware and are taken out of service; claims are listed and withdrawn.

export const sql = `
ALTER TABLE boxes ADD COLUMN next_certificate TEXT;
ALTER TABLE boxes ADD COLUMN hardware TEXT;
ALTER TABLE boxes ADD COLUMN ended_ms BIGINT;
ALTER TABLE claims ADD COLUMN made_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE claims ADD COLUMN made_by TEXT NOT NULL DEFAULT '';
ALTER TABLE claims ADD COLUMN hardware TEXT;
ALTER TABLE claims ADD COLUMN withdrawn_ms BIGINT;
ALTER TABLE claims ADD COLUMN used_key TEXT;
CREATE TABLE denied (certificate TEXT PRIMARY KEY, dev TEXT NOT NULL, at_ms BIGINT NOT NULL, reason TEXT NOT NULL);
CREATE INDEX denied_dev ON denied (dev, at_ms);
`;
