// The parts of a want stand in its envelope alone: half the bytes when ten thousand boxes are told anew.

export const sql = `
ALTER TABLE wants DROP COLUMN parts;
`;
