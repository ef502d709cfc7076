// What a page of Markdown is made of, as far as tests ask: headings, blocks of code, tables, links, words set apart. Pure.

export interface Block {
  /** Both words after the fence: `sh`, and `by-hand` where it is not run. */
  readonly language: string;
  readonly mark: string;
  readonly text: string;
  readonly line: number;
  /** Name of the second heading that it stands under. */
  readonly section: string;
}

export interface Heading {
  readonly level: number;
  readonly title: string;
}

export interface PageParts {
  readonly headings: readonly Heading[];
  readonly blocks: readonly Block[];
  /** Rows of each table, head and rule left out; cells as written. */
  readonly tables: readonly (readonly (readonly string[])[])[];
  /** Targets as written. */
  readonly links: readonly string[];
  /** `**so**` and `«so»`, on one line. */
  readonly words: readonly string[];
  /** `` `so` `` outside blocks. */
  readonly spans: readonly string[];
}

export function partsOf(text: string): PageParts {
  const { blocks, prose } = withoutBlocks(text);
  const lines = prose.split('\n');
  const headings = lines.flatMap((line) => {
    const found = /^(#{1,4}) (.+)$/.exec(line);
    return found ? [{ level: found[1]?.length ?? 0, title: found[2] ?? '' }] : [];
  });
  const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span ?? '');
  const running = prose.replace(/`[^`\n]+`/g, '`').replace(/\s*\n\s*/g, ' ');
  return {
    headings,
    blocks,
    tables: tablesOf(lines),
    links: [...running.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? ''),
    words: [...running.matchAll(/\*\*([^*]+)\*\*|«([^»]+)»/g)].map(([, bold, shown]) => (bold ?? shown ?? '').trim()),
    spans,
  };
}

function withoutBlocks(text: string): { readonly blocks: readonly Block[]; readonly prose: string } {
  const blocks: Block[] = [];
  const prose: string[] = [];
  let open: { language: string; mark: string; line: number; section: string; lines: string[] } | undefined;
  let section = '';
  for (const [at, line] of text.split('\n').entries()) {
    const fence = /^```(\S*) ?(.*)$/.exec(line);
    if (!fence) {
      (open?.lines ?? prose).push(line);
      if (!open && line.startsWith('## ')) section = slugOf(line.slice(3));
      continue;
    }
    if (open) blocks.push({ ...open, text: open.lines.join('\n') });
    open = open ? undefined : { language: fence[1] ?? '', mark: fence[2] ?? '', line: at + 1, section, lines: [] };
  }
  return { blocks, prose: prose.join('\n') };
}

function tablesOf(lines: readonly string[]): string[][][] {
  const tables: string[][][] = [];
  let inside = false;
  for (const line of lines) {
    const row = line.startsWith('|');
    if (row && !inside) tables.push([]);
    // The first row names the columns, the second is a rule.
    else if (row && !/^\|[-|\s]+\|$/.test(line)) tables.at(-1)?.push(cellsOf(line));
    inside = row;
  }
  return tables;
}

function cellsOf(line: string): string[] {
  return line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());
}

/** The name of a heading in an address, as GitHub makes it. */
export function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

/** Simple commands of a block that is not run: words of each line, comments and `sudo` left out. */
export function commandsOf(text: string): string[][] {
  return text
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '')
    .map((line) => [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, one, two, plain]) => one ?? two ?? plain ?? ''))
    .map((words) => (words[0] === 'sudo' ? words.slice(words[1] === '-u' ? 3 : 1) : words));
}
