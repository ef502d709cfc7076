// What may import what (DESIGN §3) and what rules may touch (§2.1), as pure functions over source text.

export interface Source {
  /** From the project's root, with `/`. */
  readonly path: string;
  readonly text: string;
}

type Room = 'schemas' | 'hardware' | 'host' | 'link' | 'broker' | 'agent' | 'controller' | 'demo' | 'page' | 'test';

const may: Readonly<Record<Room, readonly Room[]>> = {
  schemas: ['schemas'],
  host: ['schemas', 'host'],
  hardware: ['schemas', 'host', 'hardware'],
  link: ['schemas', 'host', 'link'],
  broker: ['schemas', 'host', 'link', 'broker'],
  agent: ['schemas', 'host', 'hardware', 'link', 'agent'],
  controller: ['schemas', 'host', 'link', 'controller'],
  demo: ['schemas', 'host', 'link', 'demo', 'page'],
  page: ['schemas', 'page'],
  test: ['schemas', 'host', 'hardware', 'link', 'broker', 'agent', 'controller', 'demo', 'page', 'test'],
};

/** Packages that rules and shapes may use: pure, and light enough for a browser. */
const purePackages = ['valibot', '@valibot/to-json-schema', 'rrule-temporal', 'temporal-polyfill', 'temporal-spec'];

const forbiddenWords = /(^|[-/])(utils?|helpers?|common|misc|manager|service|handler|data|info)(\.|-|$)/;

const outsideWords: readonly [RegExp, string][] = [
  [/\bDate\b(?!Time)/, 'Date'],
  [/\bset(Timeout|Interval|Immediate)\(/, 'a timer'],
  [/\bMath\.random\(/, 'Math.random'],
  [/\bprocess\./, 'process'],
  [/\bfetch\(/, 'fetch'],
];

function roomOf(path: string): Room | undefined {
  if (path.startsWith('schemas/')) return 'schemas';
  if (path.startsWith('hardware/host/')) return 'host';
  if (path.startsWith('hardware/')) return 'hardware';
  if (path.startsWith('broker/link/')) return 'link';
  if (path.startsWith('broker/')) return 'broker';
  if (path.startsWith('agent/')) return 'agent';
  if (isPage(path)) return 'page';
  if (path.startsWith('controller/demo/')) return 'demo';
  if (path.startsWith('controller/')) return 'controller';
  if (path.startsWith('test/')) return 'test';
  return undefined;
}

function isPage(path: string): boolean {
  return /^controller\/(console|citizen|demo\/stage)\//.test(path);
}

function isRule(path: string): boolean {
  return /^(schemas|agent\/core|controller\/core)\//.test(path) || path === 'broker/access.ts';
}

/** Comments and the insides of strings say nothing about what code does. */
function bare(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|[^:])\/\/.*$/gm, '$1')
    .replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''")
    .replace(/`(?:[^`\\$]|\\.|\$(?!\{))*`/g, '``');
}

export interface Import {
  readonly target: string;
  readonly typeOnly: boolean;
}

export function importsOf(text: string): Import[] {
  const statements = text.matchAll(/^\s*(?:import|export)\s+(type\s)?[^'"();]*?from\s*['"]([^'"]+)['"]/gm);
  const others = text.matchAll(/(?:^\s*import\s*|\bimport\s*\(\s*)['"]([^'"]+)['"]/gm);
  return [
    ...[...statements].map((match) => ({ target: match[2] ?? '', typeOnly: match[1] !== undefined })),
    ...[...others].map((match) => ({ target: match[1] ?? '', typeOnly: false })),
  ];
}

export function resolveFrom(path: string, target: string): string {
  const parts = path.split('/').slice(0, -1);
  for (const step of target.split('/')) {
    if (step === '..') parts.pop();
    else if (step !== '.') parts.push(step);
  }
  return parts.join('/');
}

function importBreach(path: string, { target, typeOnly }: Import): string | undefined {
  const from = roomOf(path);
  if (!from) return undefined;
  if (target.startsWith('.')) {
    const landed = resolveFrom(path, target);
    const to = roomOf(landed);
    if (!to) return `${path} imports ${target}, outside every room`;
    // Doors between programs are few: the centre's main may start the broker, and a rule stays among rules.
    const startsBroker = /^controller\/(main|start-[a-z-]+|centre-programs?)\.ts$/.test(path) && to === 'broker';
    // What a board will draw is shown beforehand by the same pure function, never by a second drawing.
    const drawsAsBoard = /^controller\/api\/[a-z-]+-preview\.ts$/.test(path) && landed === 'hardware/display/order-page.ts';
    if (!may[from].includes(to) && !startsBroker && !drawsAsBoard) return `${path} (${from}) may not import ${landed} (${to})`;
    if (isRule(path) && !isRule(landed) && !(typeOnly && to === from)) return `${path} is a rule and may not import ${landed}`;
    return undefined;
  }
  if (isRule(path) && !purePackages.includes(target)) return `${path} is a rule and may not import ${target}`;
  if (from === 'page' && target.startsWith('node:')) return `${path} runs in a browser and may not import ${target}`;
  return undefined;
}

/** Every breach of directions, purity, names and module state in one source file, in words. */
export function sourceBreaches({ path, text }: Source): string[] {
  const breaches: string[] = [];
  const code = bare(text);
  for (const each of importsOf(path.startsWith('test/') ? '' : text)) {
    const breach = importBreach(path, each);
    if (breach) breaches.push(breach);
  }
  if (isRule(path)) {
    for (const [word, name] of outsideWords) if (word.test(code)) breaches.push(`${path} is a rule and may not touch ${name}`);
  }
  // What stands in a component's script is made anew for each component.
  if (!path.startsWith('test/') && !path.endsWith('.svelte') && /^let\s/m.test(code))
    breaches.push(`${path} keeps state in a module-level let`);
  if (
    !isPage(path) &&
    !path.startsWith('test/') &&
    /\bdocument\.(body|createElement|query|addEventListener)|\bwindow\.(location|document)\b/.test(code)
  )
    breaches.push(`${path} touches the DOM`);
  if (!path.startsWith('controller/demo/data/') && forbiddenWords.test(path)) breaches.push(`${path}: a file is named by what it holds`);
  return breaches;
}

/** A file over 300 lines must say why in a comment `// LONG: reason` among its first five lines. */
export function sizeBreaches({ path, text }: Source): string[] {
  const lines = text.split('\n').length - 1;
  const excused = text
    .split('\n')
    .slice(0, 5)
    .some((line) => line.startsWith('// LONG: '));
  return lines > 300 && !excused ? [`${path} has ${lines} lines`] : [];
}

/** Exported names that no other file mentions and their own file only where it makes them. */
export function deadExports(sources: readonly Source[]): string[] {
  const spoken = sources.map(({ path, text }) => {
    const said = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:])\/\/.*$/gm, '$1');
    return { path, text: said, words: said.match(/[\w$]+/g) ?? [] };
  });
  const filesWith = new Map<string, number>();
  for (const { words } of spoken) for (const word of new Set(words)) filesWith.set(word, (filesWith.get(word) ?? 0) + 1);
  return spoken.flatMap(({ path, text, words }) =>
    [...text.matchAll(/^export (?:declare )?(?:abstract )?(?:async )?(?:const|function\*?|class|interface|type|enum) ([\w$]+)/gm)]
      .map((match) => match[1] ?? '')
      .filter((name) => filesWith.get(name) === 1 && words.filter((word) => word === name).length === 1)
      .map((name) => `${path}: ${name}`),
  );
}

/** Ways that lead back to where they began along imports of values: `a → b → a`. Each ring is told once. */
export function importRings(sources: readonly Source[]): string[] {
  const nextOf = new Map(
    sources.map(({ path, text }) => [
      path,
      importsOf(text).flatMap(({ target, typeOnly }) => (!typeOnly && target.startsWith('.') ? [resolveFrom(path, target)] : [])),
    ]),
  );
  const rings: string[] = [];
  const done = new Set<string>();
  const walk = (path: string, way: readonly string[]): void => {
    const since = way.indexOf(path);
    if (since >= 0) rings.push([...way.slice(since), path].join(' → '));
    if (since >= 0 || done.has(path)) return;
    for (const next of nextOf.get(path) ?? []) walk(next, [...way, path]);
    done.add(path);
  };
  for (const path of nextOf.keys()) walk(path, []);
  return rings;
}
