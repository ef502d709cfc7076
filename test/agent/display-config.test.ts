import * as v from 'valibot';
import { expect, test } from 'vitest';
import { AgentConfig } from '../../agent/config.ts';
import { proofOf } from '../../agent/core/ledger.ts';
import { displayName, displaySettings } from '../../agent/display-config.ts';
import { makeDisplay } from '../../hardware/open-display.ts';

const config = (display: unknown) => v.parse(AgentConfig, { display });
const made = (display: unknown) => makeDisplay(displaySettings(config(display)), Date.now);

test('each kind of screen comes from the configuration, with its limits', async () => {
  expect((await made({ kind: 'simulated' }))?.name).toBe('simulated');
  const sign = await made({ kind: 'serial-sign', path: '/dev/ttyUSB0', columns: 192, rows: 16, colours: 'three', answers: true });
  expect(sign?.can).toMatchObject({ html: false, columns: 192, rows: 16, colours: 4, readBack: true });
  const image = await made({ kind: 'image', width: 128, height: 64, browser: false, to: { door: 'framebuffer' } });
  expect(image?.can).toMatchObject({ html: false, picture: true, columns: 128, rows: 64, readBack: true });
  expect(displaySettings(config({ kind: 'serial-sign', path: '/dev/ttyS0', framing: '8N1' }))).toMatchObject({
    port: { baudRate: 9600, dataBits: 8, parity: 'none' },
  });
});

test('a browser may have pictures behind it, of its own size, in the places that pictures may go', async () => {
  const size = { width: 320, height: 180 };
  const two = await made({ kind: 'chromium', ...size, behind: { door: 'framebuffer', format: 'xrgb8888' } });
  expect([two?.onReplaced !== undefined, two?.name, two?.can.columns]).toEqual([true, 'chromium', 320]);
  expect((await made({ kind: 'chromium', ...size }))?.onReplaced).toBeUndefined();
  expect(displaySettings(config({ kind: 'chromium', behind: { door: 'file', path: '/x/board.png' } }))).toMatchObject({
    behind: { file: '/x/board.png' },
  });
  for (const display of [
    { kind: 'chromium', behind: {} },
    { kind: 'chromium', behind: { door: 'file' } },
    { kind: 'simulated', behind: { door: 'framebuffer' } },
  ])
    expect(v.safeParse(AgentConfig, { display }).success).toBe(false);
});

test('what no sign and no screen can do is refused', () => {
  for (const display of [
    { kind: 'serial-sign', path: '/dev/ttyUSB0', columns: 300 },
    { kind: 'serial-sign', path: '/dev/ttyUSB0', address: 'x' },
    { kind: 'serial-sign' },
    { kind: 'image' },
    { kind: 'image', to: { door: 'file' } },
    { kind: 'paper' },
  ])
    expect(v.safeParse(AgentConfig, { display }).success).toBe(false);
});

test('a simulated sign is chosen by its path, and shows', async () => {
  const display = await made({ kind: 'serial-sign', path: 'simulated', rows: 16, answers: true });
  await display?.start();
  expect(await display?.show({ id: 'a', kind: 'safe', html: '', text: ['Bảng tin'] })).toHaveProperty('paintedMs');
  expect(await display?.sample()).toMatchObject({ shown: 'a' });
  await display?.stop();
});

test('a play on a screen that cannot be asked has no proof', () => {
  const proof = (display: unknown, behind: Readonly<Record<string, string>> = {}) => {
    const hardware = { audioOut: 'none', board: 'none', display: displayName(config(display).display) };
    return proofOf({ live: { hardware, behind } } as Parameters<typeof proofOf>[0], 'board', 5_000, 'board', 'o-1');
  };
  expect(proof({ kind: 'chromium' })).toBe('painted');
  expect(proof({ kind: 'chromium' }, { board: 'image-unmeasured' })).toBe('none');
  expect(proof({ kind: 'chromium' }, { board: 'image' })).toBe('painted');
  expect(proof({ kind: 'serial-sign', path: '/dev/ttyUSB0', answers: true })).toBe('painted');
  expect(proof({ kind: 'serial-sign', path: '/dev/ttyUSB0' })).toBe('none');
  expect(proof({ kind: 'image', to: { door: 'file', path: '/x/board.png' } })).toBe('none');
  expect(proof({ kind: 'image', to: { door: 'framebuffer' } })).toBe('painted');
  expect(proof({ kind: 'serial-sign', path: 'simulated' })).toBe('simulated');
});
