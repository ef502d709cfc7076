import { once } from 'node:events';
import { expect, test } from 'vitest';
import { startTool, type Tool } from '../../hardware/host/processes.ts';
import { LineCutter, lineBytesMax, listSerials, openSerial, type Serial } from '../../hardware/serial.ts';

/** The far end of a pseudo-terminal: its name is the first line told, then bytes pass both ways. */
const farEnd = `
import os, select, sys, tty
near, far = os.openpty()
tty.setraw(near); tty.setraw(far)
sys.stdout.buffer.write((os.ttyname(far) + "\\n").encode()); sys.stdout.flush()
while True:
    for fd in select.select([0, near], [], [])[0]:
        if fd == 0:
            data = os.read(0, 4096)
            if not data: sys.exit()
            os.write(near, data)
        else:
            sys.stdout.buffer.write(os.read(near, 4096)); sys.stdout.flush()
`;

async function pair(): Promise<{ far: Tool; path: string }> {
  const far = startTool('python3', ['-c', farEnd], { onExit: () => undefined });
  const [line] = (await once(far.stdout, 'data')) as [Buffer];
  return { far, path: line.toString().trim() };
}

async function opened(path: string): Promise<Serial> {
  const serial = await openSerial({ path, baudRate: 115_200 });
  if (!serial.ok) throw new Error(serial.problem.detail);
  return serial.value;
}

test('bytes pass both ways, unchanged', async () => {
  const { far, path } = await pair();
  const serial = await opened(path);
  const received = once(far.stdout, 'data');
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  expect(await serial.write(bytes)).toEqual({ ok: true, value: undefined });
  expect(new Uint8Array(((await received) as [Buffer])[0])).toEqual(bytes);
  const heard = new Promise<Uint8Array>((done) => serial.onBytes(done));
  far.stdin.write(Buffer.from([0, 255, 10, 13]));
  expect([...(await heard)]).toEqual([0, 255, 10, 13]);
  await serial.close();
  far.kill();
});

test('answers of a modem come as lines', async () => {
  const { far, path } = await pair();
  const serial = await opened(path);
  const lines: string[] = [];
  const two = new Promise<void>((done) =>
    serial.onLine((line) => {
      lines.push(line);
      if (lines.length === 2) done();
    }),
  );
  far.stdin.write('\r\n+CSQ: 17,99\r\n\r\nOK\r\n');
  await two;
  expect(lines).toEqual(['+CSQ: 17,99', 'OK']);
  await serial.close();
  expect(await serial.write('AT\r')).toMatchObject({ ok: false, problem: { code: 'device-failed' } });
  far.kill();
});

test('a port that is not there is a problem', async () => {
  expect(await openSerial({ path: '/dev/ttyNOTHERE', baudRate: 9600 })).toMatchObject({ ok: false, problem: { code: 'device-failed' } });
});

test('ports are listed, or the missing tool is named', async () => {
  const listed = await listSerials();
  if (listed.ok) expect(Array.isArray(listed.value)).toBe(true);
  else expect(listed.problem.code).toBe('tool-missing');
});

test('a line without an end is cut at the limit', () => {
  const lines: string[] = [];
  const cutter = new LineCutter((line) => lines.push(line));
  cutter.take(Buffer.alloc(lineBytesMax * 2 + 5, 'a'));
  cutter.take(Buffer.from('\n'));
  expect(lines.map((line) => line.length)).toEqual([lineBytesMax, lineBytesMax, 5]);
});
