import { describe, expect, test } from 'vitest';
import { textOf } from '../../hardware/display/html-text.ts';
import { bulletinTwins, orderTwins, safeTwins } from '../../hardware/display/page-text.ts';
import { textLineLettersMax, textLinesMax } from '../../hardware/display.ts';
import type { Order } from '../../schemas/order.ts';
import { processorMs } from '../processor-ms.ts';

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
  riskLevel: 4,
  floodAlarm: 3,
  issuer: 'Ban Chỉ huy Phòng thủ dân sự xã',
  speech: [{ language: 'vi', speak: 'Lũ quét' }],
  screen: { title: 'LŨ QUÉT', text: 'RỜI KHỎI VEN SUỐI NGAY' },
  screens: [{ language: 'tyz', title: 'NẶM LỒNG', text: 'PÂY KHỬN CHÀ SLUNG' }],
};

describe('the plain twin of a page', () => {
  test('of an order says its class, what happens, what to do, the degrees and who says so', () => {
    expect(orderTwins(order, {}, ['vi']).text).toEqual([
      'KHẨN CẤP',
      'LŨ QUÉT',
      'RỜI KHỎI VEN SUỐI NGAY',
      'CẤP ĐỘ RỦI RO 4 · BÁO ĐỘNG III',
      'Ban Chỉ huy Phòng thủ dân sự xã',
    ]);
  });

  test('of an exercise and of a demonstration says so before anything else', () => {
    const { text } = orderTwins({ ...order, class: 'exercise' }, { demo: true }, ['tyz', 'vi']);
    expect(text.slice(0, 4)).toEqual(['TRÌNH DIỄN', 'DIỄN TẬP', 'NẶM LỒNG', 'PÂY KHỬN CHÀ SLUNG']);
    expect(text).toContain('LŨ QUÉT');
    expect(text.length).toBeLessThanOrEqual(textLinesMax);
  });

  test('of a bulletin and of the safe page has their words', () => {
    expect(bulletinTwins({ title: 'Họp thôn', text: '19h30\n- Nhà văn hóa' }).text).toEqual(['Họp thôn', '19h30', '- Nhà văn hóa']);
    expect(safeTwins('Bảng tin', { place: 'xã Sơn Dương' }).text.join('|')).toContain('114 Cứu hỏa');
  });
});

describe('words of an HTML document', () => {
  test('are its blocks as lines, inline parts together, in composed letters', () => {
    const html = `<!doctype html><title>x</title><style>p{}</style><h1>Lịch  <b>cắt</b> điện</h1>
      <p>Thôn 1<br>8h–11h &amp; 14h</p><ul><li>Mang đèn<li>Sạc pin</ul><table><tr><td>a<td>b</table><img alt="Bản đồ">`;
    expect(textOf(html)).toEqual(['Lịch cắt điện', 'Thôn 1', '8h–11h & 14h', 'Mang đèn', 'Sạc pin', 'a b', 'Bản đồ']);
    expect(textOf('<p>Sơn Dương'.normalize('NFD'))).toEqual(['Sơn Dương']);
  });

  test('leave out what is not seen as words', () => {
    const html =
      '<head><title>t</title></head><script>a<b</script><p hidden>b <i>c</i></p><img hidden alt=x><svg><text>d</text></svg><template>e</template><p>f</p>';
    expect(textOf(html)).toEqual(['f']);
  });

  test('without any are the title', () => {
    expect(textOf('<head><title> Bản đồ </title></head><body><svg></svg></body>')).toEqual(['Bản đồ']);
    expect(textOf('')).toEqual([]);
  });

  test('keep the limits, whatever comes', async () => {
    const many = textOf('<p>dòng</p>'.repeat(50_000));
    expect(many.length).toBe(textLinesMax);
    expect(many.at(-1)).toBe('dòng …');
    expect([...(textOf(`<p>${'ậ'.repeat(9_000)}`)[0] ?? '')].length).toBe(textLineLettersMax);
    // Work that follows the square of the length would be some minutes of each.
    const tookMs = await processorMs(() => {
      for (const part of ['<div>', '<b>x', '</p>', '<!--', '<', '&']) textOf(part.repeat(400_000));
      textOf(`<p a="${'x'.repeat(2_000_000)}`);
    });
    expect(tookMs).toBeLessThan(20_000);
  });
});
