// `loa-controller box new …`: registers boxes at a running centre and brings the papers that go to them, by an access token of its own.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeFileAtomic } from '../../hardware/host/files.ts';
import { claimFile, claimFileName, cloudInit, installLine } from '../../schemas/box-papers.ts';
import type { ClaimDocument } from '../../schemas/enrolment-api.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { qrDrawer } from './label-qr.ts';
import { type Label, labelSheet, labelsMax } from './label-sheet.ts';

export const boxUsage = `Boxes of a running centre.

  box new ID… --area AREA --group GROUP… --token-file FILE [--name NAME] [--kind loudspeaker|board] [--serial SERIAL]
          [--centre http://127.0.0.1:8080] [--out DIR]
  box claim ID… --token-file FILE [--serial SERIAL] [--centre URL] [--out DIR]

new registers each ID and makes its claim; claim makes another one, for new hardware too. For each box DIR/ID gets ${claimFileName}
(for its boot partition), user-data (cloud-init) and install.txt (one line for a shell); DIR/labels.html holds all labels to print.
A claim holds for 14 days and is used once. FILE holds an access token with the rights box.register and box.claim, and read.
`;

const askWithinMs = 30_000;

interface Wish {
  readonly act: 'new' | 'claim';
  readonly ids: readonly string[];
  readonly centre: string;
  readonly tokenFile: string;
  readonly out: string;
  readonly register: {
    readonly name: string | undefined;
    readonly area: string;
    readonly groups: readonly string[];
    readonly kind: string;
  };
  readonly serial: string | undefined;
}

/** Lines to print. Problems: bad-input, offline, and what the centre answers. */
export async function runBox(argv: readonly string[]): Promise<Result<readonly string[]>> {
  const wish = readWish(argv);
  if (!wish.ok) return wish;
  if (wish.value === undefined) return ok([boxUsage.trimEnd()]);
  const { ids, out, centre } = wish.value;
  const token = (await readFile(wish.value.tokenFile, 'utf8').catch(() => '')).trim();
  if (token === '') return bad('not-found', `no token in ${wish.value.tokenFile}`, '/token-file');
  const labels: Label[] = [];
  const lines: string[] = [];
  for (const id of ids) {
    const made = await one(wish.value, token, id);
    // Those before are registered and have their papers; what is printed says so.
    if (!made.ok)
      return bad(made.problem.code, `${id}: ${made.problem.detail}${lines.length > 0 ? `; done before: ${lines.join(', ')}` : ''}`);
    const dir = join(out, id);
    await writePapers(dir, made.value);
    labels.push(labelOf(centre, made.value, wish.value.register));
    lines.push(dir);
  }
  const sheet = join(out, 'labels.html');
  await writeFileAtomic(sheet, labelSheet(labels, await qrDrawer()), 0o600);
  return ok([...lines, sheet]);
}

function readWish(argv: readonly string[]): Result<Wish | undefined> {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        area: { type: 'string' },
        group: { type: 'string', multiple: true },
        name: { type: 'string' },
        kind: { type: 'string' },
        serial: { type: 'string' },
        centre: { type: 'string' },
        out: { type: 'string' },
        'token-file': { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    const [act, ...ids] = positionals;
    if (values.help || act === undefined) return ok(undefined);
    if (act !== 'new' && act !== 'claim') return bad('bad-input', `no act "${act}"; "box --help" names them`);
    const { area = '', group: groups = [], name, kind = 'loudspeaker', serial, centre = 'http://127.0.0.1:8080', out = '.' } = values;
    if (ids.length === 0 || ids.length > labelsMax) return bad('bad-input', `1 to ${labelsMax} ids, not ${ids.length}`);
    if (!ids.every((id) => /^[a-z0-9-]{1,32}$/.test(id))) return bad('bad-input', 'an id is a-z, 0-9 and -, at most 32');
    if (act === 'new' && (area === '' || groups.length === 0)) return bad('bad-input', '--area and --group are needed');
    if (serial !== undefined && ids.length > 1) return bad('bad-input', 'a serial is of one box');
    if (values['token-file'] === undefined) return bad('bad-input', '--token-file is needed');
    if (!URL.canParse(centre)) return bad('bad-input', `--centre ${centre} is no address`);
    return ok({ act, ids, centre, out, serial, tokenFile: values['token-file'], register: { name, area, groups, kind } });
  } catch (error) {
    return bad('bad-input', `${error instanceof Error ? error.message : error}; "box --help" says how`);
  }
}

async function one({ act, centre, register, serial }: Wish, token: string, id: string): Promise<Result<ClaimDocument>> {
  const { name = id, area, groups, kind } = register;
  const outputs = [kind === 'board' ? { id: 'screen', kind } : { id: 'main', kind }];
  if (act === 'new') {
    const registered = await ask<unknown>(centre, token, '/api/boxes', { id, name, area, groups, outputs });
    if (!registered.ok) return registered;
  }
  return ask<ClaimDocument>(centre, token, `/api/boxes/${id}/claim`, serial === undefined ? {} : { serial });
}

async function ask<T>(centre: string, token: string, path: string, body: object): Promise<Result<T>> {
  try {
    const answer = await fetch(new URL(path, centre), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(askWithinMs),
    });
    const said = (await answer.json()) as T & { readonly detail?: string; readonly title?: string };
    if (answer.ok) return ok(said);
    return bad(
      answer.status >= 500 ? 'offline' : 'not-allowed',
      `the centre answered ${answer.status}: ${said.detail || said.title || ''}`,
    );
  } catch (error) {
    return bad('offline', `${centre}: ${error instanceof Error ? error.message : error}`);
  }
}

async function writePapers(dir: string, claim: ClaimDocument): Promise<void> {
  const text = claimFile(claim);
  await writeFileAtomic(join(dir, claimFileName), text, 0o600);
  await writeFileAtomic(join(dir, 'user-data'), cloudInit(Buffer.from(text).toString('base64')), 0o600);
  await writeFileAtomic(join(dir, 'install.txt'), `${installLine(claim)}\n`, 0o600);
}

function labelOf(centre: string, { dev, hotspot }: ClaimDocument, { name = dev, area }: Wish['register']): Label {
  return { id: dev, name, place: area, pageUrl: new URL(`/#/thiet-bi/${dev}`, centre).href, hotspot };
}
