// What a board shows of its own follows the settings of its box, and is there before the first of them came.
import { describe, expect, test } from 'vitest';
import { OwnPages } from '../../agent/own-pages.ts';
import { parse } from '../../schemas/parse.ts';
import { BoxSettings } from '../../schemas/settings.ts';
import { order } from '../world/build.ts';

const now = { wallMs: 1_790_000_000_000, monoMs: 1, quality: 'signed' } as const;
const board = {
  notices: ['Ngừng cấp điện thôn Cầu Trầm từ 8 giờ'],
  side: { title: 'Liên hệ', text: 'Công an xã 02073 000 000' },
  qr: { text: 'https://xa.example/phan-anh', label: 'Gửi phản ánh' },
  viewing: { distanceM: 40, heightMm: 600 },
};

function pages(wish?: object) {
  const parsed = wish && parse(BoxSettings, wish);
  if (parsed && !parsed.ok) throw new Error(`${parsed.problem.code} ${parsed.problem.path}`);
  return new OwnPages({
    identity: { dev: 'bang-1', trustRoot: { demo: false } },
    screen: { columns: 1280, rows: 720 },
    settings: () => parsed?.value,
  });
}

describe('the pages a board makes itself', () => {
  test('before any settings the box speaks for itself, without notices and with a clock when the time is known', () => {
    const own = pages();
    expect(own.safe().html).toContain('bang-1');
    expect(own.around(now, false)).toEqual({ clockZone: 'Asia/Ho_Chi_Minh', offline: true, ticker: [] });
    expect(own.around({ ...now, quality: 'floor' }, true)).toEqual({ offline: false, ticker: [] });
  });

  test('notices, the side zone with its code, and the safe page are as the centre wants them', () => {
    const own = pages({ board, place: 'Thôn Cầu Trầm' });
    const around = own.around(now, true);
    expect(around.ticker).toEqual(board.notices);
    expect(around.side).toContain('Công an xã 02073 000 000');
    expect(around.side).toContain('class="qr"');
    expect(own.safe().html).toContain('Thôn Cầu Trầm');
    expect(own.safe().html).toContain('Gửi phản ánh');
  });

  test('words in the side zone stay words', () => {
    const own = pages({ board: { side: { title: '<script>alert(1)</script>', text: '<img src=x>' } } });
    expect(own.around(now, true).side).not.toMatch(/<script|<img/);
  });

  test('an order is written larger for far readers', () => {
    const [near, far] = [pages(), pages({ board })].map((own) => Number(/--size: ([\d.]+)/.exec(own.order(order(), []).html)?.[1]));
    expect(far).toBeGreaterThan(near ?? Number.POSITIVE_INFINITY);
  });

  test.each([
    ['a code that is no web address', { qr: { text: 'javascript:alert(1)', label: 'x' } }],
    ['a notice without words', { notices: [''] }],
    ['thirteen notices', { notices: Array.from({ length: 13 }, () => 'Họp thôn') }],
    ['a reader within the screen', { viewing: { distanceM: 0, heightMm: 600 } }],
  ])('%s is refused', (_, wish) => expect(parse(BoxSettings, { board: wish }).ok).toBe(false));
});
