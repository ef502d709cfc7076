// The officer's own key: made in this browser, kept by it, never to be read out (WebCrypto P-256, non-extractable; IndexedDB).
import { preAuthEncoding, toBase64 } from '../../../schemas/envelope.ts';

const shelf = 'keys';
const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const;

export interface OfficerKeyHere {
  readonly keyid: string;
  /** Base64 of the uncompressed point, 65 bytes. */
  readonly publicKey: string;
  readonly privateKey: CryptoKey;
}

/** The key of this person in this browser, if one was made. */
export async function keyHere(account: string): Promise<OfficerKeyHere | undefined> {
  return (await request(await open(), 'readonly', (store) => store.get(account))) as OfficerKeyHere | undefined;
}

/** Make this person's key here. The private half cannot leave the browser, not even by our own hand. */
export async function makeKey(account: string): Promise<OfficerKeyHere> {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
  const raw = new Uint8Array(await crypto.subtle.exportKey('raw', publicKey));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', raw));
  const hex = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const key: OfficerKeyHere = { keyid: hex.slice(0, 16), publicKey: toBase64(raw), privateKey };
  await request(await open(), 'readwrite', (store) => store.put(key, account));
  return key;
}

/** Sign exactly these words as this type (DSSE v1). */
export async function signWith(key: OfficerKeyHere, payloadType: string, statement: string): Promise<{ keyid: string; sig: string }> {
  const bytes = preAuthEncoding(payloadType, new TextEncoder().encode(statement)) as Uint8Array<ArrayBuffer>;
  const sig = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key.privateKey, bytes);
  return { keyid: key.keyid, sig: toBase64(new Uint8Array(sig)) };
}

function open(): Promise<IDBDatabase> {
  const asked = indexedDB.open('loa-officer', 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore(shelf);
  return settled(asked);
}

function request(database: IDBDatabase, mode: IDBTransactionMode, use: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
  return settled(use(database.transaction(shelf, mode).objectStore(shelf))).finally(() => database.close());
}

function settled<T>(asked: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}
