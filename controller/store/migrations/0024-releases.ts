// Releases of the boxes' programs, their roll-outs, and what each box said of them.

export const sql = `
CREATE TABLE releases (version TEXT PRIMARY KEY, counter BIGINT NOT NULL, added_ms BIGINT NOT NULL, body TEXT NOT NULL);
CREATE UNIQUE INDEX releases_counter ON releases (counter);
CREATE TABLE rollouts (id TEXT PRIMARY KEY, began_ms BIGINT NOT NULL, body TEXT NOT NULL);
CREATE TABLE rollout_boxes (rollout TEXT NOT NULL REFERENCES rollouts(id), dev TEXT NOT NULL, stage INTEGER NOT NULL, offered_ms BIGINT NOT NULL, PRIMARY KEY (rollout, dev));
CREATE TABLE box_updates (dev TEXT NOT NULL, counter BIGINT NOT NULL, state TEXT NOT NULL, at_ms BIGINT NOT NULL, received_ms BIGINT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (dev, counter, state));
CREATE INDEX box_updates_counter ON box_updates (counter);
`;
