// JSON Schema of every answer of the REST door, read from the types that the routes are compiled with: what `declare` is given to answer.
import { join } from 'node:path';
import ts from 'typescript';

export type Shape = Readonly<Record<string, unknown>>;
export interface Described {
  /** `GET /api/boxes` → what it answers. Routes that answer nothing, or no JSON, have none. */
  readonly routes: Readonly<Record<string, Shape>>;
  readonly named: Readonly<Record<string, Shape>>;
}

const root = join(import.meta.dirname, '../..');

/** Read all `declare(app, centre, { method, url, … }, answer)` of `controller/`, and `declareOpen` beside it. */
export function readShapes(): Described {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config as object;
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: ['controller/app.ts'] }, ts.sys, root);
  const program = ts.createProgram([join(root, 'controller/app.ts')], options);
  const checker = program.getTypeChecker();
  const writer = new Writer(checker);
  const routes: Record<string, Shape> = {};
  const visit = (node: ts.Node): void => {
    if (
      ts.isCallExpression(node) &&
      ts.isIdentifier(node.expression) &&
      (node.expression.text === 'declare' || node.expression.text === 'declareOpen') &&
      node.arguments.length === 4
    ) {
      const name = nameOf(checker, node.arguments[2]);
      const value = name && answeredOf(checker, node);
      const shape = value && writer.answer(value);
      if (name && shape) for (const one of name) routes[one] = shape;
    }
    ts.forEachChild(node, visit);
  };
  for (const source of program.getSourceFiles()) if (source.fileName.includes('/controller/')) visit(source);
  return { routes: sorted(routes), named: sorted(writer.named) };
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Method and address, from the types of the rules: constants spread into them count as well. */
function nameOf(checker: ts.TypeChecker, rules: ts.Node | undefined): string[] | undefined {
  if (!rules) return undefined;
  const type = checker.getTypeAtLocation(rules);
  const textsOf = (name: string): string[] => {
    const property = type.getProperty(name);
    const written = rules.forEachChild((child) =>
      ts.isPropertyAssignment(child) && child.name.getText() === name && ts.isStringLiteral(child.initializer)
        ? child.initializer.text
        : undefined,
    );
    if (written !== undefined) return [written];
    const found = property && checker.getTypeOfSymbolAtLocation(property, rules);
    const all = found?.isUnion() ? found.types : found ? [found] : [];
    return all.flatMap((one) => (one.isStringLiteral() ? [one.value] : []));
  };
  const [method = ''] = textsOf('method');
  return textsOf('url').map((url) => `${method} ${url}`);
}

/** `T` of the `Promise<Result<T>>` that the route answers with. */
function answeredOf(checker: ts.TypeChecker, call: ts.CallExpression): ts.Type | undefined {
  const answer = call.arguments[3];
  if (!answer) return undefined;
  const signature = checker.getTypeAtLocation(answer).getCallSignatures()[0];
  const result = signature && checker.getAwaitedType(signature.getReturnType());
  const values = (result?.isUnion() ? result.types : result ? [result] : []).flatMap((one) => {
    const value = one.getProperty('value');
    return value ? [checker.getTypeOfSymbol(value)] : [];
  });
  // Narrowed branches of one answer differ by what they leave out; the widest is the answer.
  return values.length <= 1 ? values[0] : values.reduce((wide, one) => (checker.isTypeAssignableTo(wide, one) ? one : wide));
}

class Writer {
  readonly named: Record<string, Shape> = {};
  readonly #checker: ts.TypeChecker;
  readonly #names = new Map<ts.Type, string>();

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  /** Nothing for what is answered without a body. */
  answer(type: ts.Type): Shape | undefined {
    const nothing = ts.TypeFlags.Void | ts.TypeFlags.Undefined | ts.TypeFlags.Never;
    if (type.flags & nothing || type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return undefined;
    return this.shape(type);
  }

  shape(type: ts.Type): Shape {
    const { flags } = type;
    if (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return {};
    if (flags & ts.TypeFlags.Null) return { type: 'null' };
    if (flags & ts.TypeFlags.StringLiteral) return { const: (type as ts.StringLiteralType).value };
    if (flags & ts.TypeFlags.NumberLiteral) return { const: (type as ts.NumberLiteralType).value };
    if (flags & ts.TypeFlags.BooleanLiteral) return { const: this.#checker.typeToString(type) === 'true' };
    if (flags & (ts.TypeFlags.String | ts.TypeFlags.TemplateLiteral)) return { type: 'string' };
    if (flags & ts.TypeFlags.Number) return { type: 'number' };
    if (flags & ts.TypeFlags.Boolean) return { type: 'boolean' };
    if (type.isUnion()) return this.#union(type);
    if (type.isIntersection() && type.types.some(({ flags: one }) => one & ts.TypeFlags.StringLike)) return { type: 'string' };
    if (type.isIntersection() && type.types.some(({ flags: one }) => one & ts.TypeFlags.NumberLike)) return { type: 'number' };
    return this.#object(type);
  }

  #union(type: ts.UnionType): Shape {
    if (type.flags & ts.TypeFlags.Boolean) return { type: 'boolean' };
    const shapes = type.types.filter(({ flags }) => !(flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Void))).map((one) => this.shape(one));
    const constants = shapes.filter((shape) => 'const' in shape).map(({ const: value }) => value);
    const others = [...new Map(shapes.filter((shape) => !('const' in shape)).map((shape) => [JSON.stringify(shape), shape])).values()];
    const both = constants.length === 2 && constants.every((value) => typeof value === 'boolean');
    const written = both ? [{ type: 'boolean' }] : constants.length > 0 ? [{ enum: constants.sort() }] : [];
    const all = [...written, ...others];
    return all.length === 1 && all[0] ? all[0] : { anyOf: all };
  }

  #object(type: ts.Type): Shape {
    const known = this.#names.get(type);
    if (known !== undefined) return { $ref: `#/components/schemas/${known}` };
    if (this.#checker.isArrayType(type) || this.#checker.isTupleType(type)) return this.#list(type as ts.TypeReference);
    const name = (type.aliasSymbol ?? type.getSymbol())?.getName() ?? '';
    const own = /^[A-Z]\w+$/.test(name) && !(type.aliasTypeArguments?.length ?? 0) && !/^(Omit|Pick|Readonly|Record|Partial)$/.test(name);
    if (!own) return this.#fields(type);
    const free = name in this.named ? `${name}${Object.keys(this.named).filter((one) => one.startsWith(name)).length + 1}` : name;
    this.#names.set(type, free);
    this.named[free] = {};
    this.named[free] = this.#fields(type);
    return { $ref: `#/components/schemas/${free}` };
  }

  #list(type: ts.TypeReference): Shape {
    const inside = this.#checker.getTypeArguments(type);
    if (!this.#checker.isTupleType(type)) return { type: 'array', items: inside[0] ? this.shape(inside[0]) : {} };
    return { type: 'array', prefixItems: inside.map((one) => this.shape(one)) };
  }

  #fields(type: ts.Type): Shape {
    const properties: Record<string, Shape> = {};
    const required: string[] = [];
    for (const property of this.#checker.getPropertiesOfType(type)) {
      const found = this.#checker.getTypeOfSymbol(property);
      if (found.getCallSignatures().length > 0 || property.getName().startsWith('__@')) continue;
      properties[property.getName()] = this.shape(found);
      const mayBeGone =
        (property.flags & ts.SymbolFlags.Optional) !== 0 ||
        (found.isUnion() && found.types.some(({ flags }) => flags & ts.TypeFlags.Undefined));
      if (!mayBeGone) required.push(property.getName());
    }
    const index = this.#checker.getIndexTypeOfType(type, ts.IndexKind.String);
    return {
      type: 'object',
      ...(Object.keys(properties).length > 0 && { properties }),
      ...(required.length > 0 && { required: required.sort() }),
      ...(index && { additionalProperties: this.shape(index) }),
    };
  }
}
