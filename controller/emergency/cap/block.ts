// Info blocks and areas of a CAP alert, from their elements.
import { type CapArea, type CapInfo, capCategories, capCertainties, capResponses, capSeverities, capUrgencies } from './alert.ts';
import { field } from './field.ts';
import { isLanguage, readDate, readDecimal } from './forms.ts';
import { readCircle, readPolygon, type Shape } from './geometry.ts';
import type { Reading } from './reading.ts';
import { readPair, readResource } from './resource.ts';
import { areaShape, infoShape, type Parts, readParts } from './shapes.ts';
import type { XmlElement } from './tree.ts';

const defaultLanguage = 'en-US';

export function readInfo(reading: Reading, element: XmlElement, path: string): CapInfo {
  const parts = readParts(reading, element, infoShape, path);
  const text = (name: string) => reading.text(parts.one(name), `${name} of ${path}`);
  const date = (name: string) => readInstant(reading, parts.one(name), `${name} of ${path}`);
  const pairs = (name: string) => parts.all(name).map((pair, i) => readPair(reading, pair, `${name} ${i + 1} of ${path}`));
  return {
    language: readLanguage(reading, parts.one('language'), path),
    categories: parts.all('category').map((category) => reading.choice(category, capCategories, 'category-unknown', `category of ${path}`)),
    event: text('event') ?? '',
    responses: parts
      .all('responseType')
      .map((response) => reading.choice(response, capResponses, 'response-type-unknown', `responseType of ${path}`)),
    urgency: reading.choice(parts.one('urgency'), capUrgencies, 'urgency-unknown', `urgency of ${path}`),
    severity: reading.choice(parts.one('severity'), capSeverities, 'severity-unknown', `severity of ${path}`),
    certainty: readCertainty(reading, parts, path),
    ...field('audience', text('audience')),
    eventCodes: pairs('eventCode'),
    ...field('effectiveMs', date('effective')),
    ...field('onsetMs', date('onset')),
    ...field('expiresMs', date('expires')),
    ...field('senderName', text('senderName')),
    ...field('headline', text('headline')),
    ...field('description', text('description')),
    ...field('instruction', text('instruction')),
    ...field('web', text('web')),
    ...field('contact', text('contact')),
    parameters: pairs('parameter'),
    resources: parts.all('resource').map((resource, i) => readResource(reading, resource, `resource ${i + 1} of ${path}`)),
    areas: parts.all('area').map((area, i) => readArea(reading, area, `area ${i + 1} of ${path}`)),
  };
}

function readLanguage(reading: Reading, element: XmlElement | undefined, path: string): string {
  if (!element) {
    reading.note('language-assumed', `${path} names no language: ${defaultLanguage}`);
    return defaultLanguage;
  }
  const language = reading.word(element, `language of ${path}`);
  if (!isLanguage(language)) reading.refuse('language-form', `language "${language}" of ${path}`);
  return language;
}

/** "Very Likely" of CAP 1.0 means Likely (§3.2.2 certainty). */
function readCertainty(reading: Reading, parts: Parts, path: string): CapInfo['certainty'] {
  const element = parts.one('certainty');
  if (element && reading.raw(element, 'certainty') === 'Very Likely') {
    reading.note('very-likely', `certainty "Very Likely" of ${path} is read as Likely`);
    return 'Likely';
  }
  return reading.choice(element, capCertainties, 'certainty-unknown', `certainty of ${path}`);
}

function readInstant(reading: Reading, element: XmlElement | undefined, path: string): number | undefined {
  if (!element) return undefined;
  const written = reading.word(element, path);
  const atMs = readDate(written);
  if (atMs === undefined) reading.refuse('date-form', `${path} "${written}"`);
  return atMs;
}

function readArea(reading: Reading, element: XmlElement, path: string): CapArea {
  const parts = readParts(reading, element, areaShape, path);
  const shapes = <T>(name: string, read: (text: string) => Shape<T>): T[] =>
    parts.all(name).flatMap((shape) => {
      const written = reading.word(shape, `${name} of ${path}`);
      if (written === '') {
        reading.note('empty-ignored', `${name} of ${path} is empty`);
        return [];
      }
      const found = read(written);
      if (found.ok) return [found.value];
      reading.refuse(found.code, `${path}: ${found.reason}`);
      return [];
    });
  const [altitudeFt, ceilingFt] = [readHeight(reading, parts, 'altitude', path), readHeight(reading, parts, 'ceiling', path)];
  if (parts.one('ceiling') && (altitudeFt === undefined || (ceilingFt ?? 0) < altitudeFt))
    reading.refuse('ceiling-alone', `ceiling of ${path} without an altitude below it`);
  return {
    description: reading.text(parts.one('areaDesc'), `areaDesc of ${path}`) ?? '',
    polygons: shapes('polygon', readPolygon),
    circles: shapes('circle', readCircle),
    geocodes: parts.all('geocode').map((geocode, i) => readPair(reading, geocode, `geocode ${i + 1} of ${path}`)),
    ...field('altitudeFt', altitudeFt),
    ...field('ceilingFt', ceilingFt),
  };
}

function readHeight(reading: Reading, parts: Parts, name: string, path: string): number | undefined {
  const element = parts.one(name);
  if (!element) return undefined;
  const written = reading.word(element, `${name} of ${path}`);
  const feet = readDecimal(written);
  if (feet === undefined) reading.refuse('number-form', `${name} "${written}" of ${path}`);
  return feet;
}
