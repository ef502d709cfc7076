// Resources and name-value pairs of a CAP alert, from their elements. A uri is kept and never fetched.
import { sha256 } from '../../../hardware/host/crypto.ts';
import type { CapPair, CapResource } from './alert.ts';
import { field } from './field.ts';
import { isAbsoluteUri, isMediaType, readBase64, readDecimal } from './forms.ts';
import type { Reading } from './reading.ts';
import { pairShape, readParts, resourceShape } from './shapes.ts';
import type { XmlElement } from './tree.ts';

export function readPair(reading: Reading, element: XmlElement, path: string): CapPair {
  const parts = readParts(reading, element, pairShape, path);
  const part = (name: string) => reading.text(parts.one(name), `${name} of ${path}`) ?? '';
  return { name: part('valueName'), value: part('value') };
}

export function readResource(reading: Reading, element: XmlElement, path: string): CapResource {
  const parts = readParts(reading, element, resourceShape, path);
  const word = (name: string) => {
    const found = parts.one(name);
    return found && reading.word(found, `${name} of ${path}`);
  };
  const [mimeType = '', size, uri, inline] = [
    word('mimeType'),
    word('size'),
    reading.text(parts.one('uri'), `uri of ${path}`),
    word('derefUri'),
  ];
  if (parts.one('mimeType') && !isMediaType(mimeType)) reading.refuse('mime-type-form', `mimeType "${mimeType}" of ${path}`);
  const sizeBytes = size === undefined ? undefined : readDecimal(size);
  if (size !== undefined && !(sizeBytes !== undefined && Number.isInteger(sizeBytes) && sizeBytes >= 0 && !size.includes('.')))
    reading.refuse('number-form', `size "${size}" of ${path}`);
  const bytes = inline ? readBase64(inline) : undefined;
  if (inline && !bytes) reading.refuse('base64-form', `derefUri of ${path}`);
  if (uri !== undefined && !inline && !isAbsoluteUri(uri)) reading.refuse('uri-relative', `uri "${uri}" of ${path} without derefUri`);
  return {
    description: reading.text(parts.one('resourceDesc'), `resourceDesc of ${path}`) ?? '',
    mimeType,
    ...field('uri', uri),
    ...field('sizeBytes', sizeBytes),
    ...field('inlineBytes', bytes?.length),
    ...field('inlineSha256', bytes && sha256(bytes)),
    ...field('digest', reading.text(parts.one('digest'), `digest of ${path}`)),
  };
}
