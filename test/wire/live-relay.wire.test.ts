// Relay: an upper station's MP3 stream sounds on the box; its silence and its stalls end the session, its return opens a new one.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LiveAnswer, RelayAnswer } from '../../schemas/api.ts';
import { programPath } from '../tell.ts';
import { type District, group, startDistrict } from './district.ts';
import { Ear, monoNowMs } from './ear.ts';
import { UpperStation } from './upper-station.ts';
import { until } from './waiting.ts';

const toneHz = 440;

describe.skipIf(!programPath('ffmpeg'))('a relay [needs ffmpeg]', () => {
  let district: District;
  let url: string;
  const station = new UpperStation(toneHz);
  const ear = new Ear();

  beforeAll(async () => {
    district = await startDistrict();
    url = await station.start();
    const box = await district.addBox({ id: 'loa-1', kind: 'loudspeaker' });
    await ear.listen(box.page);
  }, 60_000);
  afterAll(async () => {
    ear.stop();
    station.stop();
    await district?.stop();
  });

  it('sounds in its window, ends with silence, returns with sound, ends with a stall, reconnects', async () => {
    const made = await district.approver.post<RelayAnswer>('/relays', wish({ url: `${url}/live`, silenceMs: 2_000 }));
    expect(made).toMatchObject({ url: `${url}/live`, by: 'lanh-dao-duyet' });
    await until('the upper programme', heardTone);
    const first = await sounding();
    expect(first).toMatchObject({ source: 'relay', by: 'lanh-dao-duyet', title: 'Tiếp âm tỉnh' });

    station.plays = 'silence';
    await until('the session to end', async () => ((await one(first.id)).closedWhy === 'silence' ? true : undefined));
    expect(await state()).toBe('silent');
    await until('the box to be silent', () => (loudest() < 50 ? true : undefined));

    station.plays = 'programme';
    await until('the upper programme again', heardTone);
    const second = await sounding();
    expect(second.id).not.toBe(first.id);

    station.plays = 'nothing';
    await until('the session to be given up', async () => ((await one(second.id)).closedWhy === 'lost' ? true : undefined));
    const before = station.requests;
    station.plays = 'programme';
    await until('another connection', () => (station.requests > before ? true : undefined));
    await until('the upper programme once more', heardTone);

    await district.approver.delete(`/relays/${made.id}`);
    expect(await district.approver.get('/relays')).toEqual([]);
    await until('the box to be silent', () => (loudest() < 50 ? true : undefined));
  }, 120_000);

  it('follows no redirect, takes no other scheme, waits for its window', async () => {
    const moved = await district.approver.post<RelayAnswer>('/relays', wish({ url: `${url}/moved` }));
    const told = await until('the redirect to be refused', async () =>
      (await district.approver.get<RelayAnswer[]>('/relays')).find(({ detail }) => detail?.includes('302')),
    );
    expect(told).toMatchObject({ id: moved.id, state: 'failed', session: null });
    await district.approver.delete(`/relays/${moved.id}`);
    for (const other of ['file:///etc/passwd', 'rtsp://x/y', 'concat:a'])
      await expect(district.approver.post('/relays', wish({ url: other }))).rejects.toThrow('400');
    await expect(district.duty.post('/relays', wish({ url }))).rejects.toThrow('403');
    const later = await district.approver.post<RelayAnswer>('/relays', wish({ url, start: localStart(3_600_000) }));
    await until('its window', async () => {
      const [waiting] = await district.approver.get<RelayAnswer[]>('/relays');
      return waiting?.state === 'waiting' && waiting.nextMs !== null ? waiting : undefined;
    });
    await district.approver.delete(`/relays/${later.id}`);
  }, 30_000);

  const wish = (changes: object) => ({
    ...{
      title: 'Tiếp âm tỉnh',
      groups: [group],
      zone: 'Asia/Ho_Chi_Minh',
      start: localStart(-60_000),
      durationMs: 1_800_000,
      delayMs: 500,
    },
    ...changes,
  });

  async function state(): Promise<string | undefined> {
    return (await district.approver.get<RelayAnswer[]>('/relays'))[0]?.state;
  }

  async function one(id: string): Promise<LiveAnswer> {
    return district.approver.get<LiveAnswer>(`/live/${id}`);
  }

  async function sounding(): Promise<LiveAnswer> {
    const open = (await district.approver.get<LiveAnswer[]>('/live')).find((live) => live.state === 'open');
    if (!open) throw new Error('no session is open');
    return open;
  }

  /** Nearly all crossings of half a second are the tone's. */
  function heardTone(): true | undefined {
    const heard = ear.between(monoNowMs() - 700, monoNowMs() - 200);
    let turns = 0;
    for (let i = 1; i < heard.length; i++) if ((heard[i - 1] ?? 0) < 0 && (heard[i] ?? 0) >= 0) turns += 1;
    return Math.abs(turns - toneHz / 2) < 8 && loudest() > 300 ? true : undefined;
  }

  function loudest(): number {
    return ear.between(monoNowMs() - 700, monoNowMs() - 200).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  }
});

function localStart(inMs: number): string {
  const text = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Ho_Chi_Minh', dateStyle: 'short', timeStyle: 'medium' });
  return text
    .format(Date.now() + inMs)
    .replaceAll(/[-:]/g, '')
    .replace(' ', 'T');
}
