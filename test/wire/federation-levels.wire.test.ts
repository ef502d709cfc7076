// Province, commune, hamlet: three centres, each a program of its own, over real sockets. What the province issues to the hamlet sounds there.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProgrammeAnswer, ReceiptAnswer } from '../../schemas/api.ts';
import type { DirectiveHandlingAnswer, DirectiveInboxLine } from '../../schemas/directive.ts';
import type { ReceiptLine } from '../../schemas/federation.ts';
import type { SourceItemAnswer } from '../../schemas/source.ts';
import type { HandlingAnswer, InboxAnswerLine, IssueAnswer } from '../../schemas/source-issue.ts';
import { JoinedFolders } from '../controller/joined-centres.ts';
import { row } from '../controller/unit-rig.ts';
import { type District, freePorts, openDistrict, seedOf } from './district.ts';
import { toneMp3 } from './speech.ts';
import { until } from './waiting.ts';

const zone = 'Asia/Ho_Chi_Minh';
const hamletArea = '08/00001/thon-1';
const tinh = { ...row('tinh', null, 'province', '08', '08'), name: 'Tỉnh' };
const xa = (id: string, parent: string | null) => ({ ...row(id, parent, 'commune', '08/00001', '00001'), name: 'Xã A' });
const thon = (id: string, parent: string | null) => ({ ...row(id, parent, 'hamlet', hamletArea), name: 'Thôn 1' });
const seed = (id: string, level: string, area: string, units: readonly object[]) => ({
  ...{ ...seedOf({}), demo: false, centre: { id, name: id, level, area, zone }, units, groups: [] },
});

describe('three centres, one under the other', () => {
  const names = ['tinh', 'xa', 'thon'] as const;
  let folders: JoinedFolders;
  const opened: District[] = [];
  let province: District;
  let hamlet: District;

  beforeAll(async () => {
    const ports = await Promise.all(names.map(() => freePorts(3)));
    const url = (at: number) => `mqtts://127.0.0.1:${ports[at]?.[2]}`;
    folders = await JoinedFolders.make(
      [
        { name: 'tinh', seed: seed('tinh-08', 'province', '08', [tinh, xa('a', 'tinh'), thon('a-1', 'a')]), above: null, url: url(0) },
        { name: 'xa', seed: seed('xa-a', 'commune', '08/00001', [xa('xa', null), thon('thon-mot', 'xa')]), above: 'tinh', url: url(1) },
        { name: 'thon', seed: seed('thon-1', 'hamlet', hamletArea, [thon('thon', null)]), above: 'xa', url: url(2) },
      ],
      Date.now(),
    );
    // From above: who comes later finds whom to connect to.
    for (const [at, name] of names.entries()) opened.push(await openDistrict(`${folders.dir}/${name}`, ports[at] ?? []));
    [province, , hamlet] = opened as [District, District, District];
    await hamlet.addBox({ id: 'loa-thon', kind: 'loudspeaker', groups: ['nhom-thon'], area: hamletArea });
  }, 240_000);
  afterAll(async () => {
    for (const district of opened.reverse()) await district.stop();
    await folders?.remove();
  });

  /** Asked no more often than the route lets a person. */
  const asked = <T>(what: string, ask: () => Promise<T>, holds: (told: T) => boolean) =>
    until(
      what,
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        const told = await ask();
        return holds(told) ? told : undefined;
      },
      240_000,
    );

  it('an item of the province for the hamlet sounds from the hamlet’s box, and the province counts it, down to the receipt', {
    timeout: 600_000,
  }, async () => {
    const title = 'Hop-thon';
    const { sha256: media } = await province.author.upload<{ sha256: string }>(`/media?title=${title}&language=vi`, toneMp3(2));
    const content = { kind: 'audio', title, body: 'Họp thôn lúc 19:30', essential: true, tier: 'normal', media };
    const { id } = await province.author.post<SourceItemAnswer>('/source-items', { content });
    await province.author.post(`/source-items/${id}/submit`, { version: 1 });
    await province.approver.post(`/source-items/${id}/approve`, { version: 1 });
    await province.approver.post(`/source-items/${id}/publish`, { version: 1 });
    const issue = await province.approver.post<IssueAnswer>(`/source-items/${id}/issue`, { version: 1, to: ['a'], levels: ['hamlet'] });
    const entry = await until(
      'the item in the hamlet’s inbox',
      async () => (await hamlet.author.get<InboxAnswerLine[]>('/inbox')).find((line) => line.item.content.title === title),
      240_000,
    );
    expect(entry.item).toMatchObject({ unit: { level: 'province' }, from: { centre: 'xa-a' } });
    const made = await hamlet.author.post<ProgrammeAnswer>('/programmes', {
      ...{ title: 'Bản tin thôn', form: 'audio', tier: 'normal', items: [{ source: entry.item.id }] },
    });
    await hamlet.approve(made);
    const planned = await hamlet.schedule(made.id, Date.now() + 8_000, { groups: ['nhom-thon'] });
    await hamlet.approver.post(`/inbox/${entry.issue}/thon/take`, { schedule: planned.id });
    const receipts = () => hamlet.approver.get<ReceiptAnswer[]>('/receipts?box=loa-thon&limit=100');
    await until('the receipt at the hamlet’s centre', async () => ((await receipts()).length > 0 ? true : undefined), 240_000);
    const told = await asked(
      'the play in the province’s table',
      () => province.approver.get<HandlingAnswer>(`/source-items/${id}/handling`),
      ({ lines }) => lines[0]?.state === 'played',
    );
    expect(told.lines).toMatchObject([{ unit: { id: 'a-1' }, plays: 1, told: { centre: 'xa-a', fresh: 'current' } }]);
    expect(told.figures).toMatchObject({ units: 1, unitsPlayed: 1, unitsUnknown: 0, unitsShare: 1 });
    // On a busy machine the way there and back may once take longer than such a question waits.
    const found = await asked(
      'the receipt, asked through the commune',
      () => province.approver.get<ReceiptLine[]>(`/source-issues/${issue.id}/a-1/receipts`),
      (lines) => lines.length > 0,
    );
    expect(found).toMatchObject([{ dev: 'loa-thon', outcome: 'played', area: hamletArea }]);
  });

  it('a directive of the province is read at the hamlet, and the province sees by whom', { timeout: 600_000 }, async () => {
    const wish = { unit: 'tinh', title: 'Trực bão', body: 'Trực 24/24.', readers: ['author'], to: ['a'], levels: ['hamlet'] };
    const { id } = await province.approver.post<DirectiveHandlingAnswer>('/directives', wish);
    const line = await until(
      'the directive in the hamlet’s inbox',
      async () => (await hamlet.author.get<DirectiveInboxLine[]>('/directive-inbox'))[0],
      240_000,
    );
    await hamlet.author.post(`/directive-inbox/${line.directive.id}/thon/read`);
    const told = await asked(
      'the reading above',
      () => province.approver.get<DirectiveHandlingAnswer>(`/directives/${id}`),
      ({ figures }) => figures.read === 1,
    );
    expect(told.lines).toMatchObject([
      { unit: { id: 'a-1' }, state: 'read', readings: [{ account: 'can-bo-van-hoa', title: 'Cán bộ văn hóa' }] },
    ]);
  });
});
