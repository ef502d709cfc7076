// Orders that still stand are found among all that ever were.

export const sql = `
CREATE INDEX orders_exp ON orders (exp_ms);
`;
