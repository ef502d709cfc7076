import { describe, expect, test } from 'vitest';
import { aroundWish } from '../../hardware/display/around.ts';
import { chromiumFlags, lowMemoryBytes, processBytesMax } from '../../hardware/display/chromium-flags.ts';
import { capHeightPerDistance, capPerLetter, legiblePx, legibleUnits, tickerPages, zonesOf } from '../../hardware/display/layout.ts';
import { qrSign } from '../../hardware/display/qr-code.ts';
import { guarded, isLoopbackOrigin, policyOf } from '../../hardware/display/shell-page.ts';

describe('letters by distance', () => {
  // 55 inches at 16:9: 685 mm high, 0.634 mm a dot at 1080 rows.
  const tv = { distanceM: 10, heightMm: 685, columns: 1920, rows: 1080 };

  test('capitals of twenty minutes of arc: 92 dots at ten metres on a 55-inch board', () => {
    expect(legiblePx(tv) * capPerLetter).toBeCloseTo(91.8, 1);
    expect(legiblePx({ ...tv, distanceM: 20 })).toBeCloseTo(2 * legiblePx(tv));
  });

  test('in the unit of pages it is the same size on the glass, whatever the dots', () => {
    const coarse = { ...tv, columns: 1280, rows: 720 };
    expect(legibleUnits(coarse)).toBeCloseTo(legibleUnits(tv), 5);
    expect((legiblePx(tv) * capPerLetter * tv.heightMm) / tv.rows).toBeCloseTo(tv.distanceM * 1000 * capHeightPerDistance);
  });
});

describe('zones', () => {
  test.each([
    [1280, 720, true, true, { stripPx: 65, sidePx: 358, belowPx: 0 }],
    [720, 1280, true, true, { stripPx: 128, sidePx: 0, belowPx: 333 }],
    [1920, 1080, false, false, { stripPx: 0, sidePx: 0, belowPx: 0 }],
  ] as const)('of a board of %i × %i', (columns, rows, strip, side, zones) => expect(zonesOf(columns, rows, strip, side)).toEqual(zones));

  test('notices are still pages, broken between words, each long enough to be read twice', () => {
    const pages = tickerPages(['Ngừng cấp điện thôn Cầu Trầm từ 8 giờ', 'Họp thôn'], 20);
    expect(pages.map(({ text }) => text)).toEqual(['Ngừng cấp điện thôn', 'Cầu Trầm từ 8 giờ', 'Họp thôn']);
    for (const { text, ms } of pages) expect(ms).toBeGreaterThanOrEqual(Math.max(5_000, 2 * text.length * 60));
    expect(tickerPages(['x'.repeat(1_000)], 10)[0]?.text).toHaveLength(10);
    expect(tickerPages([' ', ''], 10)).toEqual([]);
  });

  test('without trusted time there is no clock; the side is guarded as bulletins are', () => {
    const wish = aroundWish({ offline: true, ticker: [], side: '<img src=x>' }, 1280, 720, 0);
    expect(wish).toMatchObject({ clock: null, offline: true, pages: [] });
    expect(wish.side).toMatch(/^<meta http-equiv="Content-Security-Policy"/);
    expect(aroundWish({ clockZone: 'Asia/Ho_Chi_Minh', offline: false, ticker: [] }, 1280, 720, 7)).toMatchObject({
      clock: { offsetMs: 7 },
      side: null,
    });
  });
});

describe('what Chromium is told', () => {
  const wishes = { kiosk: true, widthPx: 1280, heightPx: 720, profile: '/p', root: false, memoryBytes: 4 * 1024 ** 3 };

  test('its own sandbox stays on for everyone but root', () => {
    expect(chromiumFlags(wishes)).not.toContain('--no-sandbox');
    expect(chromiumFlags({ ...wishes, root: true })).toContain('--no-sandbox');
  });

  test('no name and no address is found but the one origin of films', () => {
    expect(chromiumFlags(wishes)).toContain('--host-resolver-rules=MAP * ~NOTFOUND');
    const filmsFrom = 'http://127.0.0.1:8100';
    expect(chromiumFlags({ ...wishes, filmsFrom })).toContain('--host-resolver-rules=MAP 127.0.0.1:8100 127.0.0.1:8100, MAP * ~NOTFOUND');
  });

  test('small boards save memory, large ones do not; each list of features is given once', () => {
    expect(chromiumFlags({ ...wishes, memoryBytes: lowMemoryBytes })).toContain('--enable-low-end-device-mode');
    expect(chromiumFlags(wishes)).not.toContain('--enable-low-end-device-mode');
    for (const list of ['--disable-features=', '--enable-features='])
      expect(chromiumFlags(wishes).filter((flag) => flag.startsWith(list))).toHaveLength(1);
  });

  test('a process may take two fifths of the memory, never more than a gibibyte', () => {
    expect([1, 2, 8].map((gib) => Math.round(processBytesMax(gib * 1024 ** 3) / 1024 ** 2))).toEqual([410, 819, 1024]);
  });
});

describe('policies', () => {
  test('films come from this machine only', () => {
    for (const other of [
      'http://10.0.0.1:80',
      'http://127.0.0.1',
      'http://127.0.0.1:80/x',
      'https://127.0.0.1:80',
      "http://127.0.0.1:80; script-src 'self'",
    ]) {
      expect(isLoopbackOrigin(other)).toBe(false);
      expect(policyOf(other)).toBe(policyOf());
    }
    expect(policyOf('http://127.0.0.1:8100')).toContain('media-src data: blob: http://127.0.0.1:8100;');
  });

  test('a comment before the doctype cannot push the policy back', () => {
    expect(guarded('<!--><link rel=stylesheet href=x><!-- --><!doctype html>')).toMatch(/^<meta http-equiv="Content-Security-Policy"/);
  });
});

test('a QR code has its quiet zone, and too long a text has none', () => {
  expect(qrSign('https://example.vn/a')).toMatch(/^<svg class="qr" viewBox="0 0 33 33"/);
  expect(qrSign('x'.repeat(301))).toBeUndefined();
});
