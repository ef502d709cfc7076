// hardware/package: one folder becomes one .deb, the same bytes each time: fixed owners, fixed times, sorted names.
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, lutimesSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { run } from './native.mjs';

const maintainer = 'Loa project <loa@localhost>';

/** Write a file of the package; what is executable says so by `mode`. */
export function put(root, path, contents, mode = 0o644) {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, contents);
  chmodSync(file, mode);
}

/** Everything below, folders too, sorted. */
export function everything(root, below = '.') {
  return readdirSync(join(root, below), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(below, entry.name);
      return entry.isDirectory() ? [path, ...everything(root, path)] : [path];
    });
}

/** Copyright and changelog as Debian policy 12.5 and 12.7 ask for. */
export function putDocuments(root, name, { version, seconds, licence, changes, page }) {
  const copyright = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: loa
Source: https://localhost/loa

Files: *
Copyright: 2026 the Loa project
License: Apache-2.0
 On Debian systems the full text is in /usr/share/common-licenses/Apache-2.0.
Comment:
 Packages of others lie in node_modules below /opt/loa, each with its own licence beside it.
 The notices of those whose code stands inside our own files are in third-party.gz beside this file.
`;
  const day = new Date(seconds * 1000).toUTCString().replace('GMT', '+0000');
  const log = `${name} (${version}) stable; urgency=medium\n\n${changes.map((line) => `  * ${line}`).join('\n')}\n\n -- ${maintainer}  ${day}\n`;
  put(root, `usr/share/doc/${name}/copyright`, copyright);
  put(root, `usr/share/doc/${name}/README.md`, page);
  put(root, `usr/share/doc/${name}/changelog.gz`, gzipSync(log, { level: 9 }));
  if (!licence.includes('Apache License')) throw new Error('LICENSE is not the one that the package names');
}

function controlOf(name, product, version, arch, kilobytes) {
  const optional = { Recommends: product.recommends, Suggests: product.suggests };
  return [
    `Package: ${name}`,
    `Version: ${version}`,
    `Architecture: ${arch}`,
    `Maintainer: ${maintainer}`,
    `Installed-Size: ${kilobytes}`,
    `Depends: ${product.depends}`,
    ...Object.entries(optional).flatMap(([field, value]) => (value ? [`${field}: ${value}`] : [])),
    'Section: comm',
    'Priority: optional',
    `Description: ${product.summary}`,
    ...product.text.map((line) => ` ${line}`),
    '',
  ].join('\n');
}

/** Close the folder: control file, sums, times; answers the path of the package. */
export function buildDeb(root, name, product, { version, arch, seconds, scripts, out }) {
  const inside = everything(root);
  const files = inside.filter((path) => lstatSync(join(root, path)).isFile());
  const bytes = files.reduce((sum, path) => sum + Math.ceil(lstatSync(join(root, path)).size / 1024), 0);
  const md5 = (path) =>
    createHash('md5')
      .update(readFileSync(join(root, path)))
      .digest('hex');
  put(root, 'DEBIAN/control', controlOf(name, product, version, arch, bytes + inside.length - files.length));
  put(
    root,
    'DEBIAN/md5sums',
    files
      .filter((path) => !path.startsWith('etc/'))
      .map((path) => `${md5(path)}  ${path}\n`)
      .join(''),
  );
  const conffiles = files.filter((path) => path.startsWith('etc/')).map((path) => `/${path}\n`);
  if (conffiles.length > 0) put(root, 'DEBIAN/conffiles', conffiles.join(''));
  for (const [script, text] of Object.entries(scripts)) put(root, `DEBIAN/${script}`, text, 0o755);
  for (const path of [...everything(root), '.']) {
    const stat = lstatSync(join(root, path));
    if (stat.isDirectory()) chmodSync(join(root, path), 0o755);
    lutimesSync(join(root, path), seconds, seconds);
  }
  const deb = join(out, `${name}_${version}_${arch}.deb`);
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(seconds), TZ: 'UTC' };
  run('dpkg-deb', ['--root-owner-group', '--uniform-compression', '-Zxz', '-z6', '--threads-max=1', '--build', root, deb], { env });
  if (!existsSync(deb)) throw new Error(`dpkg-deb wrote no ${relative('.', deb)}`);
  return deb;
}
