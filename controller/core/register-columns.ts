// The register as a table of texts: columns with their Vietnamese and English names, and cells both ways. Pure.
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { EquipmentFacts, EquipmentField, EquipmentKind, EquipmentState, Technology } from '../../schemas/register.ts';

export interface RegisterColumn {
  readonly field: EquipmentField | 'id';
  readonly vi: string;
  readonly en: string;
  readonly kind: 'text' | 'number' | 'day' | 'list' | 'technology' | 'kind' | 'state';
}

const of = (field: RegisterColumn['field'], vi: string, en: string, kind: RegisterColumn['kind'] = 'text'): RegisterColumn => ({
  field,
  vi,
  en,
  kind,
});

export const registerColumns: readonly RegisterColumn[] = [
  of('id', 'Mã thiết bị', 'Id'),
  of('name', 'Tên', 'Name'),
  of('unit', 'Đơn vị', 'Unit'),
  of('kind', 'Loại', 'Kind', 'kind'),
  of('technology', 'Công nghệ', 'Technology', 'technology'),
  of('state', 'Tình trạng', 'State', 'state'),
  of('box', 'Hộp điều khiển', 'Box'),
  of('officialCode', 'Mã định danh', 'Official code'),
  of('serial', 'Số sê-ri', 'Serial'),
  of('imei', 'IMEI', 'IMEI'),
  of('sim', 'SIM', 'SIM'),
  of('simUntil', 'Hạn SIM', 'SIM until', 'day'),
  of('latitude', 'Vĩ độ', 'Latitude', 'number'),
  of('longitude', 'Kinh độ', 'Longitude', 'number'),
  of('pole', 'Cột', 'Pole'),
  of('meter', 'Công tơ điện', 'Power meter'),
  of('contract', 'Hợp đồng điện', 'Power contract'),
  of('loudspeakers', 'Số loa', 'Loudspeakers', 'number'),
  of('powerW', 'Công suất một loa (W)', 'Watts each', 'number'),
  of('installed', 'Ngày lắp đặt', 'Installed', 'day'),
  of('warrantyUntil', 'Hạn bảo hành', 'Warranty until', 'day'),
  of('owner', 'Chịu trách nhiệm nội dung', 'Content owner'),
  of('photos', 'Ảnh (SHA-256)', 'Photos', 'list'),
  of('note', 'Ghi chú', 'Note'),
];

export const technologyWords: Readonly<Record<Technology, string>> = { wired: 'hữu tuyến', fm: 'FM', mixed: 'hỗn hợp', ip: 'IP' };
export const equipmentKindWords: Readonly<Record<EquipmentKind, string>> = {
  ...{ cluster: 'cụm loa', board: 'bảng tin', transmitter: 'máy phát', computer: 'máy tính', recorder: 'máy ghi âm' },
};
export const equipmentStateWords: Readonly<Record<EquipmentState, string>> = {
  ...{ working: 'đang hoạt động', broken: 'hỏng', removed: 'đã thanh lý' },
};
const words = { technology: technologyWords, kind: equipmentKindWords, state: equipmentStateWords } as const;

/** Capitals, tone marks and signs between words do not tell names apart. */
export function plainWord(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replaceAll(/[đĐ]/g, 'd')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, ' ')
    .trim();
}

const columnNames: ReadonlyMap<string, RegisterColumn> = new Map(
  registerColumns.flatMap((column) => [column.vi, column.en, column.field].map((name) => [plainWord(name), column] as const)),
);

/** Columns of a first line. Problems: bad-input (unknown, twice, no id). */
export function readHeader(header: readonly string[]): Result<readonly RegisterColumn[]> {
  const columns: RegisterColumn[] = [];
  for (const [at, name] of header.entries()) {
    const column = columnNames.get(plainWord(name));
    if (!column) return bad('bad-input', `no column "${name.slice(0, 80)}"`, `/csv/0/${at}`);
    if (columns.includes(column)) return bad('bad-input', `column ${column.vi} stands twice`, `/csv/0/${at}`);
    columns.push(column);
  }
  return columns.some(({ field }) => field === 'id') ? ok(columns) : bad('bad-input', 'a column "Mã thiết bị" or "id" is needed', '/csv/0');
}

/** What a cell says, as the shape wants it; what cannot be read stays text, for the shape to refuse. Empty is `null`. */
export function readCell(kind: RegisterColumn['kind'], cell: string): unknown {
  // Written so on the way out, that no office program takes it for a formula.
  const text = (/^'['=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell).trim();
  if (kind === 'list') return text === '' ? [] : text.split(/[\s,;]+/);
  if (text === '') return null;
  switch (kind) {
    case 'number':
      return /^-?\d{1,9}([.,]\d{1,12})?$/.test(text) ? Number(text.replace(',', '.')) : text;
    case 'day': {
      const local = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(text);
      return local ? `${local[3]}-${(local[2] ?? '').padStart(2, '0')}-${(local[1] ?? '').padStart(2, '0')}` : text;
    }
    case 'technology':
    case 'kind':
    case 'state': {
      const asked = plainWord(text);
      const found = Object.entries(words[kind]).find(([code, vi]) => code === asked || plainWord(vi) === asked);
      return found?.[0] ?? text;
    }
    default:
      return text;
  }
}

/** The other way; the reader of cells reads the same again. */
export function writeCell({ field, kind }: RegisterColumn, entry: string, facts: EquipmentFacts): string {
  if (field === 'id') return entry;
  const value = facts[field];
  if (value === null) return '';
  if (Array.isArray(value)) return value.join(' ');
  if (kind === 'technology' || kind === 'kind' || kind === 'state') return (words[kind] as Record<string, string>)[String(value)] ?? '';
  const text = String(value);
  return text.startsWith("'") ? `'${text}` : text;
}
