// Files that wait to be worked on: who comes next, what people see of it, and what is refused.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextOf, type Waiting } from '../../controller/core/work-order.ts';
import { type Progress, type Work, WorkLine, waitingOfOneMax } from '../../controller/media/work-line.ts';
import { ok, type Result } from '../../schemas/problems.ts';

const waiting = fc.record({
  lane: fc.constantFrom('sound' as const, 'film' as const),
  account: fc.constantFrom('an', 'binh', 'chi', null),
});

describe('who comes next', () => {
  test('nobody waits while the same person is served twice, nobody waits for the other lane, and each is served once', () => {
    fc.assert(
      fc.property(fc.array(waiting, { maxLength: 30 }), (all) => {
        const numbered: Waiting[] = all.map((one, number) => ({ ...one, number }));
        for (const lane of ['sound', 'film'] as const) {
          let left = numbered;
          const served = new Map<string, number>();
          const order: Waiting[] = [];
          for (let one = nextOf(left, lane, served); one; one = nextOf(left, lane, served)) {
            const chosen = one;
            left = left.filter((other) => other !== chosen);
            order.push(chosen);
            if (chosen.account !== null) served.set(chosen.account, order.length);
          }
          const here = numbered.filter((one) => one.lane === lane);
          expect(new Set(order)).toEqual(new Set(here));
          const own = here.filter(({ account }) => account === null).length;
          expect(order.slice(0, own).every(({ account }) => account === null)).toBe(true);
          // Between two of one person, everybody else who still waits was served.
          for (const [at, { account }] of order.entries()) {
            const again = order.findIndex((other, later) => later > at && other.account === account);
            if (account === null || again < 0) continue;
            const after = new Set(order.slice(again).map((other) => other.account));
            const between = new Set(order.slice(at, again).map((other) => other.account));
            expect([...after].filter((other) => !between.has(other))).toEqual([]);
          }
        }
      }),
    );
  });
});

describe('the line', () => {
  function made() {
    const told: string[] = [];
    const line = new WorkLine({ tell: (id) => told.push(id), nowMs: () => 1_000 });
    const begun: string[] = [];
    const ends = new Map<string, () => void>();
    const progress = new Map<string, Progress>();
    const add = (title: string, work: Partial<Work> = {}) =>
      line.do<string>({ lane: 'sound', account: 'an', title, ...work }, (tell) => {
        begun.push(title);
        progress.set(title, tell);
        return new Promise<Result<string>>((resolve) => ends.set(title, () => resolve(ok(title))));
      });
    const end = async (title: string) => {
      ends.get(title)?.();
      await new Promise((go) => setImmediate(go));
    };
    return { line, add, end, begun, told, progress };
  }

  test('does one thing at a time in each lane: a sound does not wait for a film', async () => {
    const { add, end, begun } = made();
    const all = [
      add('phim', { lane: 'film' }),
      add('phim 2', { lane: 'film' }),
      add('tiếng'),
      add('tiếng 2'),
      add('của chị', { account: 'chi' }),
    ];
    await end('không có');
    expect(begun).toEqual(['phim', 'tiếng']);
    await end('tiếng');
    expect(begun).toEqual(['phim', 'tiếng', 'của chị']);
    for (const title of ['phim', 'của chị', 'tiếng 2', 'phim 2']) await end(title);
    expect((await Promise.all(all)).every(({ ok: done }) => done)).toBe(true);
  });

  test('shows a person what is done of their files, and nobody else’s', async () => {
    const { line, add, end, told, progress } = made();
    const all = [add('một'), add('hai')];
    await end('không có');
    progress.get('một')?.('encode', 0.456);
    progress.get('một')?.('encode', 0.2);
    expect(line.of('an')).toEqual([
      { id: '1', title: 'một', kind: 'sound', state: 'working', step: 'encode', share: 0.46, sinceMs: 1_000 },
      expect.objectContaining({ title: 'hai', state: 'waiting', step: null, share: 0 }),
    ]);
    expect(line.of('binh')).toEqual([]);
    expect(told).toContain('1');
    await end('một');
    await end('hai');
    await Promise.all(all);
    expect(line.of('an')).toEqual([]);
  });

  test('refuses one person’s seventeenth file, not somebody else’s and never the centre’s own', async () => {
    const { add, end } = made();
    const mine = Array.from({ length: waitingOfOneMax }, (_, n) => add(`tệp ${n}`));
    const refused = await add('một tệp nữa');
    expect(!refused.ok && refused.problem.code).toBe('too-many-requests');
    const others = [add('của chị', { account: 'chi' }), add('buổi trực tiếp', { account: null })];
    await end('tệp 0');
    await end('buổi trực tiếp');
    await end('của chị');
    for (let n = 1; n < waitingOfOneMax; n++) await end(`tệp ${n}`);
    expect((await Promise.all([...mine, ...others])).filter(({ ok: done }) => !done)).toEqual([]);
  });

  test('goes on after work that throws', async () => {
    const { line, add, end } = made();
    const broken = line.do({ lane: 'sound', account: 'an', title: 'hỏng' }, () => Promise.reject(new Error('hỏng')));
    const next = add('sau');
    await expect(broken).rejects.toThrow('hỏng');
    await end('sau');
    expect((await next).ok).toBe(true);
  });
});
