// A centre's folder after a power cut, its tables and slots opened by the product's own stores, held against what it said yes to.

import { folderOf } from '../../../controller/folder.ts';
import { CounterMark } from '../../../controller/signing/counter-mark.ts';
import { openDatabase } from '../../../hardware/host/sqlite.ts';
import { Book, type Facts, type Wish } from '../centre-kill/book.ts';
import { Tables } from '../centre-kill/facts.ts';
import { type CentreMark, hearer } from './centre-story.ts';
import type { Found } from './found.ts';

/** Of the box that says rows, by its own count. */
const saidRow = /^fleet-row \S+ (\d+)$/;

export async function checkCentre(dir: string, before: Facts, marks: readonly CentreMark[]): Promise<Found> {
  const found = { lost: [] as string[], twice: [] as string[], broken: [] as string[] };
  try {
    const seen = await new Tables(dir).look();
    if (seen.brokenAt !== undefined) found.broken.push(`the audit chain breaks at row ${seen.brokenAt}`);
    for (const name of seen.missing) found.lost.push(`content ${name.slice(0, 8)} is named and not there`);
    const { lost, half } = bookOf(before, marks).settle(seen);
    found.lost.push(...lost);
    found.broken.push(...half);
    await checkRows(dir, marks, found);
    checkPublished(
      marks,
      seen.revisions,
      new Set([...seen.things].flatMap(([key, { id }]) => (key.startsWith('order ') ? [id] : []))),
      found,
    );
    await checkCounters(dir, marks, found);
  } catch (error) {
    found.broken.push(error instanceof Error ? error.message : String(error));
  }
  return found;
}

/** What had been said by then; a write that was under way may have been done or not. */
function bookOf(before: Facts, marks: readonly CentreMark[]): Book {
  const book = new Book();
  book.begin(before);
  const open = new Map<number, Wish>();
  for (const mark of marks) {
    if (mark.saw === 'asked') open.set(mark.number, mark.wish);
    if (mark.saw === 'accepted') book.accept(mark.wish, mark.id);
    if (mark.saw === 'accepted' || mark.saw === 'refused') open.delete(mark.number);
  }
  for (const wish of open.values()) book.doubt(wish);
  return book;
}

async function checkRows(dir: string, marks: readonly CentreMark[], found: Found): Promise<void> {
  const acknowledged = marks.reduce((most, mark) => (mark.saw === 'acknowledged' ? Math.max(most, mark.rows) : most), 0);
  const opened = await openDatabase({ file: folderOf(dir).database, exclusive: false });
  if (!opened.ok) return void found.broken.push(`database: ${opened.problem.detail}`);
  const details = await opened.value.read(`SELECT json_extract(entry, '$.fact.detail') AS detail FROM log_rows WHERE kind = 'act'`);
  const [conflicts] = await opened.value.read('SELECT COUNT(*) AS n FROM log_conflicts');
  const [checked] = await opened.value.read('PRAGMA integrity_check(1)');
  await opened.value.close();
  const stored = new Map<number, number>();
  for (const { detail } of details) {
    const number = Number(saidRow.exec(String(detail))?.[1] ?? 0);
    if (number > 0) stored.set(number, (stored.get(number) ?? 0) + 1);
  }
  for (let number = 1; number <= acknowledged; number++) if (!stored.has(number)) found.lost.push(`row ${number} was acknowledged`);
  for (const [number, times] of stored) if (times > 1) found.twice.push(`row ${number} is there ${times} times`);
  if (Number(conflicts?.['n']) > 0) found.twice.push(`${conflicts?.['n']} contradictions of rows`);
  const verdict = String(Object.values(checked ?? {})[0]);
  if (verdict !== 'ok') found.broken.push(`database: ${verdict}`);
}

function checkPublished(
  marks: readonly CentreMark[],
  revisions: ReadonlyMap<string, number>,
  orders: ReadonlySet<string>,
  found: Found,
): void {
  const rev = marks.reduce((most, mark) => (mark.saw === 'published' ? Math.max(most, mark.rev ?? 0) : most), 0);
  const stored = revisions.get(hearer) ?? 0;
  if (stored < rev) found.lost.push(`want ${rev} was published, ${stored} is there`);
  for (const mark of marks)
    if (mark.saw === 'published' && mark.order !== undefined && !orders.has(mark.order))
      found.lost.push(`order ${mark.order} was published`);
}

/** Whatever the tables say, the desk never signs with a counter again. */
async function checkCounters(dir: string, marks: readonly CentreMark[], found: Found): Promise<void> {
  const used = marks.reduce((most, mark) => (mark.saw === 'published' ? Math.max(most, mark.counter) : most), 0);
  const opened = await new CounterMark(folderOf(dir).signing).open(0);
  if (!opened.ok) return void found.broken.push(opened.problem.detail);
  const mark = opened.value?.mark ?? 0;
  if (mark < used) found.twice.push(`counter ${used} was used, the mark is at ${mark}`);
}
