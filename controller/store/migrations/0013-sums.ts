// What sums of plays are made of stands in columns of its own, and lists find their newest first: a year of ten thousand boxes.

export const sql = `
ALTER TABLE receipts ADD COLUMN what TEXT;
ALTER TABLE receipts ADD COLUMN class TEXT;
ALTER TABLE receipts ADD COLUMN programme TEXT;
ALTER TABLE receipts ADD COLUMN outcome TEXT;
ALTER TABLE receipts ADD COLUMN reason TEXT;
ALTER TABLE receipts ADD COLUMN proof TEXT;
ALTER TABLE receipts ADD COLUMN lasts_ms BIGINT;
ALTER TABLE receipts ADD COLUMN audible_ms BIGINT;
UPDATE receipts SET what = json_extract(body, '$.what'), class = json_extract(body, '$.class'), programme = json_extract(body, '$.programme'), outcome = json_extract(body, '$.outcome'), reason = json_extract(body, '$.reason'), proof = json_extract(body, '$.proof'), lasts_ms = CAST(json_extract(body, '$.plannedEndMs') AS BIGINT) - CAST(json_extract(body, '$.plannedStartMs') AS BIGINT), audible_ms = CAST(json_extract(body, '$.audibleMs') AS BIGINT);
CREATE INDEX receipts_sums ON receipts (planned_ms, dev, what, class, programme, outcome, reason, proof, lasts_ms, audible_ms);
DROP INDEX receipts_planned;
CREATE INDEX receipts_box ON receipts (dev, planned_ms, what, outcome, reason, proof);
CREATE INDEX receipts_simulated ON receipts (planned_ms, dev) WHERE proof = 'simulated';
CREATE INDEX log_rows_box ON log_rows (dev, at_ms);
CREATE INDEX log_rows_kind ON log_rows (dev, kind, at_ms);
CREATE INDEX showings_box ON showings (dev, from_ms);
CREATE INDEX orders_given ON orders (given_ms);
CREATE INDEX faults_opened ON faults (opened_ms);
`;
