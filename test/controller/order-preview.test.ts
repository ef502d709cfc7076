// What an order would do, before it is sent: whom it reaches, who would not understand, how long it lasts.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { previewOrder } from '../../controller/core/order-preview.ts';
import type { Order } from '../../schemas/order.ts';
import { type Asker, type BuiltCentre, codeOf, makeCentre } from './built-centre.ts';

const order: Order = {
  ...{ class: 'actual', level: 'commune', area: '08/02536', hazard: 'flash-flood' },
  ...{ severity: 'Extreme', urgency: 'Immediate', certainty: 'Likely' },
  ...{ sirenMs: 10_000, times: 3, pauseMs: 3_000 },
  speech: [
    { language: 'vi', speak: 'Lũ quét', audio: { sha256: 'a'.repeat(64), bytes: 9, durationMs: 12_000 } },
    { language: 'hmn', speak: 'x'.repeat(100) },
  ],
  screen: { title: 'LŨ QUÉT', text: 'RỜI KHỎI VEN SUỐI' },
};
const box = (id: string, languages: readonly string[], online = true) => ({ id, name: `Hộp ${id}`, online, languages });
const preview = (
  boxes: Parameters<typeof previewOrder>[0]['boxes'],
  machine: readonly string[],
  changed: Partial<Order> = {},
  recorded: string[] = [],
) => previewOrder({ order: { ...order, ...changed }, frame: '', boxes, recorded, machine, validMs: 900_000, nowMs: 5 });

describe('a preview', () => {
  test('counts boxes and those away, and tells until when', () => {
    const seen = preview([box('1', ['vi']), box('2', ['vi'], false)], ['vi']);
    expect(seen).toMatchObject({ boxes: 2, offline: ['Hộp 2'], untilMs: 900_005, times: 3, screen: order.screen });
  });

  test('sums siren, the longest language and pauses; what is not made yet is an estimate', () => {
    expect(preview([], ['vi'])).toMatchObject({ totalMs: (10_000 + 12_000) * 3 + 2 * 3_000, estimated: true });
    const made = order.speech.slice(0, 1);
    expect(preview([], ['vi'], { speech: made, times: 1 })).toMatchObject({ totalMs: 22_000, estimated: false });
  });

  test('counts what a person recorded as a voice, though its sound is not made ready yet', () => {
    const boxes = [box('1', ['hmn', 'vi'])];
    expect(preview(boxes, ['vi']).withoutVoice).toEqual([{ language: 'hmn', boxes: 1 }]);
    expect(preview(boxes, ['vi'], {}, ['hmn']).withoutVoice).toEqual([]);
  });

  test('names languages without a voice, and how many boxes hear Vietnamese or the siren alone', () => {
    const boxes = [box('1', ['vi']), box('2', ['hmn', 'vi']), box('3', ['hmn']), box('4', ['tyz'])];
    expect(preview(boxes, ['vi'])).toMatchObject({
      withoutVoice: [
        { language: 'hmn', boxes: 2 },
        { language: 'tyz', boxes: 1 },
      ],
      vietnameseInstead: 2,
      sirenAlone: 0,
    });
    expect(preview(boxes, [], { speech: order.speech.slice(1) })).toMatchObject({ vietnameseInstead: 0, sirenAlone: 4 });
  });
});

describe('asked by REST', () => {
  let built: BuiltCentre;
  let duty: Asker;
  beforeAll(async () => {
    built = await makeCentre();
    duty = await built.as('truc-ban');
    const technician = await built.as('ky-thuat');
    const outputs = [{ id: 'main', kind: 'loudspeaker' }];
    await technician('POST', '/boxes', { id: 'hop-1', name: 'Hộp 1', area: '08/02536', groups: ['thon-1'], outputs });
  });
  afterAll(() => built.stop());
  const wish = { template: 'lu-quet', groups: ['thon-1'], class: 'exercise' };

  test('says what would be said for the class, and sends nothing', async () => {
    const { body } = await duty('POST', '/order-preview', wish);
    expect(body).toMatchObject({ class: 'exercise', boxes: 1, offline: ['Hộp 1'] });
    expect(body.speech[0].speak).toMatch(/^Đây là diễn tập\./);
    expect((await duty('POST', '/order-preview', { ...wish, class: 'actual' })).body.speech[0].speak).toMatch(/^Khẩn cấp/);
    expect((await duty('GET', '/orders')).body).toEqual([]);
    expect((built.lastRetained('loa/1/g/thon-1/order')?.payload.length ?? 0) + (await duty('GET', '/order-requests')).body.length).toBe(0);
  });

  test('the commune’s dictionary says an order’s words as it says any text, after a restart too; templates keep them as written', async () => {
    const [approver, admin] = await Promise.all([built.as('duyet'), built.as('quan-tri')]);
    const written = (await duty('GET', '/templates')).body.find(({ id }: { id: string }) => id === 'lu-quet').speak as string;
    expect(written).toMatch(/^Khẩn cấp/);
    const dictionary = [{ written: 'Khẩn cấp', spoken: 'Báo động khẩn', language: 'vi' }];
    const refused = await approver('PUT', '/pronunciations', dictionary);
    expect([codeOf(refused), refused.body.detail], 'what orders say is not an approver’s').toEqual([
      'not-allowed',
      expect.stringContaining('lu-quet'),
    ]);
    expect((await admin('PUT', '/pronunciations', dictionary)).status).toBe(200);
    const spoken = async (who: Asker) => (await who('POST', '/order-preview', { ...wish, class: 'actual' })).body.speech[0].speak as string;
    expect(await spoken(duty)).toMatch(/^Báo động khẩn/);
    expect(await spoken(duty)).toBe((await duty('POST', '/speech/words', { text: written, language: 'vi' })).body.words);
    expect((await duty('GET', '/templates')).body.find(({ id }: { id: string }) => id === 'lu-quet').speak).toBe(written);
    const again = await makeCentre({}, built.dir);
    try {
      expect(await spoken(await again.as('truc-ban'))).toMatch(/^Báo động khẩn/);
    } finally {
      await again.stop();
    }
    await admin('PUT', '/pronunciations', []);
    expect(await spoken(duty)).toMatch(/^Khẩn cấp/);
  });

  test('a dictionary that no order could carry is refused by the template’s name, and the one before stands', async () => {
    const approver = await built.as('duyet');
    const words = { language: 'vi', speak: 'Xả lũ hồ chứa. '.repeat(20) };
    expect((await duty('PUT', '/templates/lu-quet/speech', words)).status).toBe(200);
    const long = [{ written: 'hồ chứa', spoken: 'nước '.repeat(39).trim(), language: 'vi' }];
    const refused = await approver('PUT', '/pronunciations', long);
    expect([codeOf(refused), refused.body.detail]).toEqual(['too-large', expect.stringContaining('lu-quet')]);
    expect((await approver('GET', '/pronunciations')).body).toEqual([]);
    expect((await duty('POST', '/order-preview', wish)).body.speech[0].speak).toContain('Xả lũ hồ chứa.');
    const admin = await built.as('quan-tri');
    await admin('PUT', '/pronunciations', [{ written: 'hồ chứa', spoken: 'hồ chứa nước', language: 'vi' }]);
    expect((await duty('POST', '/order-preview', wish)).body.speech[0].speak).toContain('Xả lũ hồ chứa nước.');
    // One kept by a program that did not look at templates: the order can be given all the same, as it is written.
    await built.centre.store.meta.setValue('pronunciations', JSON.stringify(long));
    const again = await makeCentre({}, built.dir);
    try {
      const { status, body } = await (await again.as('truc-ban'))('POST', '/order-preview', wish);
      expect([status, body.speech[0].speak]).toEqual([200, expect.stringContaining('Xả lũ hồ chứa.')]);
    } finally {
      await again.stop();
    }
  });

  test('is for duty officers, about templates and groups there are', async () => {
    const author = await built.as('tac-gia');
    expect(codeOf(await author('POST', '/order-preview', wish))).toBe('not-allowed');
    expect(codeOf(await duty('POST', '/order-preview', { ...wish, template: 'khong-co' }))).toBe('not-found');
    expect(codeOf(await duty('POST', '/order-preview', { ...wish, groups: [] }))).toBe('bad-input');
  });
});
