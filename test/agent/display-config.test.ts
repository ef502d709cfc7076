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
  const proof = (display: unknown) => {
    const hardware = { audioOut: 'none', board: 'none', display: displayName(config(display).display) };
    return proofOf({ live: { hardware } } as Parameters<typeof proofOf>[0], 'board', 5_000);
  };
  expect(proof({ kind: 'chromium' })).toBe('painted');
  expect(proof({ kind: 'serial-sign', path: '/dev/ttyUSB0', answers: true })).toBe('painted');
  expect(proof({ kind: 'serial-sign', path: '/dev/ttyUSB0' })).toBe('none');
  expect(proof({ kind: 'image', to: { door: 'file', path: '/x/board.png' } })).toBe('none');
  expect(proof({ kind: 'image', to: { door: 'framebuffer' } })).toBe('painted');
  expect(proof({ kind: 'serial-sign', path: 'simulated' })).toBe('simulated');
});
