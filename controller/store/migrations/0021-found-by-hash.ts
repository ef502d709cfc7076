// What each receipt played and where each photograph stands, a row for each: both are found by their hash, however much there is. Lists are read by their place.

export const sql = `
CREATE TABLE receipt_items (dev TEXT NOT NULL, occurrence TEXT NOT NULL, content TEXT NOT NULL, planned_ms INTEGER NOT NULL, PRIMARY KEY (dev, occurrence, content)) WITHOUT ROWID;
CREATE INDEX receipt_items_content ON receipt_items (content, planned_ms);
INSERT INTO receipt_items (dev, occurrence, content, planned_ms) SELECT DISTINCT dev, occurrence, value, planned_ms FROM (SELECT dev, occurrence, planned_ms, json_extract(body, '$.items') AS items FROM receipts) AS played, json_each(items);
CREATE INDEX media_created ON media (created_ms, sha256);
CREATE INDEX programmes_changed ON programmes (changed_ms, id);
CREATE INDEX schedules_created ON schedules (created_ms, id);
CREATE TABLE photo_uses (photo TEXT NOT NULL, kind TEXT NOT NULL, thing TEXT NOT NULL, PRIMARY KEY (photo, kind, thing)) WITHOUT ROWID;
INSERT INTO photo_uses (photo, kind, thing) SELECT photo, 'delivery', thing FROM (SELECT id AS thing, json_extract(body, '$.photo') AS photo FROM deliveries) AS told WHERE photo IS NOT NULL;
INSERT INTO photo_uses (photo, kind, thing) SELECT DISTINCT json_extract(value, '$.sha256'), 'ticket', thing FROM (SELECT id AS thing, json_extract(body, '$.photos') AS photos FROM tickets) AS taken, json_each(photos);
INSERT INTO photo_uses (photo, kind, thing) SELECT DISTINCT value, 'entry', thing FROM (SELECT thing, json_extract(facts, '$.photos') AS photos FROM (SELECT entry AS thing, json_extract(body, '$.facts') AS facts FROM equipment) AS states) AS seen, json_each(photos);
`;
