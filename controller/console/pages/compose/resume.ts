// A file sent to the centre in pieces: where a bad line breaks it off it goes on, also after the page was opened anew (tus 1.0.0).
import { ownHeaders, Refused, refusalOf } from '../../line/door.ts';

const pieceBytes = 4 * 1024 * 1024;
const version = { 'tus-resumable': '1.0.0' };
/** The line is tried again after so long, ms; then the person is asked. */
const restsMs = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 30_000];

export interface Sending {
  readonly onPart: (done: number) => void;
  /** The line is away and is tried again. */
  readonly onWait: (waits: boolean) => void;
  readonly stopped: AbortSignal;
}

/** The name of the whole upload, to be made into something. Throws `Refused`. */
export async function sendInPieces(file: Blob, name: string, sending: Sending): Promise<string> {
  const kept = `loa-upload ${name} ${file.size} ${file instanceof File ? file.lastModified : ''}`;
  const { onPart, onWait, stopped } = sending;
  let id = localStorage.getItem(kept) ?? '';
  let fails = 0;
  for (let at: number | undefined; at !== file.size; ) {
    stopped.throwIfAborted();
    try {
      at ??= id === '' ? undefined : await offsetOf(id);
      if (at === undefined) {
        id = await begin(file.size);
        localStorage.setItem(kept, id);
        at = 0;
      }
      onPart(at / file.size);
      const from: number = at;
      const piece = file.slice(from, from + pieceBytes);
      if (piece.size > 0) await sendPiece(id, from, piece, { stopped, onPart: (bytes) => onPart((from + bytes) / file.size) });
      at = from + piece.size;
      fails = 0;
      onWait(false);
    } catch (error) {
      const restMs = error instanceof Refused && isPassing(error) ? restsMs[fails] : undefined;
      if (restMs === undefined) throw error;
      fails += 1;
      at = undefined;
      onWait(true);
      await rest(restMs, stopped);
    }
  }
  localStorage.removeItem(kept);
  return id;
}

function isPassing({ problem: { status } }: Refused): boolean {
  return status === 0 || status === 409 || status === 429 || status >= 502;
}

async function begin(bytes: number): Promise<string> {
  const headers = { ...ownHeaders(), ...version, 'upload-length': String(bytes) };
  const answer = await fetch('/api/uploads', { method: 'POST', headers }).catch(() => {
    throw refusalOf(0, '');
  });
  const id = answer.headers.get('location')?.split('/').pop();
  if (!answer.ok || id === undefined) throw refusalOf(answer.status, await answer.text());
  return id;
}

/** How far it is; undefined: the centre has forgotten it. */
async function offsetOf(id: string): Promise<number | undefined> {
  const answer = await fetch(`/api/uploads/${id}`, { method: 'HEAD', headers: { ...ownHeaders(), ...version } }).catch(() => {
    throw refusalOf(0, '');
  });
  if (answer.status === 404 || answer.status === 410) return undefined;
  if (!answer.ok) throw refusalOf(answer.status, '');
  return Number(answer.headers.get('upload-offset'));
}

function sendPiece(
  id: string,
  offset: number,
  piece: Blob,
  { onPart, stopped }: { readonly onPart: (bytes: number) => void; readonly stopped: AbortSignal },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    stopped.addEventListener('abort', stop);
    request.open('PATCH', `/api/uploads/${id}`);
    const headers = { ...ownHeaders(), ...version, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' };
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => onPart(loaded);
    request.onloadend = () => {
      stopped.removeEventListener('abort', stop);
      if (request.status >= 200 && request.status < 300) resolve();
      else reject(stopped.aborted ? stopped.reason : refusalOf(request.status, request.responseText));
    };
    request.send(piece);
  });
}

/** Or until the browser says that the line is back. */
function rest(ms: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener('online', done);
    stopped.addEventListener('abort', done, { once: true });
  });
}
