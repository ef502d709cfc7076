// hardware/package: which licences may come along, and why the rest is named one by one. Rules over the bill of `sbom.mjs`, no IO.

/** Say who wrote it, and do as you like. */
const permissive = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'PostgreSQL',
  'WTFPL',
]);

/** npm packages whose package.json names no SPDX identifier in the lock file: what their own files say. */
const read = {
  'async@0.2.10': { licence: 'MIT', from: 'its package.json (licenses) and LICENSE' },
  'combine-errors@3.0.3': { licence: 'MIT', from: 'its Readme.md' },
  'parse-cache-control@1.0.1': { licence: 'BSD-3-Clause', from: 'its LICENSE' },
};

/** npm packages with duties beyond a notice; `*` stands for the end of a name. */
const named = {
  'web-push': { licence: 'MPL-2.0', why: 'used unchanged as its own files; changes to those files would have to be given on' },
  'lightningcss*': { licence: 'MPL-2.0', why: 'part of Vite, runs while pages are built; nothing of it is in what is built' },
  'axe-core': { licence: 'MPL-2.0', why: 'tests only' },
  'caniuse-lite': { licence: 'CC-BY-4.0', why: 'tests only: a table of browsers that comes with Babel, by which the fuzzer instruments' },
  'ffmpeg-static': {
    licence: 'GPL-3.0-or-later',
    why: 'optional, fetched by npm from its author and started as a program of its own; never in a package of ours, where Debian’s ffmpeg stands',
  },
};

/** The licence of an npm package: what the lock file says, or what somebody read in its files. */
export function licenceOf(name, version, said) {
  return said?.replace(/^\((.*)\)$/, '$1') ?? read[`${name}@${version}`]?.licence;
}

const saidBy = (component) => component.licenses.map(({ expression, license }) => expression ?? license.id ?? license.name).join(' AND ');
const useOf = (component) => component.properties.find(({ name }) => name === 'loa:use')?.value;

/** One of several is enough where the author lets one choose. */
function isPermissive(licence) {
  return licence.split(' OR ').some((one) => permissive.has(one.replace(/[()]/g, '')));
}

function exceptionFor(name) {
  const key = Object.keys(named).find((each) => (each.endsWith('*') ? name.startsWith(each.slice(0, -1)) : name === each));
  return key === undefined ? undefined : named[key];
}

/** One line a fault: a component without a licence, or with one that is neither permissive nor named above. */
export function licenceFaults({ components }) {
  return components.flatMap((component) => {
    const licence = saidBy(component);
    const who = `${component.name} ${component.version ?? ''}`.trim();
    if (licence === '') return [`${who}: no licence is known; read its files and name it in hardware/package/licences.mjs`];
    // Debian's programs are called, not given on: theirs are named with the program, whatever they are.
    if (useOf(component) === 'debian' || isPermissive(licence)) return [];
    if (exceptionFor(component.name)?.licence === licence) return [];
    return [`${who}: ${licence} is neither permissive nor named in hardware/package/licences.mjs`];
  });
}

const uses = {
  product: 'Đi cùng sản phẩm / with the product',
  beside: 'npm tải về, không nằm trong gói / fetched by npm, in no package of ours',
  debian: 'Chương trình của Debian được gọi / Debian’s programs that are called',
  tests: 'Chỉ để kiểm thử / tests only',
};

/** The table for people: by use, then by licence, each component once. */
export function licenceTable(sbom) {
  const lines = [`# Giấy phép / Licences: ${sbom.metadata.component.name} ${sbom.metadata.component.version}`, ''];
  for (const [use, title] of Object.entries(uses)) {
    const byLicence = new Map();
    for (const one of of(sbom, use)) byLicence.set(saidBy(one), [...(byLicence.get(saidBy(one)) ?? []), one]);
    lines.push(`## ${title}`, '', '| Giấy phép / licence | Thành phần / components |', '|---|---|');
    for (const [licence, all] of [...byLicence].sort(([a], [b]) => (a < b ? -1 : 1)))
      lines.push(`| ${licence || '?'} | ${all.map(({ name, version }) => `${name} ${version ?? ''}`.trim()).join(', ')} |`);
    lines.push('');
  }
  return `${lines.join('\n')}\n`;
}

function of({ components }, use) {
  return components.filter((component) => useOf(component) === use);
}
