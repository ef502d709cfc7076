// The handbook says what is there: both languages alike, buttons by their names, tables as the code has them, links and files that exist.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { AgentConfig } from '../../agent/config.ts';
import { checklist } from '../../agent/page/checklist.ts';
import { boxSignals } from '../../schemas/box-signals.ts';
import { faultKinds } from '../../schemas/faults.ts';
import { byHandComplaints } from './by-hand.ts';
import { knownWords, type Tongue } from './known-words.ts';
import { type Block, type PageParts, partsOf, slugOf } from './page-parts.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = join(root, 'controller/docs/handbook');
const people = ['technician', 'operator', 'duty-officer', 'administrator', 'developer'] as const;
const tongues: readonly Tongue[] = ['vi', 'en'];
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const pages = new Map(
  people.flatMap((who) => tongues.map((tongue) => [`${who}.${tongue}.md`, partsOf(read(`${who}.${tongue}.md`))] as const)),
);
const pageOf = (who: (typeof people)[number], tongue: Tongue) => pages.get(`${who}.${tongue}.md`) as PageParts;

describe('both languages of the handbook', () => {
  const asIs = ({ language, mark, text }: Block) => `${language} ${mark}\n${text}`;

  test.each(people)('%s: the same headings, code, tables, lists and links', (who) => {
    const [vi, en] = [pageOf(who, 'vi'), pageOf(who, 'en')];
    expect(en.headings.map(({ level }) => level)).toEqual(vi.headings.map(({ level }) => level));
    expect(en.blocks.map(asIs)).toEqual(vi.blocks.map(asIs));
    expect(en.tables.map((rows) => rows.map((cells) => cells.length))).toEqual(vi.tables.map((rows) => rows.map((cells) => cells.length)));
    const points = (tongue: Tongue) => read(`${who}.${tongue}.md`).match(/^(\d+\.|-) /gm);
    expect(points('en')).toEqual(points('vi'));
    const targets = ({ links }: PageParts) => links.map((link) => link.replace(/#.*|\.(vi|en)(?=\.md)/g, ''));
    expect(targets(en).sort()).toEqual(targets(vi).sort());
  });

  test('there is no page beside these, and the index names them all', () => {
    const { links } = partsOf(read('README.md'));
    expect(
      readdirSync(folder)
        .filter((name) => name.endsWith('.md'))
        .sort(),
    ).toEqual(['README.md', ...pages.keys()].sort());
    for (const name of pages.keys()) expect(links).toContain(name);
  });
});

describe('words of screens', () => {
  const strangers = (parts: PageParts, tongue: Tongue, known = knownWords(tongue)) =>
    parts.words.filter((word) => !known.has(word.replace(/^▲ |^☀ /, '')) && !known.has(word));

  test.each(people.filter((who) => who !== 'developer').flatMap((who) => tongues.map((tongue) => [who, tongue] as const)))(
    '%s.%s names pages, buttons and answers as screens do',
    (who, tongue) => {
      expect(strangers(pageOf(who, tongue), tongue)).toEqual([]);
    },
  );

  test('a button that is not there is found, in the right language', () => {
    expect(strangers(partsOf('Bấm **Phóng tên lửa**, rồi «Trực tuyến».'), 'vi')).toEqual(['Phóng tên lửa']);
    expect(strangers(partsOf('Press **Trực tuyến**.'), 'en')).toEqual(['Trực tuyến']);
  });
});

describe('what the technician looks up', () => {
  const tablesOf = (tongue: Tongue) => pageOf('technician', tongue).tables;
  const plain = (cell: string | undefined) => (cell ?? '').replace(/\*\*|[«»]/g, '');

  test.each(tongues)('the twelve lines of the box’s page, in their order (%s)', (tongue) => {
    const lines = checklist({
      ...{ nowMs: 0, mainsPresent: true, disk: { freeBytes: null, lowBytes: 0, writes: true }, clock: { quality: 'none', rtc: false } },
      ...{ enrolled: null, amplifiers: [], tone: { heard: null, atMs: null, proved: false }, screens: [] },
      place: { area: null, position: null, photo: false },
    }).map(({ title }) => title[tongue]);
    expect(lines).toHaveLength(12);
    expect(tablesOf(tongue).map((rows) => rows.map(([first]) => plain(first)))).toContainEqual(lines);
  });

  test.each(tongues)('all faults with their next steps, those that need a person in bold (%s)', (tongue) => {
    const faults = Object.values(faultKinds).map((fault) => [
      fault.rank === 'alarm' ? `**${fault[tongue]}**` : fault[tongue],
      tongue === 'vi' ? fault.nextVi : fault.nextEn,
    ]);
    expect(tablesOf(tongue)).toContainEqual(faults);
  });

  test.each(tongues)('all signs of the lamp (%s)', (tongue) => {
    expect(tablesOf(tongue)).toContainEqual(Object.values(boxSignals).map((signal) => [signal[tongue]]));
  });

  test('configurations that a box takes', () => {
    const examples = pageOf('technician', 'vi').blocks.filter(({ language }) => language === 'json');
    expect(examples.length).toBeGreaterThan(2);
    for (const { text } of examples) expect(v.safeParse(AgentConfig, JSON.parse(text)).issues).toBeUndefined();
    expect(v.safeParse(AgentConfig, { relays: 'main' }).success).toBe(false);
  });
});

describe('what pages point at', () => {
  const all = [['README.md', partsOf(read('README.md'))] as const, ...pages];

  test.each(all)('links of %s lead somewhere', (name, { links }) => {
    const astray = links.filter((link) => {
      if (/^[a-z]+:/.test(link)) return true;
      const [path = '', anchor] = decodeURI(link).split('#');
      const target = path === '' ? join(folder, name) : resolve(folder, path);
      if (!existsSync(target)) return true;
      return anchor !== undefined && !partsOf(readFileSync(target, 'utf8')).headings.some(({ title }) => slugOf(title) === anchor);
    });
    expect(astray).toEqual([]);
  });

  test.each(all)('files that %s names are in the project', (_, { spans }) => {
    const paths = spans.filter((span) => /^(agent|broker|controller|hardware|schemas|test)\/[\w./-]+$/.test(span));
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test('names of the code in the developer’s page stand in the files of the same point', () => {
    const points = read('developer.en.md').split(/\n(?=\d+\. |## |\| )/);
    const missing = points.flatMap((point) => {
      const spans = partsOf(point).spans;
      const sources = spans
        .filter((span) => span.endsWith('.ts') && existsSync(join(root, span)))
        .map((span) => readFileSync(join(root, span), 'utf8'));
      const names = spans.filter(
        (span) => /^([a-z]+[A-Z]\w*|[A-Z][a-z]\w+|[a-z]{3,})$/.test(span) && !['cancel', 'unmeasured'].includes(span),
      );
      return sources.length === 0 ? [] : names.filter((name) => !sources.some((source) => new RegExp(`\\b${name}\\b`).test(source)));
    });
    expect(missing).toEqual([]);
  });

  test('the picture is whole, and holds nothing but shapes and words', () => {
    const picture = readFileSync(join(folder, 'architecture.svg'), 'utf8');
    expect(picture).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"[\s\S]*<\/svg>\n$/);
    expect(picture).not.toMatch(/<script|<image|<foreignObject|href=|on\w+=/);
    const rooms = [...picture.matchAll(/>(\w+)\/ /g)].map(([, name]) => name ?? '');
    const homes = ['', 'agent', 'controller', 'controller/console'];
    expect(rooms.length).toBeGreaterThan(6);
    expect(rooms.filter((name) => !homes.some((home) => existsSync(join(root, home, name))))).toEqual([]);
  });
});

describe('commands', () => {
  const blocks = [...pages].flatMap(([name, { blocks: own }]) =>
    own.filter(({ language }) => language === 'sh').map((block) => ({ name, ...block })),
  );

  test('every block is one that is run, or says that it is done by hand', () => {
    expect(new Set(blocks.map(({ mark }) => mark))).toEqual(new Set(['', 'by-hand']));
    for (const { text, name } of blocks) expect(spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' }).stderr, name).toBe('');
  });

  test('what is done by hand names programs, units, files and options that exist', () => {
    expect(blocks.filter(({ mark }) => mark === 'by-hand').flatMap(({ text }) => byHandComplaints(text))).toEqual([]);
  });

  test('what does not exist is found', () => {
    expect(byHandComplaints('sudo systemctl restart loa-nothing\nlsblk --no-such-option\nfly-away')).toHaveLength(3);
    expect(
      byHandComplaints('npm run nothing\nnpx vitest run test/none.test.ts\nsudo apt install ./loa-agent_9.9.9_arm64.deb'),
    ).toHaveLength(3);
    expect(dirname(folder)).toContain('docs');
  });
});
