// Orders in sign language: whose film stands beside which order, and which boxes hold it before.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CentreContent, compileWants } from '../../controller/core/compile-want.ts';
import { planOrder } from '../../controller/core/order-plan.ts';
import { standardTemplates } from '../../controller/emergency/templates.ts';
import { sha256 } from '../../hardware/host/crypto.ts';
import type { Order } from '../../schemas/order.ts';
import type { Item } from '../../schemas/programme.ts';
import { defaultBoxSettings } from '../../schemas/settings.ts';
import { policy } from '../schemas/documents.ts';
import { type Asker, type BuiltCentre, codeOf, makeCentre } from './built-centre.ts';

const film = (name: string) => ({ sha256: sha256(Buffer.from(name)) as Item['sha256'], bytes: 1_000 });
const [template] = standardTemplates;

describe('an order', () => {
  const signFilms = { actual: film('thật'), exercise: film('diễn tập') };
  const planned = (kind: Order['class'], films: object = { signFilms }) => {
    if (!template) throw new Error('no template');
    const made = planOrder({
      template: { ...template, ...films },
      class: kind,
      level: 'commune',
      area: '08/02536',
      demo: false,
      audioOf: () => undefined,
    });
    if (!made.ok) throw new Error(made.problem.detail);
    return made.value.signFilm;
  };

  test('brings the film of its own class: an exercise never shows the real one', () => {
    expect(planned('actual')).toEqual(signFilms.actual);
    expect(planned('exercise')).toEqual(signFilms.exercise);
    expect(planned('exercise', { signFilms: { actual: signFilms.actual } })).toBeUndefined();
    expect(planned('test')).toBeUndefined();
    expect(planned('actual', {})).toBeUndefined();
  });
});

describe('films of orders to come', () => {
  const box = (id: string, kind: 'board' | 'loudspeaker') => ({
    id,
    area: '08/02536',
    groups: ['g1'],
    settings: { ...defaultBoxSettings, outputs: [{ id: 'one', kind }] },
  });
  const content: CentreContent = { policy: policy(), programmes: [], schedules: [], holidays: [], localOrder: [] };
  const kinds = (signFilms: CentreContent['signFilms'] = []) => {
    const { wants, texts } = compileWants([box('bang', 'board'), box('loa', 'loudspeaker')], { ...content, signFilms }, sha256);
    const told = (dev: string) => {
      const part = wants.get(dev)?.find(({ kind }) => kind === 'orderAudio');
      return part && (JSON.parse(new TextDecoder().decode(texts.get(part.sha256))) as unknown);
    };
    return { bang: told('bang'), loa: told('loa') };
  };

  test('lie on boxes with a board, and on no other', () => {
    expect(kinds([film('b'), film('a')]).bang).toEqual({
      audio: [],
      films: [film('a'), film('b')].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1)),
    });
    expect(kinds([film('a')]).loa).toBeUndefined();
    expect(kinds()).toEqual({ bang: undefined, loa: undefined });
  });
});

describe('by REST', () => {
  let built: BuiltCentre;
  let duty: Asker;
  const page: Item = {
    ...{ sha256: sha256(Buffer.from('trang')) as Item['sha256'], bytes: 500, type: 'text/html', title: 'Lũ quét bằng ngôn ngữ ký hiệu' },
    ...{ language: 'vi', durationMs: 20_000, gainDb: 0, film: film('phim') },
  };
  let own = '';
  const put = (body: object) => duty('PUT', `/templates/${own}/sign-film`, body);
  beforeAll(async () => {
    built = await makeCentre();
    duty = await built.as('truc-ban');
    own = built.centre.templates.all()[0]?.id ?? '';
    const act = { atMs: built.clock.nowMs, actor: 'tac-gia', act: 'media.add', subject: page.sha256, sha256: page.sha256 };
    const { film: _none, ...still } = page;
    const plain = { ...still, sha256: sha256(Buffer.from('giấy')) as Item['sha256'] };
    for (const item of [page, plain])
      await built.centre.store.content.addMedia({ item, source: 'phim.mp4', author: 'tac-gia', createdMs: 1, peaks: [] }, act);
  });
  afterAll(() => built.stop());

  test('a template is given its film, tells so, and loses it again', async () => {
    const given = await put({ class: 'exercise', film: page.sha256 });
    expect([given.status, given.body.signed]).toEqual([200, ['exercise']]);
    expect(built.centre.templates.all().find(({ id }) => id === own)?.signFilms).toEqual({ exercise: page.film });
    const listed = await duty('GET', '/templates');
    expect(listed.body.find(({ id }: { id: string }) => id === own).signed).toEqual(['exercise']);
    expect((await put({ class: 'exercise', film: null })).body.signed).toEqual([]);
  });

  test('two films given at once are both kept', async () => {
    await Promise.all([put({ class: 'actual', film: page.sha256 }), put({ class: 'exercise', film: page.sha256 })]);
    expect(built.centre.templates.all().find(({ id }) => id === own)?.signFilms).toEqual({ actual: page.film, exercise: page.film });
  });

  test('other words take the films away, for they would say what the words no longer say; the same words do not', async () => {
    await put({ class: 'actual', film: page.sha256 });
    const { speech, screen } = built.centre.templates.all().find(({ id }) => id === own) ?? { speech: [], screen: { title: '', text: '' } };
    const say = async (speak: string, language = 'vi') =>
      (await duty('PUT', `/templates/${own}/speech`, { language, speak, screen })).body.signed;
    expect(await say(speech[0]?.speak ?? '')).toContain('actual');
    expect(await say('Khen slon', 'tyz')).toContain('actual');
    expect(await say('Chạy lên trường học ngay.')).toEqual([]);
  });

  test('what is no film of the library is none, and no other class has one', async () => {
    expect(codeOf(await put({ class: 'actual', film: sha256(Buffer.from('giấy')) }))).toBe('not-found');
    expect(codeOf(await put({ class: 'actual', film: 'f'.repeat(64) }))).toBe('not-found');
    expect(codeOf(await put({ class: 'test', film: page.sha256 }))).toBe('bad-input');
    expect(codeOf(await duty('PUT', '/templates/khong-co/sign-film', { class: 'actual', film: page.sha256 }))).toBe('not-found');
  });
});
