// How the readings of a box went: a ring of eight days, one row for each quarter of an hour in it, whatever the box sends.

export const sql = `
CREATE TABLE readings (dev TEXT NOT NULL, place INTEGER NOT NULL, at_ms INTEGER NOT NULL, temperature_tenths INTEGER, mains_tenths INTEGER, current_ma INTEGER, signal_dbm INTEGER, disk_worn_percent INTEGER, data_month_bytes INTEGER, PRIMARY KEY (dev, place)) WITHOUT ROWID;
`;
