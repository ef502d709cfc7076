// The bytes a sign is told, written out by hand, and a reader that knows the protocol only finding the same in them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Answer,
  AnswerReader,
  type Command,
  clearPriority,
  configureMemory,
  framed,
  priorityBytesMax,
  setAnswers,
  setDimming,
  setRunSequence,
  setTime,
  softReset,
  writeCall,
  writeDots,
  writePriority,
  writeText,
} from '../../hardware/display/alpha-frames.ts';
import { makeBitmap } from '../../hardware/display/bitmap.ts';
import { signPages } from '../../hardware/display/sign-pages.ts';
import { SimulatedSign } from '../../hardware/display/simulated-sign.ts';
import { pagesOf, plainLetters, wrapLine } from '../../hardware/display/wrap.ts';

const all = { type: 'Z', number: '00' };
const bytesOf = (...commands: Command[]) => Buffer.concat(framed(commands, all).map(({ bytes }) => bytes)).toString('latin1');

describe('a transmission', () => {
  test('has five zeros, a header, the command, its sum and an end', () => {
    // 02 + 'A' 41 + 'A' 41 + 1B + 20 + 'b' 62 + 'H' 48 + 'I' 49 + 03 = 1B5
    expect(bytesOf(writeText('A', 'HI', 'middle'))).toBe('\0\0\0\0\0\x01Z00\x02AA\x1b bHI\x0301B5\x04');
    expect(bytesOf(clearPriority)).toBe('\0\0\0\0\0\x01Z00\x02A0\x030076\x04');
  });

  test('pauses behind the width of a picture, and between commands that travel together', () => {
    const picture = { columns: 3, rows: 2, dots: Uint8Array.from([0, 1, 2, 3, 0, 9]) };
    const dots = writeDots('B', picture);
    if (!dots.ok) throw new Error(dots.problem.detail);
    const bursts = framed([dots.value], all);
    expect(bursts.map(({ pauseMs }) => pauseMs)).toEqual([100, 0]);
    expect(Buffer.from(bursts[0]?.bytes ?? []).toString('latin1')).toBe('\0\0\0\0\0\x01Z00\x02IB0203');
    // 02 + 'IB0203' 14E + '012' CR A0 + '308' CR A8 + 03 = 29D
    expect(Buffer.from(bursts[1]?.bytes ?? []).toString('latin1')).toBe('012\r308\r\x03029D\x04');
    expect(framed([clearPriority, softReset], all).map(({ pauseMs }) => pauseMs)).toEqual([100, 100, 0]);
    expect(writeDots('B', makeBitmap(256, 16))).toMatchObject({ ok: false, problem: { code: 'too-large' } });
  });

  test('of special functions is what the description says', () => {
    const bodies = [
      configureMemory([
        { label: 'A', is: 'text', bytes: 256 },
        { label: 'B', is: 'dots', columns: 80, rows: 7, depth: 'eight' },
      ]),
      setRunSequence('AC'),
      setTime({ hour: 5, minute: 7 }),
      setDimming(4),
      softReset,
      setAnswers(true),
      writeCall('A', 'B', 'fill'),
    ];
    expect(bodies.flat()).toEqual(['E$AAL0100FF00BDL07504000', 'E.SLAC', 'E 0507', 'E/0004', 'E,', 'Es1', 'AA\x1b0b\x14B']);
  });

  test('has seven bits a byte, whatever the words, and a priority of at most 125', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (words) => {
        const [command = ''] = writePriority(words, 'fill', 1);
        expect(command.length - 2).toBeLessThanOrEqual(priorityBytesMax);
        expect([...bytesOf([command])].every((letter) => letter.charCodeAt(0) < 0x80)).toBe(true);
      }),
    );
  });
});

describe('a sign that knows the protocol only', () => {
  const geometry = { columns: 64, rows: 16 };

  test('finds every picture as it was, in any colours', () => {
    let nowMs = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 1, max: 16 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 8 })),
        (columns, rows, colours) => {
          const sign = new SimulatedSign({ ...geometry, now: () => nowMs });
          const picture = { columns, rows, dots: Uint8Array.from({ length: columns * rows }, () => colours.next().value ?? 0) };
          const dots = writeDots('B', picture);
          if (!dots.ok) throw new Error(dots.problem.detail);
          const memory = configureMemory([
            { label: 'A', is: 'text', bytes: 256 },
            { label: 'B', is: 'dots', columns, rows, depth: 'eight' },
          ]);
          for (const command of [memory, dots.value, writeCall('A', 'B', 'fill')]) {
            for (const { bytes, pauseMs } of framed([command], all)) {
              sign.take(bytes);
              nowMs += pauseMs;
            }
          }
          expect(sign.faults().count).toBe(0);
          const seen = sign.seen();
          const [left, top] = [Math.floor((64 - columns) / 2), Math.floor((16 - rows) / 2)];
          for (let at = 0; at < picture.dots.length; at++)
            expect(seen.dots[(top + Math.floor(at / columns)) * 64 + left + (at % columns)]).toBe(picture.dots[at]);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('loses a picture whose rows come too soon, and what it was not given memory for', () => {
    const sign = new SimulatedSign({ ...geometry, now: () => 0 });
    sign.take(Buffer.from(bytesOf(configureMemory([{ label: 'B', is: 'dots', columns: 8, rows: 8, depth: 'mono' }])), 'latin1'));
    const dots = writeDots('B', makeBitmap(8, 8));
    if (dots.ok) sign.take(Buffer.from(bytesOf(dots.value), 'latin1'));
    expect(sign.faults()).toEqual({ count: 1, register: 0x48 });
    sign.take(Buffer.from(bytesOf(writeText('A', 'x', 'middle')), 'latin1'));
    expect(sign.faults()).toEqual({ count: 2, register: 0x60 });
  });

  test('shows a priority at once without any memory, and what runs again when it is empty', () => {
    const sign = new SimulatedSign(geometry);
    for (const [command, words] of [
      [configureMemory([{ label: 'A', is: 'text', bytes: 256 }]), ''],
      [writeText('A', 'HOP THON', 'middle'), 'HOP THON'],
      [writePriority('LU QUET', 'fill', 1), 'LU QUET'],
      [clearPriority, 'HOP THON'],
    ] as const) {
      sign.take(Buffer.from(bytesOf(command), 'latin1'));
      expect(sign.words()).toBe(words);
    }
  });

  test('does not fall over whatever comes down the line', () => {
    const sign = new SimulatedSign({ ...geometry, answers: true });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void sign.take(Uint8Array.from([1, 90, 48, 48, 2, ...bytes]))));
  });
});

test('answers are read one by one, with the reasons of the register; damaged ones are passed over', () => {
  const heard: Answer[] = [];
  const reader = new AnswerReader((answer) => heard.push(answer));
  reader.take(Buffer.from('\x06\x40\x15\x50\x15\x60', 'latin1'));
  reader.take(Buffer.from('\0\0\x01000\x02AA\x1b bHI\x0301B5\x04\x01000\x02AA\x1b bHO\x0301B5\x04\x06\x40', 'latin1'));
  expect(heard).toEqual([
    { is: 'taken' },
    { is: 'refused', why: 'wrong checksum' },
    { is: 'refused', why: 'illegal command or label' },
    { is: 'file', label: 'A', words: 'HI' },
    { is: 'taken' },
  ]);
});

describe('words of a sign', () => {
  test('break between words, long words where they must, and nothing is lost', () => {
    expect(wrapLine('Rời khỏi ven suối ngay', 9)).toEqual(['Rời khỏi', 'ven suối', 'ngay']);
    expect(wrapLine('nghiêngnghiêng', 5)).toEqual(['nghiê', 'ngngh', 'iêng']);
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1, maxLength: 20 })), fc.integer({ min: 1, max: 30 }), (words, letters) => {
        const text = words.join(' ');
        const lines = wrapLine(text, letters);
        expect(lines.every((line) => line.length <= letters && line !== '')).toBe(true);
        expect(lines.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
      }),
    );
    expect(pagesOf(['một hai ba', 'bốn'], { letters: 4, lines: 1 }, 3)).toEqual([['một'], ['hai'], ['ba…']]);
  });

  test('are plain where the sign is 7 high, with the marks left out', () => {
    expect(plainLetters('Đường ngập sâu – đi lối khác → UBND')).toBe('Duong ngap sau - di loi khac -> UBND');
    const frame = { id: 'x', kind: 'order', html: '', text: ['LŨ QUÉT'] } as const;
    const pages = signPages(frame, { columns: 80, rows: 7, colours: 'mono', memoryBytes: 30_000 });
    expect(pages).toEqual({ pictures: [], words: ['LU QUET'], colour: undefined });
  });
});
