// A province and two communes, each a program of its own with its own box: issued above, fetched, scheduled, heard, and counted above.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProgrammeAnswer } from '../../schemas/api.ts';
import type { ReceiptLine } from '../../schemas/federation.ts';
import type { SourceItemAnswer } from '../../schemas/source.ts';
import type { HandlingAnswer, InboxAnswerLine, IssueAnswer } from '../../schemas/source-issue.ts';
import { JoinedFolders } from '../controller/joined-centres.ts';
import { row } from '../controller/unit-rig.ts';
import { type District, freePorts, openDistrict, password, seedOf } from './district.ts';
import { toneMp3 } from './speech.ts';
import { until } from './waiting.ts';

const zone = 'Asia/Ho_Chi_Minh';
const tree = [
  { ...row('tinh', null, 'province', '08', '08'), name: 'Tỉnh' },
  { ...row('a', 'tinh', 'commune', '08/00001', '00001'), name: 'Xã A' },
  { ...row('b', 'tinh', 'commune', '08/00002', '00002'), name: 'Xã B' },
];
const seed = (id: string, name: string, level: string, area: string, units: readonly object[]) => ({
  ...{ ...seedOf({}), demo: false, centre: { id, name, level, area, zone }, units, groups: [] },
});
const communes = ['a', 'b'] as const;
type Commune = (typeof communes)[number];
const areaOf = { a: '08/00001', b: '08/00002' };

describe('information of the province', () => {
  let folders: JoinedFolders;
  let province: District;
  const below = {} as Record<Commune, District>;
  let item: string;
  let issue: string;

  beforeAll(async () => {
    const ports = { tinh: await freePorts(3), a: await freePorts(3), b: await freePorts(3) };
    const url = (name: keyof typeof ports) => `mqtts://127.0.0.1:${ports[name][2]}`;
    folders = await JoinedFolders.make(
      [
        { name: 'tinh', seed: seed('tinh-08', 'Tỉnh', 'province', '08', tree), above: null, url: url('tinh') },
        ...communes.map((name) => {
          const unit = { ...row('xa', null, 'commune', areaOf[name], areaOf[name].slice(3)), name: `Xã ${name}` };
          return { name, seed: seed(`xa-${name}`, `Xã ${name}`, 'commune', areaOf[name], [unit]), above: 'tinh', url: url(name) };
        }),
      ],
      Date.now(),
    );
    province = await openDistrict(`${folders.dir}/tinh`, ports.tinh);
    const opened = await Promise.all(communes.map((name) => openDistrict(`${folders.dir}/${name}`, ports[name])));
    for (const [at, name] of communes.entries()) {
      below[name] = opened[at] as District;
      await below[name].addBox({ id: `loa-${name}`, kind: 'loudspeaker', groups: [`nhom-${name}`], area: areaOf[name] });
    }
    // Its centre is off when the province issues; its box goes on alone.
    await below.b.centre.kill();
  }, 240_000);
  afterAll(async () => {
    for (const district of [below.a, below.b, province]) await district?.stop();
    await folders?.remove();
  });

  async function publish(title: string, tier: 'normal' | 'priority'): Promise<string> {
    const { sha256: media } = await province.author.upload<{ sha256: string }>(`/media?title=${title}&language=vi`, toneMp3(2));
    const content = { kind: 'audio', title, body: 'Lịch tiêm vắc-xin', essential: true, tier, media };
    const { id } = await province.author.post<SourceItemAnswer>('/source-items', { content });
    await province.author.post(`/source-items/${id}/submit`, { version: 1 });
    await province.approver.post(`/source-items/${id}/approve`, { version: 1 });
    await province.approver.post(`/source-items/${id}/publish`, { version: 1 });
    return id;
  }

  const inbox = (name: Commune, title: string) =>
    until(`${title} in the inbox of ${name}`, async () =>
      (await below[name].author.get<InboxAnswerLine[]>('/inbox')).find((line) => line.item.content.title === title),
    );
  const table = () => province.approver.get<HandlingAnswer>(`/source-items/${item}/handling`);
  /** Asked seldom: the route has a limit. */
  const figures = (what: string, holds: (told: HandlingAnswer) => boolean) =>
    until(
      what,
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 900));
        const told = await table();
        return holds(told) ? told : undefined;
      },
      40_000,
    );

  /** The commune's people put it into their day, a few seconds from now. */
  async function schedule(name: Commune): Promise<void> {
    const { author, approver } = below[name];
    const { item: here, issue: id } = await inbox(name, 'Tiem-chung');
    const made = await author.post<ProgrammeAnswer>('/programmes', {
      title: 'Bản tin',
      form: 'audio',
      tier: 'normal',
      items: [{ source: here.id }],
    });
    await below[name].approve(made);
    const planned = await below[name].schedule(made.id, Date.now() + 5_000, { groups: [`nhom-${name}`] });
    // Who schedules in this commune also answers for its inbox.
    await approver.post(`/inbox/${id}/xa/take`, { schedule: planned.id });
  }

  it('comes to the commune that is there, is heard from its box, and the province sees so; of the other it says that nothing is known', {
    timeout: 120_000,
  }, async () => {
    item = await publish('Tiem-chung', 'normal');
    issue = (await province.approver.post<IssueAnswer>(`/source-items/${item}/issue`, { version: 1, to: ['tinh'] })).id;
    await schedule('a');
    const told = await figures('the play of commune a above', ({ lines }) => lines.find(({ unit }) => unit.id === 'a')?.state === 'played');
    expect(told.figures).toMatchObject({ units: 2, unitsPlayed: 1, unitsUnknown: 1, clusters: 1, clustersPlayed: 1 });
    expect(told.lines.find(({ unit }) => unit.id === 'b')).toMatchObject({ state: 'unknown' });
  });

  it('waits for the commune that was off, which is then heard, too: 100 %, down to the receipts', { timeout: 90_000 }, async () => {
    await below.b.restartCentre();
    await Promise.all([below.b.author.signIn('can-bo-van-hoa', password), below.b.approver.signIn('lanh-dao-duyet', password)]);
    await schedule('b');
    const told = await figures('both heard', ({ figures: { unitsPlayed } }) => unitsPlayed === 2);
    expect(told.figures).toMatchObject({ unitsShare: 1, unitsUnknown: 0, clusters: 2, clustersPlayed: 2, clustersShare: 1 });
    for (const name of communes) {
      const receipts = await province.approver.get<ReceiptLine[]>(`/source-issues/${issue}/${name}/receipts`);
      expect(receipts).toMatchObject([{ dev: `loa-${name}`, outcome: 'played', area: areaOf[name] }]);
    }
  });

  it('of priority stands in the day of both communes’ boxes with nobody’s hand, as the province can see', { timeout: 60_000 }, async () => {
    const urgent = await publish('Cam-duong', 'priority');
    await province.approver.post(`/source-items/${urgent}/issue`, { version: 1, to: ['tinh'] });
    for (const name of communes) {
      await until(`inserted in ${name}`, async () => ((await inbox(name, 'Cam-duong')).answer === 'inserted' ? true : undefined));
      const coming = await province.approver.get<{ lines: object[] }>(`/centres/below/xa-${name}/boxes/loa-${name}/coming?hours=72`);
      expect(coming.lines).toMatchObject([{ title: 'Cam-duong', class: 'priority', refused: null }]);
    }
  });
});
