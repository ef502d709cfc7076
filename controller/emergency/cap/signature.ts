// XML signatures of CAP messages: the shape that covers everything, algorithms that still hold, and the sender's pinned certificates.
import { readCertificate } from '../../../hardware/host/certificates.ts';
import type { XmlVerifier } from '../../../hardware/host/xml-signature.ts';
import type { CapSignature } from './judge.ts';
import type { CapMessage } from './parse.ts';
import { signatureSpace } from './shapes.ts';
import { type CapSource, pinsOf } from './sources.ts';
import type { XmlElement } from './tree.ts';

const more = 'http://www.w3.org/2001/04/xmldsig-more#';
const signatureMethods = [
  ...['rsa-sha256', 'rsa-sha384', 'rsa-sha512', 'ecdsa-sha256', 'ecdsa-sha384', 'ecdsa-sha512'].map((name) => more + name),
  ...['sha256', 'sha384', 'sha512'].map((name) => `http://www.w3.org/2007/05/xmldsig-more#${name}-rsa-MGF1`),
];
const digestMethods = ['http://www.w3.org/2001/04/xmlenc#sha256', `${more}sha384`, 'http://www.w3.org/2001/04/xmlenc#sha512'];
const enveloped = `${signatureSpace}enveloped-signature`;
const canonicalizations = [
  'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
  'http://www.w3.org/2006/12/xml-c14n11',
  'http://www.w3.org/2001/10/xml-exc-c14n#',
].flatMap((name) => [name, `${name.replace(/#$/, '')}#WithComments`]);
const prefixLists = 'http://www.w3.org/2001/10/xml-exc-c14n#';

type Refused = Extract<CapSignature, { readonly is: 'refused' }>;

function refuse(code: Refused['code'], reason: string): Refused {
  return { is: 'refused', code, reason };
}

/**
 * What the signature is worth. Only pinned certificates of the sender count, valid at `sent`; whatever certificate the message carries
 * is not even read. `verifier` is `undefined` where xmlsec1 is missing.
 */
export async function checkSignature(
  bytes: Uint8Array,
  { alert, signatures }: CapMessage,
  source: CapSource,
  verifier: XmlVerifier | undefined,
): Promise<CapSignature> {
  const [signature, ...others] = signatures;
  if (!signature) return { is: 'absent' };
  const pins = pinsOf(source, alert.sender);
  if (pins.length === 0) return { is: 'unchecked', reason: `no certificate is pinned for ${alert.sender}` };
  if (others.length > 0) return refuse('signature-shape', `${signatures.length} signatures`);
  const fault = shapeFault(signature) ?? weakness(signature);
  if (fault) return fault;
  const known = pins.flatMap((pem) => ({ pem, facts: readCertificate(pem) }));
  const strong = known.filter(({ facts }) => facts?.strong);
  if (strong.length === 0) return refuse('signature-weak', 'no pinned certificate has a key that is strong enough');
  const valid = strong.filter(({ facts }) => facts && facts.fromMs <= alert.sentMs && alert.sentMs <= facts.toMs);
  if (valid.length === 0) return refuse('signer-not-valid', `no pinned certificate was valid at ${alert.sent}`);
  if (!verifier) return { is: 'verifier-missing', reason: 'xmlsec1 is not installed' };
  for (const { pem, facts } of valid) {
    const verified = await verifier(bytes, pem);
    if (verified.ok) return { is: 'valid', signer: facts?.fingerprint ?? '' };
    if (verified.problem.code === 'tool-missing') return { is: 'verifier-missing', reason: verified.problem.detail };
  }
  return refuse('signature-wrong', 'the signature fits no pinned certificate of the sender');
}

function children(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.filter((child) => child.space === signatureSpace && child.name === name) ?? [];
}

function attribute(element: XmlElement | undefined, name: string): string | undefined {
  return element?.attributes.find((one) => one.space === '' && one.name === name)?.value;
}

/** Exactly one of each in this order, and nothing else. */
function isMadeOf(element: XmlElement | undefined, names: readonly string[]): boolean {
  return (
    element?.children.length === names.length &&
    element.children.every((child, i) => child.space === signatureSpace && child.name === names[i])
  );
}

/** One reference, to the whole document, with nothing taken out but the signature itself. */
function shapeFault(signature: XmlElement): Refused | undefined {
  const parts = ['SignedInfo', 'SignatureValue'];
  if (!isMadeOf(signature, parts) && !isMadeOf(signature, [...parts, 'KeyInfo']))
    return refuse('signature-shape', 'more in the signature than SignedInfo, SignatureValue and KeyInfo');
  const [info] = children(signature, 'SignedInfo');
  if (!isMadeOf(info, ['CanonicalizationMethod', 'SignatureMethod', 'Reference']))
    return refuse('signature-shape', 'SignedInfo does not have exactly one reference');
  const [reference] = children(info, 'Reference');
  if (attribute(reference, 'URI') !== '') return refuse('signature-shape', 'the reference is not to the whole document');
  if (!isMadeOf(reference, ['Transforms', 'DigestMethod', 'DigestValue'])) return refuse('signature-shape', 'an unusual reference');
  const transforms = children(children(reference, 'Transforms')[0], 'Transform');
  const names = transforms.map((transform) => attribute(transform, 'Algorithm') ?? '');
  const rest = names.filter((name) => name !== enveloped);
  if (names.length - rest.length !== 1 || rest.length > 1 || rest.some((name) => !canonicalizations.includes(name)))
    return refuse('signature-shape', `transforms ${names.join(' ')}`);
  const [method] = children(info, 'CanonicalizationMethod');
  if (!canonicalizations.includes(attribute(method, 'Algorithm') ?? '')) return refuse('signature-shape', 'an unusual canonicalization');
  if ([...transforms, method].some((one) => one?.children.some(({ space }) => space !== prefixLists)))
    return refuse('signature-shape', 'a transform with parameters');
  return undefined;
}

function weakness(signature: XmlElement): Refused | undefined {
  const [info] = children(signature, 'SignedInfo');
  const method = attribute(children(info, 'SignatureMethod')[0], 'Algorithm') ?? '';
  const digest = attribute(children(children(info, 'Reference')[0], 'DigestMethod')[0], 'Algorithm') ?? '';
  if (!signatureMethods.includes(method)) return refuse('signature-weak', `signed by ${method}`);
  if (!digestMethods.includes(digest)) return refuse('signature-weak', `digest by ${digest}`);
  return undefined;
}
