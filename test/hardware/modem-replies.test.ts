// Lines of modems as tables: what they mean, and that no line means anything it should not.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as replies from '../../hardware/serial/modem-replies.ts';
import { readDeliver, writeDeliver } from '../../hardware/serial/sms-pdu.ts';

test.each<[string, number | null]>([
  ['+CSQ: 0,99', -113],
  ['+CSQ: 17,99', -79],
  ['+CSQ: 31,0', -51],
  ['+CSQ: 99,99', null],
  ['+CSQ: 32,0', null],
  ['+CSQ: -1,0', null],
  ['+CSQ:', null],
])('%s is %s dBm', (line, dbm) => {
  expect(replies.signalOfCsq([line])?.dbm ?? null).toBe(dbm);
});

test.each<[string, replies.Signal | null]>([
  ['+CESQ: 99,99,255,255,20,61', { dbm: -80, of: 'rsrp' }],
  ['+CESQ: 99,99,255,255,20,0', { dbm: -141, of: 'rsrp' }],
  ['+CESQ: 99,99,40,30,255,255', { dbm: -81, of: 'rscp' }],
  ['+CESQ: 30,0,255,255,255,255', { dbm: -81, of: 'rssi' }],
  ['+CESQ: 99,99,255,255,255,255', null],
])('%s is %o', (line, signal) => {
  expect(replies.signalOfCesq([line])).toEqual(signal);
});

test.each<[string, replies.Registration]>([
  ['+CEREG: 2,1,"1A2B","01A2B3C4",7', 'home'],
  ['+CEREG: 5', 'roaming'],
  ['+CEREG: 0,2', 'searching'],
  ['+CEREG: 0,3', 'denied'],
  ['+CEREG: 0,0', 'none'],
  ['+CEREG: 0,6', 'unknown'],
  ['+CEREG: 0,10', 'roaming'],
  ['+CEREG: x,y', 'unknown'],
])('%s is %s', (line, registration) => {
  expect(replies.registrationOf([line], '+CEREG')).toBe(registration);
});

test.each<[string, string | null]>([
  ['+COPS: 0,0,"Viettel",7', 'Viettel'],
  ['+COPS: 0,0,"VN, VINAPHONE",7', 'VN, VINAPHONE'],
  ['+COPS: 0', null],
])('%s is in the network of %s', (line, operator) => {
  expect(replies.operatorOf([line])).toBe(operator);
});

test('no line makes any of them throw', () => {
  const prefix = fc.constantFrom('+CSQ: ', '+CESQ: ', '+CREG: ', '+CEREG: ', '+COPS: ', '+CPIN: ', '+CMGL: ', '');
  fc.assert(
    fc.property(fc.array(fc.tuple(prefix, fc.string({ unit: 'binary', maxLength: 60 }))), (parts) => {
      const lines = parts.map(([head, tail]) => replies.cleaned(head + tail));
      replies.simOf(lines);
      replies.registrationOf(lines, '+CREG');
      replies.signalOfCsq(lines);
      replies.signalOfCesq(lines);
      replies.operatorOf(lines);
      replies.storedOf(lines);
      for (const line of lines) replies.endOf(line);
    }),
    { numRuns: 2_000 },
  );
});

test('a delivered message as a network writes it is read', () => {
  // TS 23.040: service centre +8498…, from +84912345678, 8-bit data, three octets.
  expect(readDeliver('0691894800101604' + '0B914819325476F8' + '0004' + '62118221000082' + '03' + 'A1B2C3')).toEqual({
    ok: true,
    value: { from: '+84912345678', data: Uint8Array.of(0xa1, 0xb2, 0xc3) },
  });
});

test('any data comes back from its message, and any other hex is a problem or a message, never a throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 140 }), fc.stringMatching(/^\+?\d{1,15}$/), (data, from) => {
      expect(readDeliver(writeDeliver({ from, data }))).toEqual({ ok: true, value: { from, data } });
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const read = readDeliver(Buffer.from(bytes).toString('hex'));
      if (read.ok) expect(read.value.data.length).toBeLessThanOrEqual(140);
    }),
    { numRuns: 3_000 },
  );
});
