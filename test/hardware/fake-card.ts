// A fake /proc with one card, and a program in aplay's place that behaves as asked.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AplayOut } from '../../hardware/audio-out/aplay-out.ts';

const fakeAplay = fileURLToPath(new URL('fake-aplay.mjs', import.meta.url));

export class FakeCard {
  readonly folder = mkdtempSync(join(tmpdir(), 'loa-card-'));
  readonly proc = join(this.folder, 'proc');
  readonly program = join(this.folder, 'aplay');

  constructor(mode = 'plays') {
    this.plug();
    this.behave(mode);
  }

  /** What the next aplay does: plays, exits, busy, hangs, stereo, slow, dies:MS, freezes:MS, vanishes:MS. */
  behave(mode: string): void {
    writeFileSync(this.program, `#!/bin/sh\nexec '${process.execPath}' '${fakeAplay}' '${mode}' '${this.proc}' "$@"\n`);
    chmodSync(this.program, 0o755);
  }

  plug(): void {
    this.put('asound/cards', ' 0 [Jack           ]: USB-Audio - USB Jack\n                      USB Jack at usb-1\n');
    this.put('asound/card0/pcm0p/sub0/status', 'closed\n');
  }

  /** Another program holds the card. */
  hold(pid: number, name: string): void {
    this.put('asound/card0/pcm0p/sub0/status', `state: RUNNING\nowner_pid   : ${pid}\ndelay : 1\navail : 2\nhw_ptr : 3\nappl_ptr : 4\n`);
    this.put(`${pid}/comm`, `${name}\n`);
  }

  put(path: string, text: string): void {
    mkdirSync(join(this.proc, path, '..'), { recursive: true });
    writeFileSync(join(this.proc, path), text);
  }

  output(): AplayOut {
    return new AplayOut({ device: { card: 'Jack', device: 0, subdevice: undefined }, program: this.program, proc: this.proc });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
