// Does an answer say what is described, no more and no less? Enough of JSON Schema 2020-12 for the shapes that are made from types.
import answers from '../../controller/api/answers.json' with { type: 'json' };

interface Shape {
  readonly $ref?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Shape[];
  readonly type?: string;
  readonly items?: Shape;
  readonly prefixItems?: readonly Shape[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Shape;
}

const routes = answers.routes as Readonly<Record<string, Shape>>;
const named = answers.named as Readonly<Record<string, Shape>>;

/** What is wrong with an answer of a route, with its place; undefined where nothing is, or nothing is described. */
export function wrongAnswer(route: string, value: unknown): string | undefined {
  const shape = routes[route];
  return shape && fault(shape, value, '');
}

function fault(shape: Shape, value: unknown, path: string): string | undefined {
  if (shape.$ref !== undefined) return fault(named[shape.$ref.split('/').at(-1) ?? ''] ?? {}, value, path);
  if (shape.anyOf) return anyFault(shape.anyOf, value, path);
  if ('const' in shape)
    return value === shape.const ? undefined : `${path}: ${JSON.stringify(value)} is not ${JSON.stringify(shape.const)}`;
  if (shape.enum)
    return shape.enum.includes(value) ? undefined : `${path}: ${JSON.stringify(value)} is none of ${JSON.stringify(shape.enum)}`;
  if (shape.type === 'array') return listFault(shape, value, path);
  if (shape.type === 'object') return objectFault(shape, value, path);
  const type = value === null ? 'null' : typeof value;
  return shape.type === undefined || shape.type === type ? undefined : `${path}: ${type}, described as ${shape.type}`;
}

function anyFault(choices: readonly Shape[], value: unknown, path: string): string | undefined {
  const faults = choices.map((one) => fault(one, value, path));
  // The one that came furthest says most.
  return faults.includes(undefined) ? undefined : faults.reduce((a, b) => ((b ?? '').length > (a ?? '').length ? b : a));
}

function listFault({ items, prefixItems }: Shape, value: unknown, path: string): string | undefined {
  if (!Array.isArray(value)) return `${path}: no list`;
  for (const [at, one] of value.entries()) {
    const found = fault(prefixItems?.[at] ?? items ?? {}, one, `${path}/${at}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function objectFault({ properties = {}, required = [], additionalProperties }: Shape, value: unknown, path: string): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${path}: no object`;
  const missing = required.find((name) => !(name in value));
  if (missing !== undefined) return `${path}/${missing}: missing`;
  for (const [name, one] of Object.entries(value)) {
    const shape = properties[name] ?? additionalProperties;
    if (!shape) return `${path}/${name}: not described`;
    const found = fault(shape, one, `${path}/${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
