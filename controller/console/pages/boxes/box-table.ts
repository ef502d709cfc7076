// A table file that spreadsheets open: RFC 4180, with the mark that tells them UTF-8; no cell is a formula.

const formula = /^[=+\-@\t\r]/;

function cell(text: string): string {
  return `"${(formula.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}

export function tableOf(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return `\uFEFF${[heads, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}
