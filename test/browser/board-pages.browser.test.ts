// The pages a board makes itself, drawn by a real browser: nothing is cut, on lying and upright boards, for every hazard.
import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';
import { bulletinPage, safePage } from '../../hardware/display/board-page.ts';
import { findChromium } from '../../hardware/display/chromium-browser.ts';
import { withFilm } from '../../hardware/display/film-page.ts';
import { isLegible, orderPage } from '../../hardware/display/order-page.ts';
import { runTool } from '../../hardware/host/processes.ts';
import { Order } from '../../schemas/order.ts';

const order: Order = {
  class: 'actual',
  level: 'commune',
  area: 'tq/son-duong',
  hazard: 'flash-flood',
  severity: 'Extreme',
  urgency: 'Immediate',
  certainty: 'Observed',
  riskLevel: 3,
  floodAlarm: 2,
  issuer: 'Ban Chỉ huy Phòng thủ dân sự xã Sơn Dương',
  sirenMs: 0,
  times: 1,
  pauseMs: 0,
  speech: [{ language: 'vi', speak: 'Lũ quét' }],
  screen: { title: 'LŨ QUÉT – RỜI KHỎI VEN SUỐI NGAY', text: '→ NHÀ VĂN HÓA THÔN · 112' },
};
const two = { ...order, screens: [{ language: 'tyz', title: 'NẶM LỒNG – PÂY KHỎI RIM HUỔI', text: '→ RƯỜN VĂN HÓA BẢN · 112' }] };
const long = {
  ...order,
  screen: {
    title: 'X'
      .repeat(30)
      .replace(/(.{7})/g, '$1 ')
      .repeat(3)
      .trim(),
    text: 'Đến nhà văn hóa thôn '.repeat(14).trim(),
  },
};
const marks = { place: 'Xã Sơn Dương', qr: { text: 'https://example.vn/phan-anh', label: 'Quét để gửi phản ánh' } };

const pages: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Order.entries.hazard.options.map((hazard) => [hazard, orderPage({ ...order, hazard }, marks)])),
  'two languages': orderPage(two, marks, ['tyz', 'vi']),
  exercise: orderPage({ ...two, class: 'exercise' }, { ...marks, demo: true }, ['tyz', 'vi']),
  'many words': orderPage(long, marks),
  'many words in an exercise': orderPage({ ...long, class: 'exercise' }, marks),
  safe: safePage('Bảng tin điện tử công cộng', marks),
  'safe without a code': safePage('Bảng tin điện tử công cộng'),
  bulletin: bulletinPage(
    { title: 'Lịch tiêm phòng dại cho chó, mèo', text: '- Thôn Cầu Trầm: thứ Hai 30/11\n- Thôn Đồng Quan: thứ Ba 01/12' },
    marks,
  ),
};

/** Boxes that reach over the edge of the screen, or words that reach over the next band. */
const cut = `(() => {
  const over = [];
  const [wide, high] = [innerWidth + 1, innerHeight + 1];
  for (const one of document.querySelectorAll('h1, p, .words, main > svg, .class, .degree, .around, section, footer, .qr')) {
    const { left, top, right, bottom } = one.getBoundingClientRect();
    if (left < -1 || top < -1 || right > wide || bottom > high) over.push(one.tagName + '.' + one.className);
  }
  const main = document.querySelector('main')?.getBoundingClientRect();
  const words = document.querySelector('.words')?.getBoundingClientRect();
  if (main && words && (words.top < main.top - 2 || words.bottom > main.bottom + 2)) over.push('words over main');
  return over;
})()`;

test('no page is cut, on lying, upright and small boards', async () => {
  const browser = await chromium.launch({ executablePath: findChromium() ?? '', args: ['--no-sandbox'] });
  const page = await browser.newPage();
  const found: string[] = [];
  for (const [width, height] of [
    [1280, 720],
    [1920, 1080],
    [720, 1280],
    [1280, 655],
    [720, 819],
    [640, 160],
  ] as const) {
    await page.setViewportSize({ width, height });
    for (const [name, html] of Object.entries(pages)) {
      await page.setContent(html);
      const over = (await page.evaluate(cut)) as string[];
      if (over.length > 0) found.push(`${name} ${width}×${height}: ${over.join(', ')}`);
    }
  }
  await browser.close();
  expect(found).toEqual([]);
});

/** Letters, signs and plates that the interpreter stands on, or who is cut by the edge of the screen. */
const hidden = `(async () => {
  const film = document.querySelector('video.loa-film');
  while (film.readyState < 1) await new Promise((go) => setTimeout(go, 5));
  const { left, top, right, bottom } = film.getBoundingClientRect();
  const over = left < 0 || top < 0 || right > innerWidth || bottom > innerHeight ? ['the film itself'] : [];
  const meets = (box) => box.width > 0 && box.left < right - 1 && box.right > left + 1 && box.top < bottom - 1 && box.bottom > top + 1;
  const letters = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let one = letters.nextNode(); one; one = letters.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(one);
    if ([...range.getClientRects()].some(meets) && one.data.trim()) over.push(one.data.slice(0, 20));
  }
  for (const one of document.querySelectorAll('main > svg, .place, .class, .degree')) if (meets(one.getBoundingClientRect())) over.push(one.tagName + '.' + one.className);
  return over;
})()`;

const signed = { ...marks, interpreted: true };
const interpreted: Readonly<Record<string, string>> = {
  plain: orderPage(order, signed),
  'two languages': orderPage(two, signed, ['tyz', 'vi']),
  exercise: orderPage({ ...two, class: 'exercise' }, { ...signed, demo: true }, ['tyz', 'vi']),
  'long words': orderPage({ ...order, screen: { title: 'NGHIÊNGNGHIÊNGNGHIÊNG XƯỚC', text: '→ Nhàvănhóathônbảnxómấp' } }, signed),
  'many words': orderPage(long, signed),
  'many words in an exercise': orderPage({ ...long, class: 'exercise' }, signed),
};

test('an interpreter, filmed lying, standing or square, stands on no word and on no sign, and no word is cut beside one', async () => {
  const browser = await chromium.launch({ executablePath: findChromium() ?? '', args: ['--no-sandbox'] });
  const page = await browser.newPage();
  const found: string[] = [];
  for (const shape of ['128x72', '72x128', '96x96']) {
    const args = `-v error -f lavfi -i color=s=${shape}:d=1 -c:v libx264 -pix_fmt yuv420p -movflags frag_keyframe+empty_moov -f mp4 pipe:1`;
    const made = await runTool('ffmpeg', args.split(' '), { timeoutMs: 20_000 });
    if (!made.ok) throw new Error(made.problem.detail);
    const url = `data:video/mp4;base64,${made.value.stdout.toString('base64')}`;
    for (const [width, height] of [
      [1280, 720],
      [720, 1280],
      [1280, 655],
      [720, 819],
      [600, 800],
      [1280, 400],
      [640, 160],
    ] as const) {
      await page.setViewportSize({ width, height });
      for (const [name, html] of Object.entries(interpreted)) {
        await page.setContent(withFilm(html, { url, place: 'corner' }));
        const over = [...((await page.evaluate(hidden)) as string[]), ...((await page.evaluate(cut)) as string[])];
        if (over.length > 0) found.push(`${shape} ${name} ${width}×${height}: ${over.join(', ')}`);
      }
    }
  }
  await browser.close();
  expect(found).toEqual([]);
});

test('the example of the trade is read at nine metres from a 55-inch board, and not at twenty', () => {
  const board = { distanceM: 10, heightMm: 685, columns: 1920, rows: 1080 };
  expect(isLegible(order, { ...board, distanceM: 9 })).toBe(true);
  expect(isLegible(order, { ...board, distanceM: 20 })).toBe(false);
});
