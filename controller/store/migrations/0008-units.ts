// Changes of units with what they did, and where boxes stood when. Rows of units hold dated states from the first change on.

export const sql = `
CREATE TABLE unit_changes (id TEXT PRIMARY KEY, day TEXT NOT NULL, state TEXT NOT NULL, turn INTEGER NOT NULL, body TEXT NOT NULL, plan TEXT);
CREATE INDEX unit_changes_turn ON unit_changes (turn);
CREATE TABLE box_areas (dev TEXT NOT NULL, from_ms INTEGER NOT NULL, area TEXT NOT NULL, PRIMARY KEY (dev, from_ms));
`;
