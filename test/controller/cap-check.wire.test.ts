// `cap check` as people run it: one line a file, exit codes, and a program that touches nothing but the files it was given.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findProgram } from '../../hardware/host/processes.ts';
import { alertXml, info, minutes, triple } from './cap-messages.ts';

const folder = mkdtempSync(join(tmpdir(), 'loa-cap-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const program = 'dist/controller.js';
const now = ['--now', '2026-11-23T05:40:00+07:00'];
const demo = (name: string) => `controller/demo/data/cap/${name}.xml`;

function run(...words: string[]): { code: number | null; lines: string[]; stderr: string } {
  const done = spawnSync(process.execPath, [program, 'cap', ...words], { encoding: 'utf8' });
  return { code: done.status, lines: done.stdout.split('\n').filter(Boolean), stderr: done.stderr };
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('cap check', () => {
  test('tells one line a file, in order, with a shared history', () => {
    const names = ['1-actual', '2-update', '3-cancel', '4-exercise', '5-expired', '6-no-area'].map(demo);
    const { code, lines } = run('check', '--now', '2026-11-23T08:25:00+07:00', ...names);
    expect(lines.map((line) => line.split('  ').slice(0, 2).join(' '))).toEqual([
      'accept alert',
      'accept update',
      'accept cancel',
      'ignore expired',
      'ignore expired',
      'hold no-area',
    ]);
    expect(lines.map((line) => line.split('  '))).toSatisfy((all: string[][]) =>
      all.every((parts, i) => parts.length === 4 && parts[3] === names[i]),
    );
    expect(code).toBe(0);
  });

  test('says of the demo’s messages what its page shows', () => {
    const page = readFileSync('controller/docs/cap.md', 'utf8');
    const [, hour = '', shown = ''] = /cap check --now (\S+) controller\/demo\/data\/cap\/\*\.xml\n([^`]*)```/.exec(page) ?? [];
    const files = readdirSync('controller/demo/data/cap').map((name) => `controller/demo/data/cap/${name}`);
    expect(run('check', '--now', hour, ...files.sort()).lines).toEqual(shown.trim().split('\n'));
    const [, drillHour = '', verdict = ''] = /`--now (\S+) \S*4-exercise\.xml` says `([^`]*)`/.exec(page) ?? [];
    expect(run('check', '--now', drillHour, demo('4-exercise')).lines[0]).toContain(verdict);
  });

  test('a Cancel that is named first ends what is named after it', () => {
    const { lines } = run('check', '--now', '2026-11-23T08:25:00+07:00', demo('3-cancel'), demo('1-actual'), demo('1-actual'));
    expect(lines.map((line) => line.split('  ')[1])).toEqual(['cancel-early', 'cancelled', 'duplicate']);
  });

  test('exits 1 when one is refused, also for what cannot be read, and still judges the others', () => {
    const bad = file('bad.xml', alertXml({ status: 'Nope' }));
    const { code, lines } = run('check', ...now, bad, join(folder, 'none.xml'), folder, demo('1-actual'));
    expect(lines.map((line) => line.split('  ')[1])).toEqual(['status-unknown', 'file-unreadable', 'file-unreadable', 'alert']);
    expect(code).toBe(1);
  });

  test('exits 2 for wrong usage and says how', () => {
    for (const words of [
      [],
      ['check'],
      ['chek', demo('1-actual')],
      ['check', '--nope', 'x'],
      ['check', '--now', 'noon', demo('1-actual')],
    ]) {
      const { code, lines, stderr } = run(...words);
      expect([code, lines]).toEqual([2, []]);
      expect(stderr).not.toBe('');
    }
    expect(run('check', '--sources', file('wrong.json', '{"sources": []}'), demo('1-actual')).code).toBe(2);
    expect(run('--help').lines.join('\n')).toContain('accept|hold|reject|ignore');
  });

  test('hostile words in a message and in a file name stay on their line', () => {
    const xml = file('a\nb  \u001b[31m.xml', alertXml({ sender: 'a\nb \u202e' }));
    const { lines } = run('check', ...now, xml);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.split('  ')).toHaveLength(4);
    expect(lines[0]).not.toContain('\u001b');
  });

  test('--json tells the notes and what is ended, --sources who is trusted and where', () => {
    const settings = {
      sources: [{ id: 'tinh', senders: ['canh-bao@tuyen-quang.example'], exercises: true }],
      area: { places: [{ area: '08/02536', codes: ['VN-xa=02536'] }] },
    };
    const sources = file('sources.json', JSON.stringify(settings));
    const { lines } = run('check', '--json', ...now, '--sources', sources, demo('1-actual'), demo('4-exercise'), file('x.xml', alertXml()));
    const told = lines.map((line) => JSON.parse(line));
    expect(told.map(({ verdict, code }) => `${verdict} ${code}`)).toEqual(['accept alert', 'accept exercise', 'reject sender-unknown']);
    expect(told[0]).toMatchObject({ covers: ['08/02536'], identifier: 'loa-demo-2026-0001', ends: [] });
  });

  test('npx loa-controller is the same program', () => {
    const done = spawnSync(process.execPath, ['controller/loa-controller.mjs', 'cap', 'check', ...now, demo('1-actual')], {
      encoding: 'utf8',
    });
    expect([done.status, done.stdout]).toEqual([0, expect.stringMatching(/^accept {2}alert {2}/)]);
  });
});

/** The C library reads it when it gives memory back. */
const heapLaw = '/proc/sys/vm/overcommit_memory';

describe('the checking program', () => {
  const bait = [
    file(
      'bait.xml',
      alertXml().replace('?>', '?><!DOCTYPE alert SYSTEM "http://127.0.0.1:1/bait.dtd" [<!ENTITY x SYSTEM "file:///etc/hostname">]>'),
    ),
    file('style.xml', alertXml().replace('?>', '?><?xml-stylesheet href="http://127.0.0.1:1/bait.xsl"?>')),
    file(
      'resource.xml',
      alertXml(
        {},
        info({}, '<resource><resourceDesc>x</resourceDesc><mimeType>image/png</mimeType><uri>http://127.0.0.1:1/bait.png</uri></resource>'),
      ),
    ),
    file(
      'schema.xml',
      alertXml().replace(
        '<status>',
        '<status xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a http://127.0.0.1:1/bait.xsd">',
      ),
    ),
    file('update.xml', alertXml({ identifier: 'u', msgType: 'Update', references: triple('a-1', -20), sent: minutes(-5) })),
  ];

  test('needs no right to write files, start programs or threads', () => {
    const permission = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission';
    const rights = [permission, '--allow-fs-read=*', '--allow-addons', '--no-warnings'];
    const done = spawnSync(process.execPath, [...rights, program, 'cap', 'check', ...now, ...bait], { encoding: 'utf8' });
    expect(done.stderr).toBe('');
    expect(done.stdout.split('\n').filter(Boolean)).toHaveLength(bait.length);
  });

  test.skipIf(!findProgram('strace'))('opens no socket, and of files only the given ones once it runs [needs strace]', () => {
    const trace = join(folder, 'trace');
    const words = [
      '-f',
      '-qq',
      '-s',
      '400',
      '-o',
      trace,
      '-e',
      'trace=socket,connect,bind,sendto,openat,execve',
      process.execPath,
      program,
      'cap',
      'check',
    ];
    const done = spawnSync('strace', [...words, ...now, ...bait], { encoding: 'utf8' });
    expect(done.stdout.split('\n').filter(Boolean)).toHaveLength(bait.length);
    const calls = spawnSync('cat', [trace], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }).stdout.split('\n');
    expect(calls.filter((call) => /\b(socket|connect|bind|sendto)\(/.test(call) && !/AF_UNIX|AF_LOCAL/.test(call))).toEqual([]);
    expect(calls.filter((call) => call.includes('execve(')).length).toBeLessThanOrEqual(1);
    const first = calls.findIndex((call) => call.includes(`openat(AT_FDCWD, "${bait[0]}"`));
    expect(first).toBeGreaterThan(0);
    const later = calls.slice(first).flatMap((call) => /openat\([^"]*"([^"]*)"/.exec(call)?.[1] ?? []);
    expect(later.filter((path) => !bait.includes(path) && path !== heapLaw)).toEqual([]);
    expect(calls.join('\n')).not.toContain('/etc/hostname');
  });
});
