// The demo's data files: where they are, what they hold.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { AreaPath, Id } from '../../schemas/ids.ts';
import { Output } from '../../schemas/settings.ts';
import { BoardText } from './board-page.ts';

/** The project's root, from a source file and from a bundle alike. */
function findRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const above = dirname(folder);
  if (above === folder) throw new Error('no package.json above this program');
  return findRoot(above);
}

export const projectRoot = findRoot(dirname(fileURLToPath(import.meta.url)));
export const dataFolder = join(projectRoot, 'controller/demo/data');

export const ProgrammeText = v.strictObject({ id: Id, title: v.string(), voice: v.string(), text: v.string() });
export type ProgrammeText = v.InferOutput<typeof ProgrammeText>;

export const DemoAccount = v.strictObject({
  account: Id,
  title: v.string(),
  english: v.string(),
  roles: v.array(v.string()),
  area: AreaPath,
});
export type DemoAccount = v.InferOutput<typeof DemoAccount>;

export const DemoBox = v.strictObject({
  id: Id,
  name: v.string(),
  area: AreaPath,
  groups: v.array(Id),
  outputs: v.array(Output),
  live: v.boolean(),
  /** Degrees; on the roofs and poles of nobody in particular, near where the commune is. */
  place: v.optional(v.strictObject({ latitude: v.number(), longitude: v.number() })),
  technology: v.optional(v.string()),
  note: v.optional(v.string()),
});
export type DemoBox = v.InferOutput<typeof DemoBox>;

function read<S extends v.GenericSchema>(name: string, schema: S): v.InferOutput<S> {
  return v.parse(schema, JSON.parse(readFileSync(join(dataFolder, name), 'utf8')));
}

export function readProgrammeTexts(): ProgrammeText[] {
  return read('programmes.json', v.array(ProgrammeText));
}

export function readBoards(): (BoardText & { readonly html: string })[] {
  return read('boards.json', v.array(BoardText)).map((board) => ({
    ...board,
    html: readFileSync(join(dataFolder, 'boards', `${board.id}.html`), 'utf8'),
  }));
}

export function readAccounts(): DemoAccount[] {
  return read('accounts.json', v.array(DemoAccount));
}

export function readEstate(): DemoBox[] {
  return read('estate.json', v.array(DemoBox));
}

/** Files that the centre checks itself: units, policy. */
export function readRaw(name: 'units.json' | 'policy.json'): unknown {
  return JSON.parse(readFileSync(join(dataFolder, name), 'utf8'));
}

export function audioFile(id: string): string {
  return join(dataFolder, 'audio', id === 'chao-mung' ? 'chao-mung.wav' : `${id}.opus`);
}
