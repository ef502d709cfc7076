// A board from afar: a centre, a box with real Chromium, mutual TLS. Dark and lit by hand, hours, a picture with its hash in a signed row.
import { request } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodePng } from '../../hardware/display/png.ts';
import { sha256 } from '../../hardware/host/crypto.ts';
import type { BoardAnswer, CommandAnswer } from '../../schemas/board-api.ts';
import type { BoxSettings } from '../../schemas/settings.ts';
import { type District, startDistrict } from './district.ts';
import { until } from './waiting.ts';

const box = 'bang-1';
let district: District;

beforeAll(async () => {
  district = await startDistrict();
  const display = { kind: 'chromium', width: 1280, height: 720 };
  await district.addBox({ id: box, kind: 'board', config: { display, screenPower: [{ kind: 'simulated' }] } });
}, 120_000);
afterAll(() => district?.stop());

const board = () => district.approver.get<BoardAnswer>(`/boxes/${box}/board`);

async function commanded(body: Record<string, unknown>): Promise<CommandAnswer> {
  const { id } = await district.approver.post<{ id: string }>(`/boxes/${box}/commands`, body);
  return until(`an answer to ${JSON.stringify(body)}`, async () =>
    (await board()).commands.find((one) => one.id === id && one.state !== 'sent'),
  );
}

let lastMs = 0;
async function picture(): Promise<{ answer: CommandAnswer; png: Buffer; seen: NonNullable<BoardAnswer['picture']> }> {
  await wait(Math.max(0, lastMs + 10_100 - Date.now()));
  // One in ten seconds, and the first may come before the browser has started.
  let answer = await commanded({ do: 'screenshot' });
  for (let tries = 0; answer.state !== 'done' && tries < 5; tries++) {
    await wait(10_100);
    answer = await commanded({ do: 'screenshot' });
  }
  expect([answer.state, answer.detail]).toEqual(['done', expect.any(String)]);
  lastMs = Date.now();
  const png = await fetch(`${district.console}/api/boxes/${box}/screenshot`, { headers: { cookie: district.approver.cookie } });
  const { picture: seen } = await board();
  if (!seen) throw new Error('no picture is kept');
  return { answer, png: Buffer.from(await png.arrayBuffer()), seen };
}

describe('a board under command', () => {
  test('is photographed small, and the row that the box signed names the very bytes', async () => {
    await until('the box is there', async () => {
      const [one] = await district.approver.get<{ online: boolean; report: { outputs: unknown[] } | null }[]>('/boxes');
      return one?.online && one.report ? true : undefined;
    });
    const { answer, png, seen } = await picture();
    expect(answer.picture).toMatchObject({ sha256: sha256(png), bytes: png.length, widthPx: 960, heightPx: 540, nearlyBlack: false });
    expect(seen).toMatchObject({ command: answer.id, sha256: sha256(png), signed: true, nearlyBlack: false });
    const read = await decodePng(png);
    expect(read.ok && [read.value.columns, read.value.rows]).toEqual([960, 540]);
    // Asked again at once it is not taken again.
    await expect(district.approver.post(`/boxes/${box}/commands`, { do: 'screenshot' })).rejects.toThrow(/429|too-many-requests/);
  }, 90_000);

  test('goes dark and comes back; the row says that the screen confirmed it, and a dark picture says it is black', async () => {
    expect(await commanded({ do: 'blank', on: true })).toMatchObject({ state: 'done', proof: 'confirmed' });
    expect((await picture()).answer.picture?.nearlyBlack).toBe(true);
    expect(await commanded({ do: 'blank', on: false })).toMatchObject({ state: 'done', proof: 'confirmed' });
    expect((await picture()).answer.picture?.nearlyBlack).toBe(false);
  }, 120_000);

  test('outside its hours the box reports it dark and switched off, as far as it knows', async () => {
    const settings = await district.approver.get<BoxSettings>(`/boxes/${box}/settings`);
    const hour = (hours: number) => new Date(Date.now() + hours * 3600_000).toISOString().slice(11, 16);
    const later = { days: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'], from: hour(2), to: hour(3) };
    await district.approver.put(`/boxes/${box}/settings`, { ...settings, screenHours: { zone: 'UTC', windows: [later] } });
    const screen = await until('a dark screen', async () => {
      const [one] =
        await district.approver.get<{ report: { outputs: { screen?: { lit: boolean; power: string; page: string } }[] } }[]>('/boxes');
      const said = one?.report.outputs[0]?.screen;
      return said?.lit === false && said.power !== 'none' ? said : undefined;
    });
    expect(screen).toEqual({ lit: false, page: 'confirmed', power: 'confirmed' });
  }, 60_000);

  test('only people with the right may command, everything is in the audit, and nobody hands in a picture unasked', async () => {
    await expect(district.author.post(`/boxes/${box}/commands`, { do: 'blank', on: true })).rejects.toThrow(/403|not-allowed/);
    const audit = await district.approver.get<{ act: string; subject: string; actor: string }[]>('/audit?limit=1000');
    const acts = audit.filter(({ subject }) => subject === box).map(({ act, actor }) => `${actor} ${act}`);
    expect(acts).toContain('lanh-dao-duyet box.screenshot');
    expect(acts).toContain('lanh-dao-duyet box.blank');
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const call = request(`https://127.0.0.1:${district.ports[1]}/screenshot/cmd-1`, {
        method: 'PUT',
        rejectUnauthorized: false,
        headers: { 'content-type': 'image/png' },
      });
      call.on('response', (answer) => resolve(answer.statusCode));
      call.on('error', reject);
      call.end(Buffer.from('x'));
    });
    expect(status).toBe(403);
  });
});
