// The packaged script that starts a box: which release is turned to after an installation, an update and a full card.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';

const script = readFileSync(new URL('../../hardware/package/parts/loa-agent/opt/loa/agent/launcher', import.meta.url), 'utf8');
const dirs: string[] = [];
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

/** The folders of one box, and the script among them; it says what it would start. */
function machine() {
  const dir = mkdtempSync(join(tmpdir(), 'loa-package-launcher-'));
  dirs.push(dir);
  const [here, root] = [join(dir, 'opt'), join(dir, 'program')];
  mkdirSync(join(here, 'releases'), { recursive: true });
  writeFileSync(join(here, 'launcher.js'), '');
  const own = script.replaceAll('/opt/loa/agent', here).replaceAll('/var/lib/loa-agent/program', root);
  writeFileSync(join(dir, 'launcher'), own.replaceAll('exec /usr/bin/node', 'echo'));
  return {
    root,
    apt(version: string) {
      mkdirSync(join(here, 'releases', version));
      rmSync(join(here, 'current'), { force: true });
      symlinkSync(join('releases', version), join(here, 'current'));
    },
    start: () => execFileSync('sh', [join(dir, 'launcher'), '--data', 'x'], { encoding: 'utf8' }),
    current: () => readlinkSync(join(root, 'current')),
    /** As an update does. */
    turn(version: string) {
      mkdirSync(join(root, 'releases', version), { recursive: true });
      rmSync(join(root, 'current'), { force: true });
      symlinkSync(join('releases', version), join(root, 'current'));
    },
  };
}

test('the installed release runs first; one that came later by itself stays over every start; the next installation runs next', () => {
  const box = machine();
  box.apt('0.1.0');
  expect(box.start()).toContain(`--root ${box.root} -- --data x`);
  expect(box.current()).toBe('releases/0.1.0');
  box.turn('0.2.0');
  box.start();
  box.start();
  expect(box.current()).toBe('releases/0.2.0');
  box.apt('0.3.0');
  writeFileSync(join(box.root, 'pending.json'), '{}');
  box.start();
  expect(box.current()).toBe('releases/0.3.0');
  expect(() => readFileSync(join(box.root, 'pending.json'))).toThrow();
  box.turn('0.4.0');
  box.start();
  expect(box.current()).toBe('releases/0.4.0');
});

test('where it cannot be remembered what was installed, nothing is turned', () => {
  const box = machine();
  box.apt('0.1.0');
  box.start();
  box.turn('0.2.0');
  box.apt('0.3.0');
  // A folder of that name: the word cannot be written, as on a full card.
  mkdirSync(join(box.root, 'installed.new'));
  box.start();
  box.start();
  expect(box.current()).toBe('releases/0.2.0');
});
