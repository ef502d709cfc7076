// Every verdict on a CAP message by its code: one code, one verdict, one meaning. The table in controller/docs/cap.md is this one, held by a test.
import type { CapRead, CapVerdict } from './alert.ts';

const meanings = {
  accept: {
    alert: 'a new alert that may be acted on',
    update: 'takes the place of the messages it references',
    cancel: 'ends the messages it references',
    'cancel-early': 'ends messages that have not arrived yet; they are remembered and will be ignored',
    exercise: 'an exercise of a source whose exercises are meant for this centre',
  },
  hold: {
    'exercise-not-agreed': 'an exercise of a source whose exercises were not agreed on',
    restricted: 'scope Restricted: for whom, a person reads in its restriction',
    private: 'scope Private: for whom, a person reads in its addresses',
    'sent-later': 'sent more than 15 minutes ahead of the clock here',
    'no-info': 'an Alert or Update without any info block: nothing to say',
    'no-event': 'an info block with an empty event',
    'no-expires': 'an info block without expires: for how long is not known',
    'expires-far': 'expires more than 60 days ahead',
    'times-contradict': 'expires is not after effective or sent',
    'infos-differ': 'info blocks with different categories or event codes: more than one event in a message',
    'no-area': 'an info block without an area',
    'area-without-shape': 'an area without polygon, circle or geocode',
    'polygon-crosses': 'a polygon whose sides cross each other',
    'polygon-too-fine': 'polygons too fine to be compared in time',
    'geocode-unknown': 'a geocode that is no place of the centre',
    'place-unplaced': 'a polygon or circle, and places whose position the centre does not know',
    'reference-foreign': 'an Update of a message by another sender that has not arrived here',
    'verifier-missing': 'a signature is required, and xmlsec1 is not on this machine',
  },
  ignore: {
    duplicate: 'the same message again',
    expired: 'expires is past',
    cancelled: 'ended by a Cancel that came before it or was sent after it',
    superseded: 'an Update that came before it has taken its place',
    system: 'status System: between machines',
    test: 'status Test: to be disregarded',
    draft: 'status Draft: not to be acted on',
    ack: 'msgType Ack',
    error: 'msgType Error',
    'outside-area': 'covers no place of the centre',
  },
  reject: {
    'file-unreadable': 'the file cannot be read, or is no regular file',
    empty: 'no bytes, or white space only',
    'too-large': 'more than 1 MiB',
    'not-utf8': 'bytes that are not UTF-8',
    'other-encoding': 'UTF-16, UTF-32 or a declared encoding other than UTF-8',
    'xml-version': 'XML 1.1',
    doctype: 'a document type or entity declaration: any <! but comments and CDATA',
    instruction: 'a processing instruction inside the alert',
    'too-deep': 'elements nested more than 32 deep',
    'too-many-elements': 'more than 5,000 elements',
    'tag-too-large': 'a start tag of more than 16 KiB or 64 attributes',
    'two-roots': 'a second root element',
    truncated: 'the document ends before its root element does',
    'not-well-formed': 'not XML',
    'cap-1-0': 'CAP 1.0',
    'cap-1-1': 'CAP 1.1',
    'not-cap': 'the root is no alert of CAP 1.2',
    'element-unknown': 'an element that CAP 1.2 does not have there',
    'element-order': 'an element out of the order of the schema',
    'element-repeated': 'an element twice that may stand once',
    'element-missing': 'a required element is missing',
    'attribute-unknown': 'an attribute that is neither xmlns, xml: nor xsi:',
    'text-misplaced': 'text between elements',
    'text-too-long': 'a text of more than 262,144 characters',
    'name-form': 'identifier or sender empty, over 512 characters, or with space, comma, <, & or unseen characters',
    'references-form': 'references are no list of sender,identifier,sent',
    'references-too-many': 'more than 1,000 references',
    'date-form': 'a date not of the form 2026-11-23T05:30:00+07:00 (no Z, no fraction), or no day of the calendar',
    'status-unknown': 'no status of CAP 1.2',
    'msg-type-unknown': 'no msgType of CAP 1.2',
    'scope-unknown': 'no scope of CAP 1.2',
    'restriction-missing': 'scope Restricted without restriction',
    'addresses-missing': 'scope Private without addresses',
    'category-unknown': 'no category of CAP 1.2',
    'response-type-unknown': 'no responseType of CAP 1.2',
    'urgency-unknown': 'no urgency of CAP 1.2',
    'severity-unknown': 'no severity of CAP 1.2',
    'certainty-unknown': 'no certainty of CAP 1.2',
    'language-form': 'language is no language tag',
    'number-form': 'size, altitude or ceiling is no number',
    'ceiling-alone': 'ceiling without altitude, or below it',
    'polygon-form': 'a polygon that is no list of lat,lon pairs',
    'polygon-short': 'a polygon of fewer than four points',
    'polygon-open': 'a polygon whose last point is not its first',
    'circle-form': 'a circle that is no lat,lon and radius in kilometres',
    'coordinate-range': 'a latitude beyond 90 or a longitude beyond 180 degrees',
    'base64-form': 'derefUri, SignatureValue or DigestValue is not canonical base64',
    'mime-type-form': 'mimeType without a registered top type',
    'uri-relative': 'a relative uri without derefUri',
    'sender-unknown': 'no source has this sender',
    'signature-missing': 'the source must sign, and this is not signed',
    'signature-wrong': 'the signature does not fit the bytes or any pinned certificate',
    'signature-weak': 'signed with SHA-1, MD5, RSA below 2048 bits or another algorithm that is not allowed',
    'signature-shape': 'more than one signature, or one that does not cover the whole document and nothing else',
    'signer-unknown': 'no certificate is pinned for this sender',
    'signer-not-valid': 'the pinned certificate was not valid at sent',
    'references-missing': 'an Update or Cancel without references',
    'reference-circular': 'references itself',
    'reference-later': 'references a message sent later',
    'other-authority': 'updates or cancels a message of another authority',
    'other-status': 'updates or cancels a message of another status',
    'same-name-other-content': 'same sender, identifier and sent as a known message, other content',
  },
} as const satisfies Record<CapVerdict['is'], Record<string, string>>;

type Is = keyof typeof meanings;
export type CapCode = { [K in Is]: keyof (typeof meanings)[K] }[Is] & string;

/** Verdict → its codes → what each means. */
export const capCodes: Readonly<Record<Is, Readonly<Record<string, string>>>> = meanings;

const verdictOf: ReadonlyMap<string, Is> = new Map(
  (Object.keys(meanings) as Is[]).flatMap((is) => Object.keys(meanings[is]).map((code) => [code, is] as const)),
);

/** Somebody else writes in a trusted name. */
const alarming: readonly CapCode[] = ['same-name-other-content', 'other-authority', 'other-status', 'signature-wrong', 'signer-unknown'];

const reasonMax = 200;

/** The verdict of a code; `reason` says what exactly, made safe for one line of a terminal. */
export function verdict(code: CapCode, reason: string): CapVerdict {
  const is = verdictOf.get(code) ?? 'reject';
  return { is, code, reason: oneLine(reason), ...(alarming.includes(code) && { alarm: true as const }) };
}

export function refused(code: CapCode, reason: string): CapRead<never> {
  return { ok: false, verdict: verdict(code, reason) };
}

/** Hostile words may stand in reasons: no controls, no direction marks, no double spaces, no more than 200 characters. */
export function oneLine(text: string): string {
  const line = text
    .slice(0, 4 * reasonMax)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\s]+/gu, ' ')
    .trim();
  return line.length > reasonMax ? `${line.slice(0, reasonMax - 1)}…` : line;
}
