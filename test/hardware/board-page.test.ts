import { expect, test } from 'vitest';
import { bulletinPage, lettersFor, orderPage, safePage } from '../../hardware/display/board-page.ts';
import { hazardSign } from '../../hardware/display/pictograms.ts';
import { guarded } from '../../hardware/display/shell-page.ts';
import { Order } from '../../schemas/order.ts';

const order: Order = {
  class: 'actual',
  level: 'commune',
  area: 'tq/son-duong',
  hazard: 'flash-flood',
  severity: 'Extreme',
  urgency: 'Immediate',
  certainty: 'Observed',
  sirenMs: 5000,
  times: 3,
  pauseMs: 1000,
  speech: [{ language: 'vi', speak: 'Lũ quét' }],
  screen: { title: 'LŨ QUÉT – RỜI KHỎI VEN SUỐI NGAY', text: '→ NHÀ VĂN HÓA THÔN · 112' },
};

const luminance = (hex: string) => {
  const parts = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  const [r = 0, g = 0, b = 0] = parts.map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a: string, b: string) => {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};
const coloursOf = (html: string) => /body \{ background: (#\w{6}); color: (#\w{6})/.exec(html)?.slice(1) ?? [];

test('an order shows its sign, its class in words, what happens and what to do', () => {
  const html = orderPage(order, { place: 'Xã Sơn Dương' });
  for (const part of ['KHẨN CẤP', order.screen.title, 'NHÀ VĂN HÓA THÔN · 112', 'Xã Sơn Dương', '<svg']) expect(html).toContain(part);
  expect(html).toMatch(/class="place"><svg[\s\S]*?<\/svg><span>NHÀ VĂN HÓA THÔN/);
  expect(html).not.toContain('TRÌNH DIỄN');
});

test('a demonstration and a drill never pass for real', () => {
  expect(orderPage(order, { demo: true })).toContain('TRÌNH DIỄN');
  expect(bulletinPage({ title: 'a', text: 'b' }, { demo: true })).toContain('TRÌNH DIỄN');
  expect(safePage('a', { demo: true })).toContain('TRÌNH DIỄN');
  const drill = orderPage({ ...order, class: 'exercise' });
  expect(drill).toContain('ĐÂY LÀ DIỄN TẬP');
  expect(coloursOf(drill)).not.toEqual(coloursOf(orderPage(order)));
});

test('every pair of colours has a contrast of 7 to 1 or more', () => {
  const pages = [
    ...(['actual', 'exercise', 'test'] as const).map((kind) => orderPage({ ...order, class: kind })),
    ...(['Extreme', 'Moderate'] as const).map((severity) => orderPage({ ...order, severity })),
    ...(['correction', 'all-clear'] as const).map((hazard) => orderPage({ ...order, hazard })),
    bulletinPage({ title: 'a', text: 'b' }),
    safePage('a'),
  ];
  for (const html of pages) {
    const [ground = '', ink = ''] = coloursOf(html);
    expect(contrast(ground, ink), `${ground} on ${ink}`).toBeGreaterThanOrEqual(7);
  }
});

test('words cannot become markup', () => {
  const evil = '</title><script>alert(1)</script><img src=x onerror="x">';
  const pages = [
    orderPage({ ...order, screen: { title: evil, text: evil } }, { place: evil }),
    bulletinPage({ title: evil, text: evil }, { place: evil }),
    safePage(evil),
  ];
  for (const html of pages) expect(html).not.toMatch(/<script|<img|onerror="/);
});

test('pages ask nothing from outside', () => {
  for (const html of [orderPage(order), bulletinPage({ title: 'a', text: 'b' }), safePage('a')])
    expect(html).not.toMatch(/https?:|url\(|@import|<link|src=/);
});

test('more words make smaller letters, never a cut message', () => {
  const sizes = [10, 40, 120, 300].map((length) => lettersFor('x'.repeat(length), 60, 14, 5.2));
  expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  expect(sizes.at(-1)).toBeGreaterThan(1);
  const long = 'Đến nhà văn hóa thôn '.repeat(14).trim();
  expect(orderPage({ ...order, screen: { title: 'Lũ', text: long } })).toContain(long);
});

test('each hazard has a sign of its own', () => {
  const hazards = Order.entries.hazard.options;
  expect(new Set(hazards.map(hazardSign)).size).toBe(hazards.length);
});

test('the policy stands before anything else of a document, after its doctype', () => {
  expect(guarded('<!DOCTYPE html><html><img src="http://x">')).toMatch(/^<!DOCTYPE html><meta http-equiv="Content-Security-Policy"/);
  expect(guarded('<img>')).toMatch(/^<meta http-equiv="Content-Security-Policy".*<img>$/);
});

test('declared degrees stand in figures beside their colour, and the issuer in words', () => {
  const html = orderPage({ ...order, riskLevel: 4, floodAlarm: 3, issuer: 'Ban Chỉ huy Phòng thủ dân sự xã' });
  for (const part of ['CẤP ĐỘ RỦI RO 4', 'BÁO ĐỘNG III', 'Ban Chỉ huy Phòng thủ dân sự xã']) expect(html).toContain(part);
  expect(orderPage(order)).not.toContain('CẤP ĐỘ');
  for (const ground of html.match(/background:(#\w{6});color:#000000/)?.slice(1) ?? [])
    expect(contrast(ground, '#000000')).toBeGreaterThanOrEqual(4.5);
});

test('a cluster of another language reads its own words first, and Vietnamese below them', () => {
  const two = { ...order, screens: [{ language: 'tyz', title: 'NẶM LỒNG', text: 'PÂY KHỬN CHÀ SLUNG' }] };
  const html = orderPage(two, {}, ['tyz', 'vi']);
  expect(html).toMatch(/<h1>NẶM LỒNG<\/h1>/);
  expect(html).toMatch(/<p class="second" lang="vi"><b>LŨ QUÉT/);
  expect(orderPage(two, {}, ['vi', 'tyz'])).toMatch(/<h1>LŨ QUÉT.*lang="tyz"><b>NẶM LỒNG/s);
  expect(orderPage(two, {}, ['hmn'])).toBe(orderPage(order, {}, ['hmn']));
});
