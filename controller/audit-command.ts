// The audit at the machine itself: does the chain hold, and the whole of it as JSON lines for whoever wants to check it without us.
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { bad, ok, type Result } from '../schemas/problems.ts';
import { folderOf } from './folder.ts';
import { openStore } from './store/open-store.ts';
import type { Store } from './store/store.ts';

export const auditUsage = `The audit of a centre (controller/docs/running.md has the recipe for strangers).

  audit verify --data DIR [--known SEQ:HASH]   the chain from its first row; --known: that this row still stands as it did
  audit export FILE --data DIR                 every row as a line of JSON, into a new file
`;

const page = 2_000;
const knownPattern = /^(\d{1,15}):([0-9a-f]{64})$/;

function readWords(argv: readonly string[]) {
  const options = { data: { type: 'string' }, known: { type: 'string' }, help: { type: 'boolean' } } as const;
  return parseArgs({ args: [...argv], allowPositionals: true, options });
}

/** Lines to print. Problems: bad-input, store-damaged (which row), conflict (the file exists), those of the database. */
export async function runAudit(argv: readonly string[]): Promise<Result<readonly string[]>> {
  let read: ReturnType<typeof readWords>;
  try {
    read = readWords(argv);
  } catch (error) {
    return bad('bad-input', `${error instanceof Error ? error.message : error}; "audit --help" says how`);
  }
  const { values, positionals } = read;
  const [word, file, ...more] = positionals;
  if (values.help || word === undefined) return ok([auditUsage.trimEnd()]);
  if (values.data === undefined) return bad('bad-input', '--data DIR is missing');
  if (word === 'verify' && file === undefined) return withStore(values.data, (store) => verify(store, values.known));
  if (word === 'export' && file !== undefined && more.length === 0) return withStore(values.data, (store) => exportTo(store, file));
  return bad('bad-input', `no act "${positionals.join(' ')}"; "audit --help" names them`);
}

async function verify(store: Store, known: string | undefined): Promise<Result<readonly string[]>> {
  const brokenAt = await store.audit.verify();
  if (brokenAt !== undefined) {
    const [row] = await store.audit.entries(brokenAt - 1, 1);
    const what = row?.seq === brokenAt ? `${new Date(row.atMs).toISOString()} ${row.actor} ${row.act} ${row.subject}` : 'is not there';
    return bad('store-damaged', `row ${brokenAt} does not follow from the one before: ${what}`);
  }
  const [, seq, hash] = knownPattern.exec(known ?? '') ?? [];
  if (known !== undefined && seq === undefined)
    return bad('bad-input', '--known SEQ:HASH, as a backup or an earlier verification printed it');
  if (seq !== undefined) {
    const [row] = await store.audit.entries(Number(seq) - 1, 1);
    if (row?.seq !== Number(seq) || row.hash !== hash) return bad('store-damaged', `row ${seq} is not the one that was known`);
  }
  const head = await store.audit.head();
  return ok([`Chuỗi nguyên vẹn / The chain holds: ${head.seq} dòng / rows, ${head.seq}:${head.hash}`]);
}

async function exportTo(store: Store, file: string): Promise<Result<readonly string[]>> {
  const out = createWriteStream(file, { flags: 'wx', mode: 0o600 });
  try {
    await once(out, 'open');
  } catch (error) {
    return bad('conflict', `${file}: ${error instanceof Error ? error.message : error}`);
  }
  let after = 0;
  for (;;) {
    const rows = await store.audit.entries(after, page);
    const text = rows.map(({ seq, atMs, actor, act, subject, sha256, hash }) => {
      return `${JSON.stringify({ seq, atMs, actor, act, subject, sha256, hash })}\n`;
    });
    if (!out.write(text.join(''))) await once(out, 'drain');
    after = rows.at(-1)?.seq ?? after;
    if (rows.length < page) break;
  }
  out.end();
  await finished(out);
  return ok([`${after} dòng / rows → ${file}`]);
}

async function withStore(dataDir: string, use: (store: Store) => Promise<Result<readonly string[]>>): Promise<Result<readonly string[]>> {
  const opened = await openStore(folderOf(dataDir));
  if (!opened.ok) return opened;
  try {
    if ((await opened.value.meta.value('card')) === undefined) return bad('not-found', `no centre in ${dataDir}`);
    return await use(opened.value);
  } finally {
    await opened.value.close();
  }
}
