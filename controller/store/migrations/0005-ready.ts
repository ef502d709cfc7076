// Orders that lie ready in boxes, as their officers signed them.

export const sql = `
CREATE TABLE local_orders (dev TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (dev, id)) WITHOUT ROWID;
`;
