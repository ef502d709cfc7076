// Arbitrary values of a JSON Schema as our shapes write it, and values that are nearly of it.
import fc from 'fast-check';

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema | boolean;
  readonly prefixItems?: readonly Schema[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Letters that make trouble where they are not treated as letters. */
const nasty = [
  "'; DROP TABLE boxes; --",
  '<img src=x onerror=alert(1)>',
  '../../etc/passwd',
  '\u0000',
  '\uD800',
  '%s%n',
  '{{7*7}}',
  'ế'.repeat(300),
  '',
];

export function valuesOf(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices && choices.length > 0) return fc.oneof(...choices.map(valuesOf));
  switch (schema.type) {
    case 'string':
      return textOf(schema);
    case 'integer':
    case 'number':
      return fc.oneof(
        fc.integer({ min: Math.ceil(schema.minimum ?? -5), max: Math.floor(Math.min(schema.maximum ?? 1e13, Number.MAX_SAFE_INTEGER)) }),
        fc.constantFrom(schema.minimum ?? 0, schema.maximum ?? 1),
      );
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return listOf(schema);
    case 'object':
      return objectOf(schema);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function textOf({ pattern, minLength = 0, maxLength = 40 }: Schema): fc.Arbitrary<string> {
  const plain = fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, 60)) });
  return fc.oneof(pattern === undefined ? plain : fc.stringMatching(new RegExp(pattern)), plain, fc.constantFrom(...nasty));
}

function listOf({ items, minItems = 0, maxItems = 3, prefixItems }: Schema): fc.Arbitrary<unknown[]> {
  if (prefixItems) return fc.tuple(...prefixItems.map(valuesOf));
  const one = typeof items === 'object' ? valuesOf(items) : fc.jsonValue({ maxDepth: 1 });
  return fc.array(one, { minLength: minItems, maxLength: Math.max(minItems, Math.min(maxItems, 4)) });
}

function objectOf({ properties = {}, required = [] }: Schema): fc.Arbitrary<object> {
  const fields = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, valuesOf(schema)]));
  return fc.record(fields, { requiredKeys: [...required].filter((name) => name in fields) });
}

/** Mostly of the schema; else one field gone or replaced, or anything at all. */
export function nearly(schema: Schema): fc.Arbitrary<unknown> {
  const right = valuesOf(schema);
  const bent = fc.tuple(right, fc.nat(), fc.jsonValue({ maxDepth: 2 })).map(([value, at, other]) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return other;
    const names = Object.keys(value);
    return names.length > 0 ? { ...value, [names[at % names.length] ?? '']: other } : { [String(at)]: other };
  });
  return fc.oneof({ arbitrary: right, weight: 5 }, { arbitrary: bent, weight: 3 }, { arbitrary: fc.jsonValue({ maxDepth: 3 }), weight: 1 });
}
