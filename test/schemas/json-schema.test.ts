// The JSON Schema export covers everything that travels, and says what the shapes say.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { jsonSchemaOf, jsonSchemas, schemaId, type WireName, wireShapes } from '../../schemas/json-schema.ts';

const names = Object.keys(wireShapes) as WireName[];

/** Shapes that are parts of others, never documents of their own. */
const notDocuments = new Set([
  'AcceptanceAnswers',
  'FeedbackKind',
  'LoudspeakerTrouble',
  'FeedbackCategory',
  'FeedbackState',
  'PushTopic',
  'VoterKind',
  'Phone',
  'DeviceWord',
  'PhoneWord',
  'OnceWord',
  'ReceiptNumber',
  'ReceiptSecret',
  'PoleCode',
  'PollQuestion',
  'AcceptanceCheck',
  'AcceptanceLine',
  'Readings',
  'Version',
  'Architecture',
  'ReleasePart',
  'InsidePath',
  'Heard',
  'HeardBecause',
  'ReportMail',
  'AccountRole',
  'AreaPath',
  'Audience',
  'Base64',
  'ClockQuality',
  'DayWindow',
  'Film',
  'Pronunciation',
  'DeliveryForm',
  'Month',
  'RatedLevel',
  'EquipmentFacts',
  'EquipmentKind',
  'EquipmentState',
  'Technology',
  'DutyPlace',
  'FactorCode',
  'GrantWish',
  'BulkWish',
  'HandForm',
  'TokenAct',
  'Pin',
  'DurationMs',
  'Id',
  'InstantMs',
  'LanguageTag',
  'Level',
  'LocalDate',
  'LocalDateTime',
  'MessageId',
  'NewPassword',
  'Password',
  'Outcome',
  'ShowingEnd',
  'ShowingEvidence',
  'ShowingLine',
  'ShowingRow',
  'Output',
  'Authority',
  'DelegatedKey',
  'FaultReason',
  'Hazard',
  'Holiday',
  'HolidayYear',
  'Occasion',
  'PartKind',
  'StartInput',
  'LocalStart',
  'PlayClass',
  'PolicyRule',
  'Reason',
  'Removal',
  'BoardAround',
  'ScreenHours',
  'ShowingEnd',
  'ShowingEvidence',
  'ShowingLine',
  'NewUnit',
  'UnitChange',
  'UnitName',
  'Viewing',
  'Warning',
  'Role',
  'Sha256',
  'SourceContent',
  'SourceKind',
  'StatementType',
  'Tags',
  'Tier',
  'TimeOfDay',
  'Zone',
  'BoxLine',
  'ComingLine',
  'DirectiveBody',
  'DirectiveReaders',
  'DirectiveTitle',
  'DownDirective',
  'DownIssue',
  'DownItem',
  'Question',
  'ReceiptLine',
  'Told',
  'UpBoxes',
  'UpDays',
  'Reading',
  'Readings',
  'UpHandling',
  'UpReading',
]);

test('every exported shape is in the export, or is named as a mere part', () => {
  const folder = join(import.meta.dirname, '../../schemas');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const exported = files.flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/^export const ([A-Z]\w+) =/gm)].map((match) => match[1] ?? ''),
  );
  expect(exported.length).toBeGreaterThan(50);
  expect(exported.filter((name) => !(name in wireShapes) && !notDocuments.has(name))).toEqual([]);
  expect(names.filter((name) => !exported.includes(name))).toEqual([]);
});

test.each(names)('%s is a JSON Schema 2020-12 with its own id that survives JSON', (name) => {
  const schema = jsonSchemaOf(name);
  expect(schema).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema', $id: schemaId(name), title: name });
  expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  expect(
    ['type', 'anyOf', 'oneOf'].some((word) => word in schema),
    'says something',
  ).toBe(true);
});

test('objects are closed and keep their limits', () => {
  expect(jsonSchemaOf('Want')).toMatchObject({
    additionalProperties: false,
    required: ['rev', 'parts'],
    properties: { rev: { type: 'integer', minimum: 1 }, parts: { minItems: 1, maxItems: 8 } },
  });
});

test('all of them are one document', () => {
  expect(Object.keys(jsonSchemas().$defs ?? {})).toEqual(names);
});
