// The browser's microphone as live sound: numbered Opus frames where the browser encodes itself, a growing recording where not.
import { opusFrameMs } from '../../../schemas/live.ts';
import workletUrl from './microphone-worklet.ts?worker&url';

const rateHz = 48_000;
const bitRate = 24_000;
/** While nobody talks the centre is still told how far the microphone is, by every fifth number. */
const tellEvery = 5;
const pieceMs = 100;

export interface Microphone {
  /** `frames`, or `stream` when the centre must re-frame a recording. */
  readonly form: 'frames' | 'stream';
  /** Sound goes to this socket from now on, while `talk` is on. */
  begin(socket: WebSocket): void;
  talk(on: boolean): void;
  stop(): void;
}

/** Why there is no microphone, in words for the person who holds it. */
export class NoMicrophone extends Error {}

export const encodesHere = typeof AudioEncoder === 'function' && typeof AudioWorkletNode === 'function';

/** Ask for the microphone; `onLevel` hears its peak, 0..1, some times a second. Throws `NoMicrophone`. */
export async function openMicrophone(onLevel: (level: number) => void): Promise<Microphone> {
  if (!isSecureContext || !navigator.mediaDevices)
    throw new NoMicrophone('Trình duyệt chỉ cho dùng micrô qua HTTPS, hoặc ngay trên máy trung tâm (localhost).');
  const wish = { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  const media = await navigator.mediaDevices.getUserMedia({ audio: wish }).catch((error: DOMException) => {
    throw new NoMicrophone(wordsOf(error));
  });
  const context = new AudioContext({ sampleRate: rateHz });
  await context.resume();
  const source = context.createMediaStreamSource(media);
  const release = () => {
    for (const track of media.getTracks()) track.stop();
    if (context.state !== 'closed') void context.close();
  };
  return encodesHere ? openFrames({ context, source, release, onLevel }) : openStream({ context, source, release, onLevel }, media);
}

interface Input {
  readonly context: AudioContext;
  readonly source: MediaStreamAudioSourceNode;
  readonly release: () => void;
  readonly onLevel: (level: number) => void;
}

async function openFrames({ context, source, release, onLevel }: Input): Promise<Microphone> {
  let socket: WebSocket | undefined;
  let talking = false;
  let number = 0;
  const encoder = new AudioEncoder({
    output: (chunk) => {
      const at = Math.round(chunk.timestamp / 1000 / opusFrameMs);
      if (socket?.readyState !== WebSocket.OPEN || (!talking && at % tellEvery !== 0)) return;
      const message = new Uint8Array(4 + (talking ? chunk.byteLength : 0));
      new DataView(message.buffer).setUint32(0, at);
      if (talking) chunk.copyTo(message.subarray(4));
      socket.send(message);
    },
    error: () => socket?.close(),
  });
  encoder.configure({ codec: 'opus', sampleRate: rateHz, numberOfChannels: 1, bitrate: bitRate });
  await context.audioWorklet.addModule(workletUrl);
  const node = new AudioWorkletNode(context, 'frames', { numberOfOutputs: 0 });
  node.port.onmessage = ({ data }: MessageEvent<Float32Array<ArrayBuffer>>) => {
    onLevel(data.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0));
    const timestamp = number++ * opusFrameMs * 1000;
    const form = { format: 'f32-planar', sampleRate: rateHz, numberOfChannels: 1, numberOfFrames: data.length } as const;
    const sound = new AudioData({ ...form, timestamp, data });
    if (encoder.state === 'configured') encoder.encode(sound);
    sound.close();
  };
  source.connect(node);
  return {
    form: 'frames',
    begin: (to) => {
      socket = to;
    },
    talk: (on) => {
      talking = on;
    },
    stop: () => {
      node.port.onmessage = null;
      if (encoder.state !== 'closed') encoder.close();
      release();
    },
  };
}

/** Browsers without an encoder for frames: what they record is sent in pieces, and needs the longer delay. */
function openStream({ context, source, release, onLevel }: Input, media: MediaStream): Microphone {
  const analyser = context.createAnalyser();
  source.connect(analyser);
  const wave = new Float32Array(analyser.fftSize);
  const meter = setInterval(() => {
    analyser.getFloatTimeDomainData(wave);
    onLevel(wave.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0));
  }, 50);
  const type = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus'].find((name) => MediaRecorder.isTypeSupported(name));
  const recorder = new MediaRecorder(media, { ...(type && { mimeType: type }), audioBitsPerSecond: bitRate });
  return {
    form: 'stream',
    begin: (socket) => {
      recorder.ondataavailable = ({ data }) => socket.readyState === WebSocket.OPEN && socket.send(data);
      recorder.start(pieceMs);
    },
    talk: () => {},
    stop: () => {
      clearInterval(meter);
      if (recorder.state !== 'inactive') recorder.stop();
      release();
    },
  };
}

function wordsOf({ name }: DOMException): string {
  if (name === 'NotAllowedError') return 'Trình duyệt chưa được phép dùng micrô. Hãy cho phép ở thanh địa chỉ rồi thử lại.';
  if (name === 'NotFoundError') return 'Không tìm thấy micrô nào trên máy này.';
  if (name === 'NotReadableError') return 'Micrô đang được chương trình khác dùng.';
  return `Không mở được micrô (${name}).`;
}
