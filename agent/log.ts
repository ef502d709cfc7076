// One logger: JSON lines, secrets taken out at the door.
import pino, { type Logger } from 'pino';

export type { Logger } from 'pino';

const secret = [
  'token',
  'password',
  'pin',
  'privateKey',
  'privateKeyPem',
  'key',
  'claim',
  '*.token',
  '*.password',
  '*.pin',
  '*.privateKeyPem',
  '*.key',
];

/** Lines go to the file when one is named, else to standard error; standard output belongs to `ready`. */
export function openLog(level: string, file: string | undefined): Logger {
  const options = { level, base: null, redact: { paths: secret, censor: '[secret]' }, timestamp: pino.stdTimeFunctions.isoTime };
  if (!file) return pino(options, pino.destination({ dest: 2, sync: true }));
  const lines = pino.destination({ dest: file, mkdir: true, sync: true });
  // A full or read-only disk costs lines, never the box.
  lines.on('error', () => undefined);
  return pino(options, lines);
}
