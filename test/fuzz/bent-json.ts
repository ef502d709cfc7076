// Bytes as a list of changes to a good JSON value: most random bytes are no JSON at all, and shapes are judged only behind the parser.

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Values that rules stumble over: ends of ranges, other types, names of the language itself. */
const odd: readonly (() => Json)[] = [
  () => null,
  () => true,
  () => false,
  () => 0,
  () => -0,
  () => -1,
  () => 1,
  () => 0.5,
  () => 1e-9,
  () => 1e21,
  () => 2 ** 31,
  () => 2 ** 53,
  () => 2 ** 53 - 1,
  () => 8.64e15,
  () => Number.MAX_VALUE,
  () => '',
  () => [],
  () => ({}),
  () => '__proto__',
  () => 'constructor',
  () => '\u0000',
  () => '\ud800',
  () => 'x'.repeat(5_000),
  () => [[[[[[]]]]]],
];
const names = ['__proto__', 'constructor', 'prototype', 'toString', 'length', 'hasOwnProperty', '', '~1', 'toJSON'];

/** Takes numbers and texts from bytes; past their end there are zeros. */
class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.#at++] ?? 0;
  }

  below(count: number): number {
    return ((this.byte() << 8) | this.byte()) % Math.max(1, count);
  }

  text(): string {
    const length = this.byte() % 64;
    const part = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return new TextDecoder().decode(part);
  }
}

/** A place in the tree: what holds it, and under which name. */
interface Place {
  readonly holder: { [name: string]: Json } | Json[];
  readonly name: string;
}

const changesMax = 24;
const placesMax = 4_000;

/** A copy of `good` with the changes that `bytes` say; the same bytes make the same copy. */
export function bent(good: unknown, bytes: Uint8Array): unknown {
  const root: { [name: string]: Json } = { value: JSON.parse(JSON.stringify(good)) as Json };
  const reader = new Reader(bytes);
  for (let change = 0; change < changesMax && !reader.done; change++) {
    const places = placesOf(root);
    const place = places[reader.below(places.length)];
    if (place) bend(place, places, reader);
  }
  return root['value'];
}

function placesOf(root: { [name: string]: Json }): Place[] {
  const places: Place[] = [];
  const walk = (holder: Place['holder']) => {
    for (const name of Object.keys(holder)) {
      if (places.length >= placesMax) return;
      places.push({ holder, name });
      const inner = at({ holder, name });
      if (typeof inner === 'object' && inner !== null) walk(inner);
    }
  };
  walk(root);
  return places;
}

function at({ holder, name }: Place): Json {
  return (holder as { [name: string]: Json })[name] ?? null;
}

/** As JSON.parse would: `__proto__` is a name like others. */
function put(holder: Place['holder'], name: string, value: Json): void {
  Object.defineProperty(holder, name, { value, writable: true, enumerable: true, configurable: true });
}

function bend(place: Place, places: readonly Place[], reader: Reader): void {
  const { holder, name } = place;
  const value = at(place);
  const change = reader.byte() % 9;
  if (change === 4) remove(place);
  else if (change === 5) repeat(value, reader);
  else if (change === 7) add(holder, names[reader.byte() % names.length] ?? '', anyOdd(reader));
  else if (change === 8) add(holder, reader.text(), copy(value));
  else put(holder, name, other(change, value, places, reader));
}

/** What stands in a place instead. */
function other(change: number, value: Json, places: readonly Place[], reader: Reader): Json {
  if (change === 0) return anyOdd(reader);
  if (change === 1) return reader.text();
  if (change === 2) return reader.below(65_536) * 10 ** (reader.byte() % 14) - 1;
  if (change === 3 && typeof value === 'string') return spliced(value, reader);
  if (change === 3 && typeof value === 'number') return value + (reader.byte() - 128);
  const from = change === 6 ? places[reader.below(places.length)] : undefined;
  return from ? copy(at(from)) : value;
}

function anyOdd(reader: Reader): Json {
  return odd[reader.byte() % odd.length]?.() ?? null;
}

function remove({ holder, name }: Place): void {
  if (Array.isArray(holder)) holder.splice(Number(name), 1);
  else delete holder[name];
}

/** One of a list stands there up to 255 times more. */
function repeat(value: Json, reader: Reader): void {
  if (!Array.isArray(value) || value.length === 0 || value.length > 2_100) return;
  const one = value[reader.below(value.length)] ?? null;
  for (let more = reader.byte(); more > 0; more--) value.push(copy(one));
}

function add(holder: Place['holder'], name: string, value: Json): void {
  if (!Array.isArray(holder)) put(holder, name, value);
}

function spliced(text: string, reader: Reader): string {
  const from = reader.below(text.length + 1);
  const gone = reader.byte() % 8;
  return text.slice(0, from) + reader.text() + text.slice(from + gone);
}

/** Small copies only: a value copied into itself again and again would grow without end. */
function copy(value: Json): Json {
  const text = JSON.stringify(value);
  return text.length > 20_000 ? null : (JSON.parse(text) as Json);
}
