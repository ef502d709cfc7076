// What a program did to its files, as the shim wrote it down, and what the world was told in between: one order of both.

/** A path begins with a slash at the folder that is watched; the folder itself is ''. Inodes are those of the machine. */
export type Operation =
  | { readonly is: 'create' | 'mkdir'; readonly path: string; readonly inode: number }
  | { readonly is: 'write'; readonly inode: number; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly is: 'truncate'; readonly inode: number; readonly size: number }
  | { readonly is: 'sync'; readonly inode: number }
  | { readonly is: 'rename' | 'link'; readonly from: string; readonly to: string }
  | { readonly is: 'unlink' | 'rmdir'; readonly path: string }
  /** Somebody outside saw this: from here on it must never be untrue again. */
  | { readonly is: 'mark'; readonly mark: unknown };

export type DataOperation = Extract<Operation, { is: 'write' | 'truncate' }>;

/** As in shadow.c; a mark is the laboratory's own. */
const kinds = ['', 'create', 'write', 'truncate', 'sync', 'rename', 'unlink', 'link', 'mkdir', 'rmdir', 'mark'] as const;
const headBytes = 40;

/** Read a whole log. Throws where it is torn: the log itself is never cut. */
export function readOperations(log: Buffer): Operation[] {
  const found: Operation[] = [];
  for (let at = 0; at < log.length; ) {
    const [firstBytes, secondBytes] = [log.readUInt32LE(at + 4), log.readUInt32LE(at + 8)];
    const body = at + headBytes;
    const end = body + firstBytes + secondBytes;
    if (end > log.length) throw new Error(`the log of operations ends within a record at byte ${at}`);
    const first = log.subarray(body, body + firstBytes);
    found.push(
      operationOf(
        log.readUInt32LE(at),
        Number(log.readBigUInt64LE(at + 24)),
        Number(log.readBigUInt64LE(at + 32)),
        first,
        log.toString('utf8', body + firstBytes, end),
      ),
    );
    at = end;
  }
  return found;
}

function operationOf(kind: number, inode: number, offset: number, first: Buffer, second: string): Operation {
  const is = kinds[kind];
  switch (is) {
    case 'create':
    case 'mkdir':
      return { is, path: first.toString('utf8'), inode };
    case 'write':
      return { is, inode, offset, bytes: first };
    case 'truncate':
      return { is, inode, size: offset };
    case 'sync':
      return { is, inode };
    case 'rename':
    case 'link':
      return { is, from: first.toString('utf8'), to: second };
    case 'unlink':
    case 'rmdir':
      return { is, path: first.toString('utf8') };
    case 'mark':
      return { is, mark: JSON.parse(first.toString('utf8')) };
    default:
      throw new Error(`the log of operations has a record of kind ${kind}`);
  }
}

/** A mark as a record of the log. */
export function markRecord(mark: unknown): Buffer {
  const body = Buffer.from(JSON.stringify(mark));
  const head = Buffer.alloc(headBytes);
  head.writeUInt32LE(kinds.indexOf('mark'), 0);
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}
