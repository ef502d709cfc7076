// XML signatures by pinned signers, made and judged by the real xmlsec1 with keys of this test.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { checkMessage } from '../../controller/emergency/cap/check.ts';
import { writeDate } from '../../controller/emergency/cap/forms.ts';
import { emptyHistory } from '../../controller/emergency/cap/history.ts';
import type { CapSource } from '../../controller/emergency/cap/sources.ts';
import { findProgram } from '../../hardware/host/processes.ts';
import { findXmlVerifier } from '../../hardware/host/xml-signature.ts';
import { alertXml, info } from './cap-messages.ts';

const folder = mkdtempSync(join(tmpdir(), 'loa-xmlsec-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const ready = findProgram('xmlsec1') !== undefined && findProgram('openssl') !== undefined;
const sender = 'canh-bao@tinh.example';
const dsig = 'http://www.w3.org/2000/09/xmldsig#';

interface Key {
  readonly key: string;
  readonly certificate: string;
  readonly pem: string;
}

function makeKey(name: string, kind: readonly string[], days = '3650'): Key {
  const [key, certificate] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  execFileSync(
    'openssl',
    ['req', '-x509', '-nodes', '-newkey', ...kind, '-keyout', key, '-out', certificate, '-days', days, '-subj', `/CN=${name}`],
    {
      stdio: 'pipe',
    },
  );
  return { key, certificate, pem: readFileSync(certificate, 'utf8') };
}

interface Template {
  readonly method?: string;
  readonly digest?: string;
  readonly uri?: string;
  readonly transforms?: string;
  readonly more?: string;
}

function template({ method, digest, uri = '', transforms, more = '' }: Template = {}): string {
  const enveloped = `<ds:Transform Algorithm="${dsig}enveloped-signature"/>`;
  return `<ds:Signature xmlns:ds="${dsig}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod Algorithm="${method ?? 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'}"/><ds:Reference URI="${uri}"><ds:Transforms>${transforms ?? enveloped}</ds:Transforms><ds:DigestMethod Algorithm="${digest ?? 'http://www.w3.org/2001/04/xmlenc#sha256'}"/><ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data/></ds:KeyInfo>${more}</ds:Signature>`;
}

function sign(key: Key, how: Template, sent: string, infos: string): string {
  const [plain, signed] = [join(folder, 'plain.xml'), join(folder, 'signed.xml')];
  writeFileSync(plain, alertXml({ sent }, infos + template(how)));
  execFileSync('xmlsec1', ['--sign', '--privkey-pem', `${key.key},${key.certificate}`, '--output', signed, plain], { stdio: 'pipe' });
  return readFileSync(signed, 'utf8');
}

describe.skipIf(!ready)('a signed message [needs xmlsec1]', () => {
  const own = makeKey('own', ['rsa:2048']);
  const other = makeKey('other', ['rsa:2048']);
  const curve = makeKey('curve', ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']);
  const small = makeKey('small', ['rsa:1024']);
  /** After the last certificate begins. */
  const nowMs = Date.now() + 1_000;
  const pinned = (...keys: Key[]): CapSource => ({
    id: 'tinh',
    senders: [sender],
    signature: 'required',
    signers: [{ sender, certificates: keys.map(({ pem }) => pem) }],
  });
  const verifier = findXmlVerifier();
  /** Judged now, for the certificates are of this minute. */
  const ask = async (xml: string, source: CapSource, withVerifier = true) => {
    const settings = { sources: [source] };
    const { verdict } = await checkMessage(Buffer.from(xml), {
      nowMs,
      history: emptyHistory,
      settings,
      verifier: withVerifier ? verifier : undefined,
    });
    return verdict.code;
  };
  const signed = (key: Key, how: Template = {}) => sign(key, how, writeDate(nowMs, 420), info({ expires: later() }));
  const later = () => writeDate(nowMs + 3_600_000, 420);

  test('by its pinned signer is accepted, by another or changed it is refused', async () => {
    const xml = signed(own);
    expect(await ask(xml, pinned(own))).toBe('alert');
    expect(await ask(xml, pinned(other, own))).toBe('alert');
    expect(await ask(xml, pinned(other))).toBe('signature-wrong');
    expect(await ask(xml.replace('Nước lên nhanh.', 'Nước lên chậm.'), pinned(own))).toBe('signature-wrong');
    expect(await ask(xml.replaceAll('><', '>\n<'), pinned(own))).toBe('signature-wrong');
  });

  test('is never believed for the certificate it carries', async () => {
    const xml = signed(other);
    expect(xml).toContain('X509Certificate');
    expect(await ask(xml, pinned(own))).toBe('signature-wrong');
    expect(await ask(xml, { id: 'tinh', signature: 'required' })).toBe('signer-unknown');
  });

  test('with an elliptic curve is accepted too', async () => {
    expect(await ask(signed(curve, { method: 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256' }), pinned(curve))).toBe('alert');
  });

  test('with SHA-1 or a small key is refused although it is right', async () => {
    expect(await ask(signed(own, { method: `${dsig}rsa-sha1` }), pinned(own))).toBe('signature-weak');
    expect(await ask(signed(own, { digest: `${dsig}sha1` }), pinned(own))).toBe('signature-weak');
    expect(await ask(signed(small), pinned(small))).toBe('signature-weak');
  });

  test('whose signer was not valid at sent is refused', async () => {
    const xml = signed(own).replace(/<sent>.*<\/sent>/, '<sent>2020-01-01T00:00:00-00:00</sent>');
    expect(await ask(xml, pinned(own))).toBe('signer-not-valid');
  });

  test('whose signature does not cover everything, or is not the only one, is refused', async () => {
    const xml = signed(own);
    const [signature = ''] = /<ds:Signature .*<\/ds:Signature>/s.exec(xml) ?? [];
    const shapes = [
      xml.replace('</alert>', `${signature}</alert>`),
      xml.replace('URI=""', 'URI="#a"'),
      xml.replace('URI=""', ''),
      xml.replace(
        'enveloped-signature"/>',
        'enveloped-signature"/><ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>',
      ),
      xml.replace('</ds:KeyInfo>', '</ds:KeyInfo><ds:Object>x</ds:Object>'),
      xml.replace(/<ds:Reference .*<\/ds:Reference>/s, '$&$&'),
    ];
    for (const shape of shapes) expect(await ask(shape, pinned(own))).toBe('signature-shape');
  });

  test('whose signature is spelled with unused bits is refused', async () => {
    const xml = signed(own);
    const value = /<ds:DigestValue>([^<]*)=</.exec(xml)?.[1] ?? '';
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const twin = value.slice(0, -1) + letters[letters.indexOf(value.at(-1) as string) + 1];
    expect(await ask(xml.replace(value, twin), pinned(own))).toBe('base64-form');
  });

  test('is held where xmlsec1 is missing and the source must sign, and only noted where it need not', async () => {
    const xml = signed(own);
    expect(await ask(xml, pinned(own), false)).toBe('verifier-missing');
    expect(await ask(xml, { ...pinned(own), signature: 'optional' }, false)).toBe('alert');
    expect(findXmlVerifier({ PATH: folder })).toBeUndefined();
  });

  test('is looked at too where a source need not sign but has pins', async () => {
    const optional: CapSource = { ...pinned(own), signature: 'optional' };
    expect(await ask(signed(other), optional)).toBe('signature-wrong');
    expect(await ask(alertXml({}, info({ expires: later() })), optional)).toBe('alert');
  });
});
