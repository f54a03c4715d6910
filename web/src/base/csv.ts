// Tables as CSV that a spreadsheet opens without running anything: a cell of text that would be read as a
// formula gets an apostrophe in front (OWASP's rule), quotes are doubled, a byte order mark says UTF-8.

export type Cell = string | number | bigint | boolean | null | undefined;

const STARTS_FORMULA = /^[\s\u00a0\ufeff]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

export function csvCell(value: Cell): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  const safe = STARTS_FORMULA.test(value) || value.startsWith('\n') ? `'${value}` : value;
  return /[",\n\r']/.test(safe) || safe !== safe.trim() ? `"${safe.replace(/"/g, '""')}"` : safe;
}

export function csvRow(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

export const BOM = '\ufeff';

/** Amounts are numbers for the spreadsheet, so they come as text that was made from integers here. */
export class Plain {
  constructor(readonly text: string) {}
}

export function csvLine(cells: readonly (Cell | Plain)[]): string {
  return `${cells.map((cell) => (cell instanceof Plain ? cell.text : csvCell(cell))).join(',')}\r\n`;
}

export function download(name: string, parts: BlobPart[], type = 'text/csv;charset=utf-8') {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
