// Policies of areas, years whose holidays the centre has set itself, and schedules that play on named days.

export const sql = `
CREATE TABLE area_policies (area TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE holiday_years (year INTEGER PRIMARY KEY, body TEXT NOT NULL);
ALTER TABLE schedules ADD COLUMN occasions TEXT NOT NULL DEFAULT '[]';
`;
