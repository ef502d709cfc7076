// `loa-controller centres …`: a centre introduces itself, joins the one above, admits the one below. Files carried by hand.
import { readFile } from 'node:fs/promises';
import { join as pathOf } from 'node:path';
import { parseArgs } from 'node:util';
import { readIfPresent, writeFileAtomic } from '../../hardware/host/files.ts';
import { Introduction } from '../../schemas/introduction.ts';
import { parseJson } from '../../schemas/parse.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { CentreCard } from '../centre.ts';
import { folderOf } from '../folder.ts';
import { openStore } from '../store/open-store.ts';
import { admit, dismiss, fingerprintOf, introductionOf, join, leave, type Neighbourhood, readOwn } from './neighbours.ts';

export const centresUsage = `Centres above and below, so that boxes hear the one above while their own is off.

  centres show      --data DIR                        which stand above and below
  centres introduce --data DIR --url mqtts://HOST:PORT --out FILE   this centre's own introduction, for the other
  centres show      --in FILE                         what an introduction says
  centres join      --data DIR --in FILE --yes        boxes find orders of that centre above, too (at most three)
  centres leave     --data DIR --centre ID            they find them no more
  centres admit     --data DIR --in FILE --yes        boxes of that centre below may read orders here
  centres dismiss   --data DIR --centre ID            they may no more

Compare the fingerprint with the other centre by telephone before --yes. A running centre hears of it at its next start; the console's REST
(/api/centres/…) does the same at once.
`;

const fileBytesMax = 1024 * 1024;

/** Lines to print. Problems: bad-input, not-found and those of joining and admitting. */
export async function runCentres(argv: readonly string[], nowMs: number): Promise<Result<readonly string[]>> {
  let read: ReturnType<typeof readWords>;
  try {
    read = readWords(argv);
  } catch (error) {
    return bad('bad-input', `${error instanceof Error ? error.message : error}; "centres --help" says how`);
  }
  const { values, positionals } = read;
  if (values.help || positionals.length === 0) return ok([centresUsage.trimEnd()]);
  const centre = values.centre ?? '';
  switch (positionals[0]) {
    case 'show':
      return values.in === undefined ? withCentre(values.data, nowMs, show) : withFile(values.in, async (file) => ok(describe(file)));
    case 'introduce':
      return withCentre(values.data, nowMs, (here) => introduce(here, values));
    case 'join':
      return withFile(values.in, (file) => said(file, values, (here) => join(here, file), nowMs));
    case 'admit':
      return withFile(values.in, (file) => said(file, values, (here) => admit(here, file), nowMs));
    case 'leave':
      return withCentre(values.data, nowMs, (here) => done(leave(here, centre)));
    case 'dismiss':
      return withCentre(values.data, nowMs, (here) => done(dismiss(here, centre)));
    default:
      return bad('bad-input', `no act "${positionals[0]}"; "centres --help" names them`);
  }
}

function readWords(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      in: { type: 'string' },
      out: { type: 'string' },
      url: { type: 'string' },
      centre: { type: 'string' },
      yes: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
}

type Words = ReturnType<typeof readWords>['values'];

async function show(here: Neighbourhood): Promise<Result<readonly string[]>> {
  const { paths, below } = await readOwn(here);
  return ok([
    `${here.card.id}  ${here.card.name} (${here.card.level}, ${here.card.area})`,
    `  CA ${fingerprintOf(here.ca)}`,
    ...paths.map(({ centre, url, ca }) => `  trên / above  ${centre}  ${url}  CA ${fingerprintOf(ca)}`),
    ...below.map(({ centre, name, ca }) => `  dưới / below  ${centre}  ${name}  CA ${fingerprintOf(ca)}`),
  ]);
}

async function introduce(here: Neighbourhood, { url, out }: Words): Promise<Result<readonly string[]>> {
  if (url === undefined || out === undefined) return bad('bad-input', '--url mqtts://HOST:PORT and --out FILE are needed');
  const file = introductionOf(here, (await readOwn(here)).trust, url);
  if (!file.ok) return file;
  await writeFileAtomic(out, JSON.stringify(file.value));
  return ok([...describe(file.value), `→ ${out}`]);
}

/** What is compared aloud with the other centre. */
export function describe({ centre, name, level, area, demo, url, ca, root }: Introduction): string[] {
  return [
    `Giới thiệu / introduction: ${centre}  ${name} (${level}, ${area})${demo ? ', TRÌNH DIỄN / demo' : ''}`,
    `  ${url}`,
    `  CA ${fingerprintOf(ca)}`,
    `  gốc / root ${root.threshold}/${root.keys.length}: ${root.keys.map(({ keyid }) => keyid).join(' ')}`,
  ];
}

async function said(
  file: Introduction,
  words: Words,
  act: (here: Neighbourhood) => Promise<Result<unknown>>,
  nowMs: number,
): Promise<Result<readonly string[]>> {
  if (words.yes !== true)
    return bad('bad-input', `compare this with the other centre, then say it again with --yes:\n${describe(file).join('\n')}`);
  return withCentre(words.data, nowMs, async (here) => {
    const acted = await act(here);
    return acted.ok ? ok([...describe(file), atNextStart]) : acted;
  });
}

const atNextStart = 'Dùng từ lần khởi động sau. / In use from the next start.';

async function done(acting: Promise<Result<unknown>>): Promise<Result<readonly string[]>> {
  const acted = await acting;
  return acted.ok ? ok([atNextStart]) : acted;
}

async function withFile<T>(path: string | undefined, use: (file: Introduction) => Promise<Result<T>>): Promise<Result<T>> {
  if (path === undefined) return bad('bad-input', '--in FILE is missing');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return bad('not-found', `no file ${path}`);
  const file = parseJson(Introduction, text, fileBytesMax);
  return file.ok ? use(file.value) : file;
}

/** A file that names a centre above, for the ceremony. Problems: not-found and those of its shape. */
export function readIntroduction(path: string): Promise<Result<Introduction>> {
  return withFile(path, async (file) => ok(file));
}

async function withCentre<T>(
  dataDir: string | undefined,
  nowMs: number,
  use: (here: Neighbourhood) => Promise<Result<T>>,
): Promise<Result<T>> {
  if (dataDir === undefined) return bad('bad-input', '--data DIR is missing');
  const folder = folderOf(dataDir);
  const opened = await openStore(folder);
  if (!opened.ok) return opened;
  const store = opened.value;
  try {
    const [card, ca] = [await store.meta.value('card'), await readIfPresent(pathOf(folder.authority, 'ca.pem'))];
    if (card === undefined || !ca) return bad('not-found', `no centre in ${dataDir}`);
    return await use({ store, card: JSON.parse(card) as CentreCard, ca: ca.toString('utf8'), nowMs, actor: 'centres' });
  } finally {
    await store.close();
  }
}
