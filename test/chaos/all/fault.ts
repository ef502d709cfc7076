// One line of the table of faults: what is done to the product, what must hold all the same, and what proves it. Plain data.

/** Vietnamese first, as pages have it. */
export interface Words {
  readonly vi: string;
  readonly en: string;
}

export interface Fault {
  readonly name: string;
  readonly fault: Words;
  /** Means. */
  readonly how: string;
  /** Safe behaviour. */
  readonly holds: Words;
  /**
   * What a reader can run: a test as `path › its title` (or its group’s), a story as `test/world/scenarios/NAME.txt`,
   * or a laboratory as `npm run chaos -- NAME …`.
   */
  readonly proofs: readonly string[];
}

const command = 'npm run chaos -- ';

/** A row of the laboratory round one box. */
export const row = (name: string): string => `${command}emergency --only ${name}`;
export const lab = (words: string): string => `${command}${words}`;

export type Proof =
  | { readonly kind: 'row'; readonly name: string }
  | { readonly kind: 'lab'; readonly words: readonly string[] }
  | { readonly kind: 'test'; readonly file: string; readonly title: string };

const stories = 'test/world/scenarios/';

/** What a proof asks to be run. */
export function proofOf(text: string): Proof {
  if (text.startsWith(command)) {
    const [name = '', ...words] = text.slice(command.length).split(' ');
    return name === 'emergency' && words[0] === '--only' ? { kind: 'row', name: words[1] ?? '' } : { kind: 'lab', words: [name, ...words] };
  }
  if (text.startsWith(stories)) {
    const story = text.slice(stories.length).replace('.txt', '').replaceAll('-', ' ');
    return { kind: 'test', file: 'test/world/scenarios.test.ts', title: `the story ${story} goes as told` };
  }
  const at = text.indexOf(' › ');
  const path = text.slice(0, at);
  // A suite that every implementation of a port keeps is run by the file of tests beside it.
  const file = /\.test\.ts$/.test(path) ? path : path.replace(/\.ts$/, '.test.ts');
  return { kind: 'test', file, title: text.slice(at + 3) };
}
