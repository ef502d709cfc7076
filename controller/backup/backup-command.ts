// Backup, its verification and the way back, at the centre's own machine.
import { parseArgs } from 'node:util';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { makeBackup } from './backup.ts';
import type { Manifest } from './manifest.ts';
import { restoreBackup, verifyBackup } from './restore.ts';

export const backupUsage = `Backups of a centre (controller/docs/running.md).

  backup FOLDER --data DIR [--without-tables]   a copy of DIR in an empty FOLDER, while the centre runs
  backup verify FOLDER                          every file, the pages of the tables, the audit chain, content that is named
  restore FOLDER --data DIR                     an empty DIR becomes what the backup holds, verified first and after

The secret of the keys is not in it (controller/docs/keys.md): keep it elsewhere, a restored centre asks for it.
`;

function readWords(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { data: { type: 'string' }, 'without-tables': { type: 'boolean', default: false }, help: { type: 'boolean' } },
  });
}

/** Lines to print. Problems: bad-input and those of making and verifying. */
export async function runBackup(argv: readonly string[], nowMs: number): Promise<Result<readonly string[]>> {
  const read = wordsOf(argv);
  if (!read.ok) return read;
  const { values, positionals } = read.value;
  const [first, second, ...more] = positionals;
  if (values.help || first === undefined) return ok([backupUsage.trimEnd()]);
  if (first === 'verify' && second !== undefined && more.length === 0)
    return told('Nguyên vẹn / Whole', second, await verifyBackup(second));
  if (second !== undefined || values.data === undefined) return bad('bad-input', 'backup FOLDER --data DIR; "backup --help" says more');
  return told('Đã sao lưu vào / Backed up into', first, await makeBackup(values.data, first, nowMs, values['without-tables']));
}

export async function runRestore(argv: readonly string[], nowMs: number): Promise<Result<readonly string[]>> {
  const read = wordsOf(argv);
  if (!read.ok) return read;
  const { values, positionals } = read.value;
  const [from, ...more] = positionals;
  if (values.help) return ok([backupUsage.trimEnd()]);
  if (from === undefined || more.length > 0 || values.data === undefined) return bad('bad-input', 'restore FOLDER --data DIR');
  const done = await told('Đã khôi phục vào / Restored into', values.data, await restoreBackup(from, values.data, nowMs));
  if (!done.ok) return done;
  return ok([
    ...done.value,
    'Mọi người đăng nhập lại; mọi hộp được báo lại lịch của mình. / Everybody signs in again; every box is told anew.',
  ]);
}

function wordsOf(argv: readonly string[]): Result<ReturnType<typeof readWords>> {
  try {
    return ok(readWords(argv));
  } catch (error) {
    return bad('bad-input', `${error instanceof Error ? error.message : error}; "backup --help" says how`);
  }
}

function told(words: string, folder: string, done: Result<Manifest>): Result<readonly string[]> {
  if (!done.ok) return done;
  const { centre, madeMs, tables, files } = done.value;
  const megabytes = Math.ceil(files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6);
  const audit = tables
    ? `audit ${tables.audit.seq}:${tables.audit.hash}`
    : 'không có bảng (máy chủ cơ sở dữ liệu) / without tables (database server)';
  return ok([`${words} ${folder}: ${centre}, ${new Date(madeMs).toISOString()}, ${files.length} tệp / files, ${megabytes} MB`, audit]);
}
