// What every store promises of lines to other centres: each thing once, numbered anew when it changes, read on from where a reader stands.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tellFrom } from '../../controller/core/federation.ts';
import type { Offered, Taken } from '../../controller/store/federation-store.ts';
import { describeOnStore, type StoreBed } from './store-suite.ts';

const wide = { rows: 100, bytes: 100_000 };
const taken = (seq: number, key: string, body = '{}'): Taken => ({ seq, key, kind: 'item', subject: key, body });

export function describeFederationStore(name: string, makeBed: () => Promise<StoreBed>): void {
  describeOnStore(name, makeBed, (on) => {
    const offer = async (...things: (readonly [string, string])[]) =>
      on.store.federation.offer(
        'duoi',
        things.map(([key, body]): Offered => ({ key, body })),
      );
    const told = async (after: number, limits = wide) =>
      (await on.store.federation.after('duoi', after, limits)).map(({ seq, key, body }) => `${seq} ${key} ${body}`);
    const batch = (rows: readonly Taken[], after: number, upto: number, stream = 's-1') =>
      on.store.federation.take('tren', { stream, after, upto, counter: upto, rows, settled: false });

    test('what changed gets the next number, what did not keeps its own, also after opening again', async () => {
      expect(await offer(['a', '1'], ['b', '1'])).toEqual({ ok: true, value: 2 });
      expect(await offer(['a', '1'], ['b', '1'])).toEqual({ ok: true, value: 0 });
      await on.reopen();
      expect(await offer(['a', '2'], ['b', '1'], ['c', '1'])).toEqual({ ok: true, value: 2 });
      expect(await told(0)).toEqual(['2 b 1', '3 a 2', '4 c 1']);
      expect(await told(3)).toEqual(['4 c 1']);
      expect(await told(0, { rows: 2, bytes: 100 })).toEqual(['2 b 1', '3 a 2']);
      expect(await told(0, { rows: 9, bytes: 1 })).toEqual(['2 b 1']);
      expect(await told(9)).toEqual([]);
      expect((await on.store.federation.line('duoi')).out.seq).toBe(4);
      expect(await on.store.federation.after('ai', 0, wide)).toEqual([]);
    });

    test('a batch is taken once, in order, with its place; a gap is refused and nothing is written', async () => {
      expect(await batch([taken(1, 'a'), taken(2, 'b')], 0, 2)).toMatchObject({ ok: true });
      expect(await batch([taken(1, 'a', '{"old":1}')], 0, 2), 'known').toMatchObject({ ok: true });
      expect(await batch([taken(9, 'z')], 8, 9)).toMatchObject({ problem: { code: 'conflict' } });
      await on.reopen();
      expect(await on.store.federation.line('tren')).toMatchObject({ in: { stream: 's-1', seq: 2 }, counter: 2 });
      expect((await on.store.federation.unsettled('tren', 0, 9)).map(({ key, body }) => `${key} ${body}`)).toEqual(['a {}', 'b {}']);
      await on.store.federation.settle('tren', 'a', 1);
      await batch([taken(3, 'b', '{"n":2}')], 2, 3);
      await on.store.federation.settle('tren', 'b', 2);
      expect(
        (await on.store.federation.unsettled('tren', 0, 9)).map(({ seq, key }) => `${seq} ${key}`),
        'a newer state waits',
      ).toEqual(['3 b']);
      await batch([taken(1, 'b', '{"n":3}')], 0, 1, 's-2');
      expect((await on.store.federation.line('tren')).in).toEqual({ stream: 's-2', seq: 1 });
    });

    test('what waits is read on behind a number; what is settled is known, and waits again when it is opened again', async () => {
      const { federation } = on.store;
      const rows = ['p-1', 'p-2', 'p-1'].map((subject, at) => ({ ...taken(at + 1, `issue:${at}`), kind: 'issue', subject }));
      await federation.take('tren', { stream: 's', after: 0, upto: 3, counter: 0, rows, settled: false });
      const waiting = async (after: number, limit: number) => (await federation.unsettled('tren', after, limit)).map(({ seq }) => seq);
      expect([await waiting(0, 2), await waiting(2, 2), await waiting(3, 2)]).toEqual([[1, 2], [3], []]);
      for (const seq of [1, 2, 3]) await federation.settle('tren', `issue:${seq - 1}`, seq);
      expect(await federation.isSettled('tren', 'issue:0')).toBe(true);
      await federation.reopen('tren', 'item', 'p-1');
      await federation.reopen('khac', 'issue', 'p-1');
      expect(await waiting(0, 9)).toEqual([]);
      await federation.reopen('tren', 'issue', 'p-1');
      await on.reopen();
      expect((await on.store.federation.unsettled('tren', 0, 9)).map(({ seq }) => seq)).toEqual([1, 3]);
      expect(await on.store.federation.isSettled('tren', 'issue:0')).toBe(false);
      expect(await on.store.federation.isSettled('tren', 'issue:1')).toBe(true);
      expect(await on.store.federation.isSettled('tren', 'issue:9')).toBe(false);
    });

    test('what was told is found by what it is about, whoever told it; a centre that is let go is forgotten whole', async () => {
      const rows = (subject: string) => [{ seq: 1, key: `handling:${subject}:a`, kind: 'handling', subject, body: '{}' }];
      const shared = { stream: 's', after: 0, upto: 1, counter: 0, settled: true };
      await on.store.federation.take('xa-a', { ...shared, rows: rows('p-1') });
      await on.store.federation.take('xa-b', { ...shared, rows: rows('p-2') });
      const found = async (subjects?: readonly string[]) =>
        (await on.store.federation.told('handling', subjects, 9)).map(({ peer, subject, settled }) => `${peer} ${subject} ${settled}`);
      expect(await found(['p-1', 'p-9'])).toEqual(['xa-a p-1 true']);
      expect(await found()).toEqual(['xa-a p-1 true', 'xa-b p-2 true']);
      await on.store.federation.heard('xa-a', 7);
      await on.store.federation.complete('xa-a', 5);
      expect(await on.store.federation.lines()).toMatchObject([
        { peer: 'xa-a', heardMs: 7, asOfMs: 5 },
        { peer: 'xa-b', asOfMs: null },
      ]);
      await on.store.federation.forget('xa-a');
      expect(await found()).toEqual(['xa-b p-2 true']);
      expect((await on.store.federation.lines()).map(({ peer }) => peer)).toEqual(['xa-b']);
    });

    test('content is named by what is offered to a centre, and by nothing else', async () => {
      const [one, two] = ['a'.repeat(64), 'b'.repeat(64)];
      await offer(['item:1', JSON.stringify({ play: { sha256: one } })], ['item:2', JSON.stringify({ title: two })]);
      const named = (name: string) => on.store.federation.names('duoi', name);
      expect([await named(one), await named(two), await named('%'), await on.store.federation.names('ai', one)]).toEqual([
        true,
        false,
        false,
        false,
      ]);
    });

    test('tables of a backup begin a new numbering, and ask for all again', async () => {
      await offer(['a', '1']);
      await batch([taken(4, 'a')], 0, 4);
      const before = (await on.store.federation.line('duoi')).out.stream;
      await on.store.restored({ atMs: 1, actor: 'x', act: 'restore', subject: 's', sha256: '' });
      const after = await on.store.federation.line('duoi');
      expect(after.out).toMatchObject({ seq: 0 });
      expect(after.out.stream).not.toBe(before);
      expect((await on.store.federation.line('tren')).in).toEqual({ stream: null, seq: 0 });
      expect(await offer(['a', '1'])).toEqual({ ok: true, value: 1 });
    });

    test('whatever changes, is lost on the way or comes twice: in the end the reader holds each thing as it is', async () => {
      const step = fc.oneof(
        fc.record({ do: fc.constant('change' as const), key: fc.constantFrom('a', 'b', 'c', 'd'), body: fc.integer({ min: 0, max: 9 }) }),
        fc.record({ do: fc.constantFrom('send' as const, 'lose' as const, 'twice' as const), rows: fc.integer({ min: 1, max: 3 }) }),
      );
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
          const [writer, reader] = [`w-${run}`, `r-${run++}`];
          const { federation } = on.store;
          const now = new Map<string, string>();
          const sendOnce = async (rows: number, times: number) => {
            const [{ out }, { in: read }] = [await federation.line(writer), await federation.line(reader)];
            const after = tellFrom(out, { stream: read.stream, after: read.seq });
            const next = await federation.after(writer, after, { rows, bytes: 10_000 });
            const last = next.at(-1);
            if (!last) return false;
            const things = next.map(({ seq, key, body }) => taken(seq, key, body));
            for (let n = 0; n < times; n++)
              await federation.take(reader, { stream: out.stream, after, upto: last.seq, counter: 0, rows: things, settled: false });
            return times > 0;
          };
          for (const one of steps)
            if (one.do === 'change') {
              now.set(one.key, String(one.body));
              await federation.offer(
                writer,
                [...now].map(([key, body]) => ({ key, body })),
              );
            } else await sendOnce(one.rows, { send: 1, lose: 0, twice: 2 }[one.do]);
          while (await sendOnce(2, 1));
          const held = new Map((await federation.unsettled(reader, 0, 99)).map(({ key, body }) => [key, body]));
          expect(held).toEqual(now);
        }),
        { numRuns: 15 },
      );
    });
  });
}
