// The register of equipment: entries with history, tables in and out, an import taken back, statistics as at 31 December.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { judgeImportUndo, judgeState, stateOn } from '../../controller/core/register.ts';
import { readCell, readHeader, registerColumns, writeCell } from '../../controller/core/register-columns.ts';
import { readCsv } from '../../controller/register/csv-table.ts';
import { csvCell } from '../../controller/reports/write.ts';
import type { EquipmentFacts, EquipmentVersion } from '../../schemas/register.ts';
import { type Asker, type BuiltCentre, codeOf, must } from './built-centre.ts';
import { equipmentFacts, equipmentState, makeCommune } from './register-rig.ts';

const day = (n: number) => `2026-01-${String(n).padStart(2, '0')}`;
const maker = (today: string, imported: string | null = null) => ({ by: 'an', atMs: 1, today, imported });

describe('states of an entry', () => {
  test('follow one another by number and by day; the same again is no state', () => {
    const first = equipmentState('a', 1, { from: day(5) });
    const judge = (wish: object) =>
      judgeState(first, { entry: 'a', version: 1, from: day(6), facts: equipmentFacts({ state: 'broken' }), ...wish }, maker(day(9)));
    expect(judge({})).toMatchObject({ ok: true, value: { n: 2, from: day(6) } });
    expect(judge({ version: 0 })).toMatchObject({ problem: { code: 'conflict', path: '/version' } });
    expect(judge({ from: day(4) })).toMatchObject({ problem: { code: 'conflict', path: '/from' } });
    expect(judge({ from: day(10) })).toMatchObject({ problem: { code: 'bad-input', path: '/from' } });
    expect(judge({ facts: equipmentFacts() })).toEqual({ ok: true, value: undefined });
  });

  test('an import taken back leaves every day as if it had never been', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom('working', 'broken', 'removed')), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 3 }), (edits, later) => {
        const states: EquipmentVersion[] = [];
        let today = 1;
        const add = (state: string, imported: string | null) => {
          const wish = { entry: 'a', version: states.at(-1)?.n ?? 0, from: day(today), facts: equipmentFacts({ state, note: imported }) };
          const made = must(judgeState(states.at(-1), wish, maker(day(today), imported)));
          if (made) states.push(made);
          return made;
        };
        for (const [wait, state] of edits) {
          today += wait;
          add(state, null);
        }
        const before = [...states];
        today += later;
        const made = add('working', 'i1');
        if (!made) throw new Error('its note is new');
        const found = { made, before: states.at(-2), last: made };
        const record = { id: 'i1', atMs: 1, by: 'an', added: 0, changed: 1, leftOut: 0, undoneMs: null, undoneBy: null };
        states.push(...must(judgeImportUndo(record, [found], { by: 'an', atMs: 2 })));
        for (let at = 1; at <= today + 1; at++) expect(stateOn(states, day(at))?.facts).toEqual(stateOn(before, day(at))?.facts);
      }),
    );
  });
});

describe('the table', () => {
  const text = fc
    .string({ minLength: 1, maxLength: 40 })
    .map((one) => one.trim())
    .filter((one) => one !== '');
  const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });
  const facts: fc.Arbitrary<EquipmentFacts> = fc
    .record({
      ...{ name: text, pole: maybe(text), note: maybe(text), owner: maybe(text), serial: maybe(text) },
      latitude: maybe(fc.integer({ min: -90_000, max: 90_000 }).map((n) => n / 1000)),
      loudspeakers: maybe(fc.nat(200)),
      technology: fc.constantFrom('wired', 'fm', 'mixed', 'ip'),
      state: fc.constantFrom('working', 'broken', 'removed'),
      kind: fc.constantFrom('cluster', 'board', 'recorder'),
      simUntil: maybe(fc.constantFrom('2026-02-28', '2027-12-31')),
      photos: fc.array(fc.constantFrom('a'.repeat(64), 'b'.repeat(64)), { maxLength: 2 }),
    })
    .map(equipmentFacts);

  test('what is written reads as the same, whatever stands in its cells, and no cell is a formula', () => {
    fc.assert(
      fc.property(facts, (one) => {
        const lines = [registerColumns.map(({ vi }) => vi), registerColumns.map((column) => writeCell(column, 'cum-1', one))];
        for (const cell of lines.flat().map(csvCell)) expect(cell.replace(/^"/, '')).not.toMatch(/^[=+\-@]/);
        const table = must(readCsv(`\uFEFF${lines.map((line) => line.map(csvCell).join(',')).join('\r\n')}\r\n`, 10));
        const columns = must(readHeader(table.header));
        const read = Object.fromEntries(columns.map(({ field, kind }, at) => [field, readCell(kind, table.lines[0]?.cells[at] ?? '')]));
        expect(read).toEqual({ id: 'cum-1', ...one });
      }),
    );
  });

  test('semicolons, tabs, a mark at the start, short lines and headers of both languages are read', () => {
    const table = must(
      readCsv('\uFEFFMA THIET BI;name;Vĩ độ;Hạn SIM;Công nghệ\r\n\r\ncum-1;"A;B";21,5;5/1/2027;Hữu tuyến\r\ncum-2;x\r\n;;;;\r\n', 10),
    );
    expect(table.lines.map(({ line, cells }) => [line, cells.length])).toEqual([
      [3, 5],
      [4, 2],
    ]);
    const columns = must(readHeader(table.header));
    expect(columns.map(({ kind }, at) => readCell(kind, table.lines[0]?.cells[at] ?? ''))).toEqual([
      'cum-1',
      'A;B',
      21.5,
      '2027-01-05',
      'wired',
    ]);
    expect(must(readCsv('id\tname\na\tb', 10)).header).toEqual(['id', 'name']);
  });

  test('a file that is no table, has strange columns or too many rows is refused as a whole', () => {
    expect(readCsv('id,name\n"a,b', 10)).toMatchObject({ problem: { code: 'bad-input', path: '/csv' } });
    expect(readCsv('id\na\nb\nc', 2)).toMatchObject({ problem: { code: 'too-large' } });
    expect(readCsv('id\na,b', 2)).toMatchObject({ problem: { code: 'bad-input' } });
    expect(readCsv('', 2)).toMatchObject({ problem: { code: 'bad-input' } });
    expect(readHeader(['id', 'Mật khẩu'])).toMatchObject({ problem: { code: 'bad-input', path: '/csv/0/1' } });
    expect(readHeader(['id', 'Id'])).toMatchObject({ ok: false });
    expect(readHeader(['name'])).toMatchObject({ ok: false });
  });
});

describe('the register over REST', () => {
  let built: BuiltCentre;
  let technician: Asker;
  let hamlet: Asker;

  beforeAll(async () => {
    // 2 December 2025.
    built = await makeCommune(Date.UTC(2025, 11, 2, 1));
    [technician, hamlet] = (await Promise.all(['ky-thuat', 'thon-2'].map((name) => built.as(name)))) as [Asker, Asker];
  });
  afterAll(() => built.stop());

  const put = (who: Asker, id: string, version: number, change: object, from?: string) =>
    who('PUT', `/register/${id}`, {
      version,
      ...(from && { from }),
      facts: { name: id, unit: 'thon-1', kind: 'cluster', technology: 'ip', ...change },
    });
  /** Sign-in holds half a day. */
  const goTo = async (ms: number) => {
    built.clock.nowMs = ms;
    [technician, hamlet] = (await Promise.all(['ky-thuat', 'thon-2'].map((name) => built.as(name)))) as [Asker, Asker];
  };

  test('an entry is written by those of its place, once for each version, and its history tells what changed', async () => {
    expect((await put(technician, 'cum-1', 0, { loudspeakers: 4, powerW: 25, simUntil: '2025-12-20', box: 'hop-1' })).body).toMatchObject({
      id: 'cum-1',
      version: 1,
    });
    expect(
      (await put(technician, 'cum-1', 1, { loudspeakers: 4, powerW: 25, simUntil: '2025-12-20', box: 'hop-1', state: 'broken' })).body,
    ).toMatchObject({ version: 2 });
    expect(codeOf(await put(technician, 'cum-1', 1, { state: 'working' }))).toBe('conflict');
    expect(codeOf(await put(technician, 'cum-1', 2, { imei: '12' }))).toBe('bad-input');
    expect(codeOf(await put(hamlet, 'cum-1', 2, {}))).toBe('not-allowed');
    expect(codeOf(await put(hamlet, 'cum-1', 2, { unit: 'thon-2' }))).toBe('not-allowed');
    expect(codeOf(await put(technician, 'cum-9', 0, { unit: 'khong-co' }))).toBe('not-found');
    expect(codeOf(await hamlet('GET', '/register/cum-1'))).toBe('not-found');
    expect((await hamlet('GET', '/register')).body).toEqual([]);
    const { body } = await technician('GET', '/register/cum-1/history');
    expect(body.map(({ n, fields }: { n: number; fields: string[] }) => [n, fields.length > 3 ? 'all' : fields])).toEqual([
      [1, 'all'],
      [2, ['state']],
    ]);
    expect((await technician('GET', '/register?state=broken&unit=xa')).body).toMatchObject([{ id: 'cum-1', state: 'broken' }]);
    expect((await technician('GET', '/register?state=working')).body).toEqual([]);
  });

  test('SIM and warranty that run out within the days asked are listed, the nearest first', async () => {
    await put(technician, 'cum-0', 0, { warrantyUntil: '2025-12-01', simUntil: '2026-06-01' });
    const lines = (await technician('GET', '/register-expiring?days=30')).body;
    expect(lines).toEqual([
      { id: 'cum-0', name: 'cum-0', unit: 'thon-1', what: 'warranty', date: '2025-12-01', over: true },
      { id: 'cum-1', name: 'cum-1', unit: 'thon-1', what: 'sim', date: '2025-12-20', over: false },
    ]);
    expect((await hamlet('GET', '/register-expiring')).body).toEqual([]);
  });

  const csv = [
    'Mã thiết bị;Tên;Đơn vị;Loại;Công nghệ;Tình trạng;IMEI',
    'cum-1;cum-1;thon-1;cụm loa;IP;hỏng;',
    'cum-0;Cụm cổng chào;thon-1;cụm loa;FM;đang hoạt động;',
    'cum-2;Cụm mới;02536;cụm loa;hỗn hợp;;',
    'cum-3;Sai;thon-1;cụm loa;IP;;12',
    'cum-2;Hai lần;thon-1;cụm loa;IP;;',
  ].join('\r\n');

  test('a table is looked at first: new, changed, unchanged, refused by code and column; then made as looked at, then taken back', async () => {
    const { body } = await technician('POST', '/register-imports/preview', { csv });
    expect(body.counts).toEqual({ new: 1, changed: 1, unchanged: 1, refused: 2 });
    expect(body.rows).toMatchObject([
      { line: 2, id: 'cum-1', verdict: 'unchanged' },
      { id: 'cum-0', verdict: 'changed', fields: ['name', 'technology'] },
      { id: 'cum-2', verdict: 'new' },
      { line: 5, id: 'cum-3', verdict: 'refused', column: 'IMEI', problem: { code: 'bad-input' } },
      { id: 'cum-2', verdict: 'refused', column: 'Mã thiết bị', problem: { code: 'conflict' } },
    ]);
    const { looked } = body;
    expect(codeOf(await technician('POST', '/register-imports', { csv, looked })), 'rows are refused').toBe('bad-input');
    expect(codeOf(await technician('POST', '/register-imports', { csv, looked: 'a'.repeat(64), leaveOut: true }))).toBe('conflict');
    const made = await technician('POST', '/register-imports', { csv, looked, leaveOut: true });
    expect([made.status, made.body]).toMatchObject([201, { added: 1, changed: 1, leftOut: 2 }]);
    expect((await technician('GET', '/register/cum-2')).body).toMatchObject({ unit: 'xa', technology: 'mixed', state: 'working' });
    expect(codeOf(await hamlet('POST', `/register-imports/${made.body.id}/undo`))).toBe('not-allowed');

    await put(technician, 'cum-2', 1, { unit: 'xa', note: 'sửa sau' });
    const blocked = await technician('POST', `/register-imports/${made.body.id}/undo`);
    expect([codeOf(blocked), blocked.body.detail]).toEqual(['conflict', 'changed since then: cum-2']);
    expect((await technician('GET', `/register-imports/${made.body.id}`)).body.changedSince).toEqual(['cum-2']);
  });

  test('an import nobody changed since is taken back as a whole', async () => {
    const file = 'id,Ghi chú,name,unit,kind,technology\ncum-0,Ghi mới,cum-0,thon-1,cluster,ip\ncum-5,,Cụm 5,thon-1,cluster,ip\n';
    const { looked } = (await technician('POST', '/register-imports/preview', { csv: file })).body;
    const { id } = (await technician('POST', '/register-imports', { csv: file, looked })).body;
    const undone = await technician('POST', `/register-imports/${id}/undo`);
    expect(undone.body).toMatchObject({ undoneBy: 'ky-thuat' });
    expect((await technician('GET', '/register/cum-0')).body).toMatchObject({ name: 'Cụm cổng chào', note: null });
    expect(codeOf(await technician('GET', '/register/cum-5'))).toBe('not-found');
    expect(codeOf(await technician('POST', `/register-imports/${id}/undo`))).toBe('conflict');
    const acts = (await built.centre.store.audit.entries(0, 1000)).map((one) => one.act).filter((act) => act.startsWith('register.'));
    expect(new Set(acts)).toEqual(new Set(['register.write', 'register.import', 'register.undo']));
  });

  test('people of another hamlet import only what is theirs', async () => {
    const { rows } = (
      await hamlet('POST', '/register-imports/preview', {
        csv: 'id,name,unit,kind,technology\nx1,a,thon-1,cluster,ip\nx2,b,thon-2,cluster,ip',
      })
    ).body;
    expect(rows).toMatchObject([
      { verdict: 'refused', column: 'Đơn vị', problem: { code: 'not-allowed' } },
      { verdict: 'new', id: 'x2' },
    ]);
  });

  test('the table that is given out comes in unchanged', async () => {
    await put(technician, 'cum-7', 0, { name: '=HYPERLINK("x")', latitude: -1.5, note: '+84;"' });
    const out = String((await technician('GET', '/register.csv')).body);
    expect(out.startsWith('\uFEFFMã thiết bị,Tên,')).toBe(true);
    expect(out).toContain(`"'=HYPERLINK(""x"")"`);
    const { counts } = (await technician('POST', '/register-imports/preview', { csv: out })).body;
    expect(counts).toEqual({ new: 0, changed: 0, unchanged: 4, refused: 0 });
  });

  test('statistics as at 31 December stay what they were, whatever is entered later', async () => {
    expect(codeOf(await technician('GET', '/register-statistics?year=2025'))).toBe('not-yet');
    await goTo(Date.UTC(2026, 0, 10, 1));
    const figures = async (query = '') => (await technician('GET', `/register-statistics?year=2025${query}`)).body;
    const before = await figures();
    expect(before.rows.map((row: unknown[]) => row.slice(0, 9))).toEqual([
      ['Xã Sơn Dương', '02536', 4, 3, 1, 0, 1, 0, 3],
      ['Thôn 1', '', 3, 2, 1, 0, 1, 0, 2],
      ['Thôn 2', '', 0, 0, 0, 0, 0, 0, 0],
    ]);
    expect(before.figures.map(({ value }: { value: number }) => value)).toEqual([4, 0.75, 0.75]);
    expect(before.exclusions).toMatchObject([{ count: 3 }]);
    await put(technician, 'cum-1', 2, { state: 'working' });
    await put(technician, 'cum-8', 0, {});
    expect((await figures()).rows).toEqual(before.rows);
    await put(technician, 'cum-0', 4, { state: 'removed' }, '2025-12-31');
    expect((await figures('&unit=thon-1')).rows[0].slice(2, 5)).toEqual([2, 1, 1]);
    expect(String((await technician('GET', '/register-statistics?year=2025&format=csv')).headers['content-disposition'])).toContain(
      'register-statistics.csv',
    );
    expect(String((await technician('GET', '/register-statistics?year=2025&format=html')).body)).toContain(
      'Thống kê thiết bị tính đến 31/12/2025',
    );
    expect((await hamlet('GET', '/register-statistics?year=2025')).body.rows.map(([unit]: string[]) => unit)).toEqual(['Thôn 2']);
  });
});
