// Playlists and proof of play over REST: shares, validity and spans go in, pages and rows come out.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Asker, type BuiltCentre, codeOf, makeCentre, openPolicy } from './built-centre.ts';

describe('boards over REST', () => {
  let built: BuiltCentre;
  let author: Asker;
  let approver: Asker;
  let items: string[];

  beforeAll(async () => {
    built = await makeCentre();
    const [admin, technician] = await Promise.all(['quan-tri', 'ky-thuat'].map((name) => built.as(name)));
    [author, approver] = (await Promise.all(['tac-gia', 'duyet'].map((name) => built.as(name)))) as [Asker, Asker];
    await admin?.('PUT', '/policy', openPolicy);
    const box = { id: 'bang-1', name: 'Bảng 1', area: '08/02536', groups: ['bang'], outputs: [{ id: 'screen', kind: 'board' }] };
    expect((await technician?.('POST', '/boxes', box))?.status).toBe(201);
    const made = await Promise.all(
      ['Cắt điện', 'Tiêm chủng;=1+1'].map((title) => author('POST', '/bulletins', { title, text: 'Thứ ba', durationMs: 10_000 })),
    );
    items = made.map(({ body }) => body.sha256 as string);
  });
  afterAll(() => built.stop());

  const programme = async (wishes: unknown[]) =>
    author('POST', '/programmes', { title: 'Bảng', form: 'bulletin', tier: 'normal', items: wishes });

  test('items take a share, a validity and a time of their own; what makes no sense is refused with its place', async () => {
    const [a, b] = items;
    const validUntilMs = built.clock.nowMs + 3_600_000;
    const made = await programme([{ sha256: a, share: 3, validUntilMs, durationMs: 20_000 }, b]);
    expect(made.status).toBe(201);
    expect(made.body.items).toMatchObject([{ sha256: a, share: 3, validUntilMs, durationMs: 20_000 }, { sha256: b }]);
    expect(made.body.items[1].share).toBeUndefined();
    const wrong = await programme([b, { sha256: a, validFromMs: 5, validUntilMs: 5 }]);
    expect([codeOf(wrong), wrong.body.path]).toEqual(['bad-input', '/items/1']);
    expect((await programme([{ sha256: a, share: 0 }])).status).toBe(400);
    const short = await programme([b, { sha256: a, durationMs: 999 }]);
    expect([codeOf(short), short.body.path]).toEqual(['bad-input', '/items/1']);
    const brief = await author('POST', '/bulletins', { title: 'Chớp', text: 'Thứ ba', durationMs: 999 });
    expect(codeOf(brief)).toBe('bad-input');
  });

  test('a schedule that lasts is kept, previewed page by page by the box’s own function, and sent to the board', async () => {
    const [a, b] = items;
    const made = await programme([{ sha256: a, share: 2 }, b]);
    await author('POST', `/programmes/${made.body.id}/submit`);
    expect((await approver('POST', `/programmes/${made.body.id}/approve`)).status).toBe(200);
    const startMs = Math.ceil(built.clock.nowMs / 3_600_000) * 3_600_000;
    const start = new Date(startMs + 7 * 3_600_000)
      .toISOString()
      .replace(/[-:]|\.\d+Z/g, '')
      .slice(0, 15);
    const wish = { programme: made.body.id, groups: ['bang'], start, zone: 'Asia/Ho_Chi_Minh', class: 'filler', lastsMs: 60_000 };
    const twice = await author('POST', '/schedules', { ...wish, repeat: { times: 2, gapMs: 0 } });
    expect([codeOf(twice), twice.body.path]).toEqual(['schedule-invalid', '/repeat']);
    const kept = await author('POST', '/schedules', wish);
    expect([kept.status, kept.body.lastsMs]).toEqual([201, 60_000]);
    const seen = await approver('GET', `/boards/preview?box=bang-1&fromMs=${startMs - 1_000}&toMs=${startMs + 3_600_000}`);
    const pages = (seen.body.showings as { fromMs: number; untilMs: number; item: { title: string } }[]).map(
      ({ fromMs, untilMs, item }) => {
        return `${item.title} ${(fromMs - startMs) / 1000}-${(untilMs - startMs) / 1000}`;
      },
    );
    expect(pages).toHaveLength(6);
    expect(pages.filter((one) => one.startsWith('Cắt điện'))).toHaveLength(4);
    expect(pages.at(-1)).toMatch(/50-60$/);
  });

  test('rows are listed by box, bulletin and period as JSON and as a table; nothing measured is null, never 0', async () => {
    const fromMs = built.clock.nowMs - 3_600_000;
    const line = (sha256: string, shownMs: number, frames: number | null) => {
      return {
        sha256,
        times: 6,
        plannedMs: 60_000,
        shownMs,
        firstMs: fromMs,
        lastMs: fromMs + 60_000,
        frames,
        ends: { completed: 6 },
        evidence: frames === null ? 'rendered' : 'seen',
        compliance: null,
      };
    };
    const [a = '', b = ''] = items;
    const showing = {
      id: 'b1.0',
      output: 'screen',
      what: 'bulletin',
      occurrence: 's@1@screen',
      plannedFromMs: fromMs,
      plannedUntilMs: fromMs + 120_000,
      lines: [line(a, 54_000, 60), line(b, 60_000, null)],
    };
    await built.centre.store.log.commit({
      rows: [],
      receipts: [],
      progress: [],
      conflicts: [],
      heads: [],
      showings: [{ dev: 'bang-1', receivedMs: 1, showing }] as never,
    });
    const all = await approver('GET', '/showings?box=bang-1');
    expect(all.body).toMatchObject({
      proof: { expectedMs: 120_000, measurableMs: 60_000, confirmedMs: 54_000, unmeasuredMs: 60_000, compliance: 0.9 },
      rows: [{ box: 'bang-1', boxName: 'Bảng 1' }],
    });
    expect((await approver('GET', `/showings?bulletin=${b}`)).body.proof.compliance).toBeNull();
    expect((await approver('GET', `/showings?toMs=${fromMs - 1}`)).body).toMatchObject({ rows: [], proof: { compliance: null } });
    const table = await approver('GET', '/showings?box=bang-1&format=csv');
    expect(table.headers['content-type']).toContain('text/csv');
    // A spreadsheet set to `;` would split here, and reckon.
    expect(String(table.body)).toContain(`,"Tiêm chủng;'=1+1",`);
    expect(codeOf(await approver('GET', '/showings?box=nowhere'))).toBe('not-found');
    expect(codeOf(await approver('GET', '/showings?fromMs=5&toMs=5'))).toBe('bad-input');
    expect((await built.stranger('GET', '/showings')).status).toBe(401);
  });
});
