// What goes with a claim to a box: a file for its card, a cloud-init snippet, one line for a shell, a Wi-Fi code. Texts only, no IO.
import type { ClaimDocument } from './enrolment-api.ts';

/** Name of the file on the boot partition. */
export const claimFileName = 'loa-claim.json';
export const installPaths = { ca: '/install/ca.pem', script: '/install/install.sh', place: '/install/place.json' } as const;
export const packagePath = /^loa-agent_(arm64|armhf|amd64)\.deb$/;

export function claimFile(claim: ClaimDocument): string {
  return `${JSON.stringify(claim, null, 1)}\n`;
}

/** `user-data` of cloud-init (NoCloud): puts the claim where the box looks for it. `base64`: of the claim file. */
export function cloudInit(base64: string): string {
  return [
    '#cloud-config',
    '# Loa: hộp tự kích hoạt khi khởi động lần đầu · the box enrols itself at its first start',
    'write_files:',
    `  - path: /boot/firmware/${claimFileName}`,
    '    encoding: b64',
    "    permissions: '0600'",
    `    content: ${base64}`,
    '',
  ].join('\n');
}

/** `DEV:TOKEN:PIN`, what the installer needs beside what every box of this centre is told. */
export function shortClaim({ dev, token, pin }: Pick<ClaimDocument, 'dev' | 'token' | 'pin'>): string {
  return `${dev}:${token}:${pin}`;
}

/**
 * One line for a shell with curl and openssl. Nothing that was fetched is believed or run before the authority's certificate
 * has the fingerprint that stands in the line (SHA-256 of its DER, lower-case hex).
 */
export function installLine(claim: Pick<ClaimDocument, 'dev' | 'token' | 'pin' | 'centreUrl' | 'caSha256'>): string {
  const { centreUrl, caSha256 } = claim;
  return [
    'd=$(mktemp -d) && cd "$d"',
    `curl -fsSk ${centreUrl}${installPaths.ca} -o ca.pem`,
    `[ "$(openssl x509 -in ca.pem -outform DER | sha256sum | cut -c1-64)" = ${caSha256} ]`,
    // Only what was judged: not further certificates that stand behind it in the file.
    'openssl x509 -in ca.pem -out own.pem',
    `curl -fsS --cacert own.pem ${centreUrl}${installPaths.script} -o install.sh`,
    `sudo sh install.sh ${centreUrl} own.pem ${shortClaim(claim)}`,
  ].join(' && ');
}

/** The code that telephones read to join a network (WPA). Signs with a meaning are escaped. */
export function wifiCode({ name, key }: { readonly name: string; readonly key: string }): string {
  const escaped = (text: string) => text.replaceAll(/[\\;,":]/g, (sign) => `\\${sign}`);
  return `WIFI:T:WPA;S:${escaped(name)};P:${escaped(key)};;`;
}
