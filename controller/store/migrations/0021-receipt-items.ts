// What each receipt played, a row for each content: what became of an item is found by its hash, however many receipts there are.

export const sql = `
CREATE TABLE receipt_items (dev TEXT NOT NULL, occurrence TEXT NOT NULL, content TEXT NOT NULL, planned_ms INTEGER NOT NULL, PRIMARY KEY (dev, occurrence, content)) WITHOUT ROWID;
CREATE INDEX receipt_items_content ON receipt_items (content, planned_ms);
INSERT INTO receipt_items (dev, occurrence, content, planned_ms) SELECT DISTINCT dev, occurrence, value, planned_ms FROM (SELECT dev, occurrence, planned_ms, json_extract(body, '$.items') AS items FROM receipts) AS played, json_each(items);
`;
