// The kernel's GPIO simulator as a module for the lab's kernel: Debian does not build it, its source package has it. Compiled once.
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findOrFetch, run } from './kernel-files.mjs';

const files = ['drivers/gpio/gpio-sim.c', 'drivers/gpio/gpiolib.h', 'kernel/irq/irq_sim.c'];
const makefile = 'obj-m := gpio-sim-lab.o\ngpio-sim-lab-y := gpio-sim.o irq_sim.o\n';

/** What is changed in the source, each exactly once. */
const changes = {
  // The simulator of interrupts is not built either, and modules may not call this function of the kernel; the other does the same.
  'irq_sim.c': [['handle_simple_irq(irq_to_desc(irqnum))', 'generic_handle_irq(irqnum)']],
  // Chips differ in what a line does when nobody holds it any more. The lab needs both kinds: this one falls back to its pull, and
  // keeps its level when told so, as on Raspberry Pi's kernels.
  'gpio-sim.c': [
    [
      'static void gpio_sim_free(struct gpio_chip *gc, unsigned int offset)\n{\n',
      'static bool keep_outputs;\nmodule_param(keep_outputs, bool, 0644);\n\nstatic void gpio_sim_free(struct gpio_chip *gc, unsigned int offset)\n{\n',
    ],
    ['gpiochip_get_data(gc);\n\n\tmutex_lock(&chip->lock);\n\t__assign_bit(offset, chip->value_map, !!test_bit', null],
  ],
};

/** Path of the module for this kernel. Throws with the reason where it cannot be built. */
export function buildGpioSim({ version, debVersion }, folder) {
  const module = join(folder, `gpio-sim-lab-${debVersion}.ko`);
  if (existsSync(module)) return module;
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, 'building-'));
  try {
    const headers = unpackHeaders(version, debVersion, work);
    const source = unpackSource(version, debVersion, work);
    run('make', ['-C', headers, `M=${source}`, 'modules'], { env: { ...process.env, MAKEFLAGS: '' } });
    copyFileSync(join(source, 'gpio-sim-lab.ko'), `${module}.new`);
    renameSync(`${module}.new`, module);
    return module;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The headers find one another by absolute paths: those are led into our folder. */
function unpackHeaders(version, debVersion, work) {
  const base = version.replace(/-[a-z0-9]+$/, '');
  const series = version.split('.').slice(0, 2).join('.');
  for (const name of [`linux-headers-${version}`, `linux-headers-${base}-common`, `linux-kbuild-${series}`])
    run('dpkg-deb', ['-x', findOrFetch(name, debVersion, work), work]);
  const headers = join(work, 'usr/src', `linux-headers-${version}`);
  const path = join(headers, 'Makefile');
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll('/usr/src/', `${work}/usr/src/`));
  return headers;
}

function unpackSource(version, debVersion, work) {
  const name = `linux-source-${version.split('.').slice(0, 2).join('.')}`;
  const source = join(work, 'gpio-sim');
  mkdirSync(source);
  const inside = files.map((file) => `${name}/${file}`).join(' ');
  const unpack = `dpkg-deb --fsys-tarfile '${findOrFetch(name, debVersion, work)}' | tar -xO ./usr/src/${name}.tar.xz`;
  run('/bin/sh', ['-c', `${unpack} | tar -xJ --strip-components=3 -C '${source}' ${inside}`]);
  for (const [file, edits] of Object.entries(changes)) {
    let text = readFileSync(join(source, file), 'utf8');
    for (const [from, to] of edits) text = edit(text, from, to ?? from.replace('\n\n', '\n\n\tif (keep_outputs)\n\t\treturn;\n\n'));
    writeFileSync(join(source, file), text);
  }
  writeFileSync(join(source, 'Makefile'), makefile);
  return source;
}

function edit(text, from, to) {
  if (text.split(from).length !== 2) throw new Error(`the source of gpio-sim is not as expected: ${from.slice(0, 60)}`);
  return text.replace(from, to);
}
