// What a page of the project names: paths, tests, commands and other pages. Rules over text, no IO.
import ts from 'typescript';

export interface Reference {
  readonly kind: 'path' | 'test' | 'command' | 'page';
  readonly text: string;
  readonly line: number;
}

const rooms = /^(agent|broker|controller|hardware|schemas|test|\.github|\.ci)\//;
const ending = /\.(ts|mjs|js|svelte|md|json|txt|sh|c|html|css|service|conf)$/;

/** Without the tails that name a place within a file. */
function pathIn(text: string): string {
  return text.replace(/[#:].*$/, '');
}

function commandsIn(text: string): string[] {
  const words = text.trim().replace(/^(\$|sudo) /, '');
  return /^(npm|npx|node|loa-(agent|controller|broker))( |$)/.test(words) ? [words] : [];
}

function spansOf(line: string, number: number): Reference[] {
  const found: Reference[] = [];
  for (const [, span = ''] of line.matchAll(/`([^`]+)`/g)) {
    const at = span.indexOf(' › ');
    if (at >= 0) found.push({ kind: 'test', text: span, line: number });
    else if (rooms.test(span) && ending.test(pathIn(span)) && !/[*{}<>…\s]|[A-Z]{3,}\//.test(pathIn(span)))
      found.push({ kind: 'path', text: pathIn(span), line: number });
    else for (const text of commandsIn(span)) found.push({ kind: 'command', text, line: number });
  }
  for (const [, target = ''] of line.replace(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g))
    if (!/^([a-z]+:|#)/.test(target)) found.push({ kind: 'page', text: target.replace(/#.*$/, ''), line: number });
  return found;
}

/** All that a page in Markdown names, with its line. A test is named as `path › its title`. */
export function referencesIn(markdown: string): readonly Reference[] {
  const found: Reference[] = [];
  let fence: string | undefined;
  for (const [at, line] of markdown.split('\n').entries()) {
    const opens = /^\s*```(\w*)/.exec(line);
    if (opens) fence = fence === undefined ? (opens[1] ?? '') : undefined;
    else if (fence === undefined) found.push(...spansOf(line, at + 1));
    else if (/^(|sh|bash|console)$/.test(fence))
      for (const text of commandsIn(line.replace(/\s+#.*$/, ''))) found.push({ kind: 'command', text, line: at + 1 });
  }
  return found;
}

/** Titles of the tests and of the groups in a file of tests, as written; values of templates and tables stand as they are written. */
export function titlesIn(source: string): ReadonlySet<string> {
  const titles = new Set<string>();
  const file = ts.createSourceFile('t.ts', source, ts.ScriptTarget.ESNext, false);
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^(test|it|describe)\b/.test(rootOf(node.expression))) {
      const [title] = node.arguments;
      if (title && ts.isStringLiteralLike(title)) titles.add(title.text);
      else if (title && ts.isTemplateExpression(title)) titles.add(source.slice(title.getStart(file) + 1, title.end - 1));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return titles;
}

/** `test` of `test.each(table)` and of `test.skipIf(x)`. */
function rootOf(expression: ts.Expression): string {
  if (ts.isIdentifier(expression)) return expression.text;
  if (ts.isPropertyAccessExpression(expression) || ts.isCallExpression(expression) || ts.isTaggedTemplateExpression(expression))
    return rootOf(ts.isTaggedTemplateExpression(expression) ? expression.tag : expression.expression);
  return '';
}

/** What stands to the left and to the right of ` › `. */
export function testNamed(text: string): { readonly path: string; readonly title: string } {
  const at = text.indexOf(' › ');
  return { path: text.slice(0, at), title: text.slice(at + ' › '.length) };
}

/** What a command needs to be there: a script of package.json, a program of package.json's `bin`, a file, or a bundle of dist/. */
export function commandNeeds(command: string): { readonly kind: 'script' | 'bin' | 'file' | 'bundle' | 'npm'; readonly name: string } {
  const [program = '', first = '', second = ''] = command.split(/\s+/);
  if (program === 'npm' && first === 'run')
    return { kind: 'script', name: second === '-s' || second === '--silent' ? (command.split(/\s+/)[3] ?? '') : second };
  if (program === 'npm') return ['start', 'test'].includes(first) ? { kind: 'script', name: first } : { kind: 'npm', name: first };
  if (program === 'npx') return { kind: 'bin', name: first };
  if (program === 'node')
    return first.startsWith('dist/') || !first.includes('/')
      ? { kind: 'bundle', name: first.replace('dist/', '').replace(/\.js$/, '') }
      : { kind: 'file', name: first };
  return { kind: 'bin', name: program };
}
