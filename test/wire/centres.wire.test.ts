// Two real centres brought together as their people do it, by commands and REST; then the commune's is off and the province is heard.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCentres } from '../../controller/provision/centres-command.ts';
import { runKeys } from '../../controller/provision/keys-command.ts';
import type { NeighboursAnswer } from '../../schemas/introduction.ts';
import type { OrderRequestAnswer } from '../../schemas/order-api.ts';
import type { Result } from '../../schemas/problems.ts';
import type { Asker } from '../controller/built-centre.ts';
import { OfficerDevice, pin } from '../controller/officer-device.ts';
import { type District, password, run, startDistrict } from './district.ts';
import { Ear } from './ear.ts';
import { Operator } from './operator.ts';
import { until } from './waiting.ts';

const provinceGroup = { id: 'tinh-08', name: 'Toàn tỉnh' };
const provinceSeat = { id: 'tinh', name: 'Tỉnh', level: 'province', area: '08', zone: 'Asia/Ho_Chi_Minh' };

describe('a commune below a province', () => {
  let files: string;
  let province: District;
  let commune: District;
  let page: string;
  const devices = [new OfficerDevice('truc-ban-1'), new OfficerDevice('truc-ban-2')] as const;
  const ear = new Ear();
  const file = (name: string) => join(files, name);
  // The commands' own functions; the programs they belong to start slowly on a busy machine, so one is run as such below.
  const said = async (done: Promise<Result<readonly string[]>>) => {
    const lines = await done;
    if (!lines.ok) throw new Error(`${lines.problem.code}: ${lines.problem.detail}`);
    return lines.value.join('\n');
  };
  const keys = (...words: string[]) => said(runKeys(words, Date.now()));
  const centres = (...words: string[]) => said(runCentres(words, Date.now()));

  beforeAll(async () => {
    files = await mkdtemp(join(tmpdir(), 'loa-stick-'));
    province = await startDistrict({}, { demo: false, centre: provinceSeat, groups: [provinceGroup] });
    commune = await startDistrict({}, { demo: false, groups: [{ id: 'xa-son-duong', name: 'Toàn xã' }, provinceGroup] });
  }, 120_000);
  afterAll(async () => {
    ear.stop();
    await commune?.stop();
    await province?.stop();
    await rm(files, { recursive: true, force: true });
  });

  it('gets its keys from the province’s delegating key, which two root holders have named', { timeout: 240_000 }, async () => {
    for (const device of devices) {
      const officer = await new Operator(province.console).signIn(device.person, password);
      await officer.post('/officer-keys', { publicKey: device.publicKey, label: 'máy thử' });
    }
    await province.centre.stop();
    await keys('request', '--data', province.centreDir, '--out', file('p0'), '--delegating-key', file('delegating.pem'));
    for (const [from, to, root] of [
      ['p0', 'p1', 1],
      ['p1', 'p2', 3],
    ] as const)
      await keys(
        'sign',
        '--in',
        file(from),
        '--key',
        join(province.centreDir, 'root-keys', `root-${root}.pem`),
        '--out',
        file(to),
        '--yes',
      );
    await keys('install', '--data', province.centreDir, '--in', file('p2'));
    const url = `mqtts://127.0.0.1:${province.ports[2]}`;
    await centres('introduce', '--data', province.centreDir, '--url', url, '--out', file('province.json'));
    expect(await readFile(file('province.json'), 'utf8')).not.toContain('PRIVATE');
    await province.restartCentre();

    await commune.centre.stop();
    await expect(centres('join', '--data', commune.centreDir, '--in', file('province.json'), '--yes')).rejects.toThrow('conflict');
    await keys('request', '--data', commune.centreDir, '--above', file('province.json'), '--out', file('c0'));
    const own = join(commune.centreDir, 'root-keys', 'root-1.pem');
    await expect(keys('sign', '--in', file('c0'), '--key', own, '--out', file('c1'), '--yes')).rejects.toThrow('role-missing');
    await expect(keys('install', '--data', commune.centreDir, '--in', file('c0'))).rejects.toThrow('unsigned');
    await keys('sign', '--in', file('c0'), '--key', file('delegating.pem'), '--out', file('c1'), '--yes');
    await keys('install', '--data', commune.centreDir, '--in', file('c1'));
    await expect(centres('join', '--data', commune.centreDir, '--in', file('province.json'))).rejects.toThrow('--yes');
    await centres('join', '--data', commune.centreDir, '--in', file('province.json'), '--yes');
    expect(run('controller', ['centres', 'show', '--data', commune.centreDir])).toContain(`above  tinh  ${url}`);
    await commune.restartCentre();
  });

  it('is admitted by the province without a restart, from then on its box keeps a line there', { timeout: 120_000 }, async () => {
    const box = await commune.addBox({ id: 'loa-1', kind: 'loudspeaker', groups: ['xa-son-duong', 'tinh-08'] });
    page = box.page;
    const upper = async () =>
      ((await (await fetch(`${page}/state.json`)).json()) as { upper: { centre: string; up: boolean } | null }).upper;
    await until('the way to the province in its want', async () => ((await upper())?.centre === 'tinh' ? true : undefined));
    expect((await upper())?.up).toBe(false);
    const { introduction } = await commune.approver.get<NeighboursAnswer>('/centres');
    await province.approver.put('/centres/below/son-duong', introduction);
    await until('the second line', async () => ((await upper())?.up ? true : undefined), 30_000);
    expect(await province.approver.get<NeighboursAnswer>('/centres')).toMatchObject({
      below: [{ centre: 'son-duong', name: 'Xã Sơn Dương' }],
    });
  });

  it('is off, and the province’s order by two officers sounds within 5 s', { timeout: 120_000 }, async () => {
    await ear.listen(page);
    await commune.centre.kill();
    const officers = await Promise.all(devices.map(({ person }) => new Operator(province.console).signIn(person, password)));
    for (const [at, device] of devices.entries()) await device.beginShift(askerOf(officers[at] as Operator), password);
    const [one, two] = officers as [Operator, Operator];
    const wish = { template: 'lu-quet', groups: ['tinh-08'], validMs: 600_000 };
    const made = await one.post<OrderRequestAnswer>('/order-requests', wish);
    expect(made.needed).toBe(2);
    await one.post(`/order-requests/${made.id}/approve`, { ...devices[0].sign(made), pin });
    const fromMs = Number(process.hrtime.bigint()) / 1e6;
    await two.post(`/order-requests/${made.id}/approve`, { ...devices[1].sign(made), pin, match: made.match });
    const soundMs = await until('the province', () => ear.firstAbove(1_000, fromMs));
    process.stdout.write(`${JSON.stringify({ event: 'province-sounds', afterMs: Math.round(soundMs - fromMs) })}\n`);
    expect(soundMs - fromMs).toBeLessThan(5_000);
  });
});

function askerOf(officer: Operator): Asker {
  return async (method, path, body) => ({
    status: method === 'POST' ? 201 : 200,
    headers: {},
    body: method === 'POST' ? await officer.post(path, body) : await officer.get(path),
  });
}
