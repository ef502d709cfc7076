// The line from a microphone to an open session: says who talks, sends while the button is held, tells when it breaks.
import type { Microphone } from './microphone.ts';

export interface TalkLine {
  talk(on: boolean): void;
  stop(): void;
}

export interface TalkLineOptions {
  readonly session: string;
  readonly csrf: string;
  readonly microphone: Microphone;
  /** Voice is let through after so many milliseconds. */
  readonly onReady: (talkInMs: number) => void;
  readonly onBroken: (words: string) => void;
}

export function openTalkLine({ session, csrf, microphone, onReady, onBroken }: TalkLineOptions): TalkLine {
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/live/${session}/voice`);
  let over = false;
  socket.onopen = () => socket.send(JSON.stringify({ csrf, form: microphone.form }));
  socket.onmessage = ({ data }: MessageEvent<string>) => {
    const said = JSON.parse(data) as {
      readonly event: string;
      readonly talkInMs?: number;
      readonly title?: string;
      readonly detail?: string;
    };
    if (said.event === 'ready') {
      microphone.begin(socket);
      onReady(said.talkInMs ?? 0);
    } else if (said.event === 'problem') {
      over = true;
      onBroken([said.title, said.detail].filter(Boolean).join(' – '));
    }
  };
  socket.onclose = () => {
    microphone.stop();
    if (!over) onBroken('Đường tiếng tới trung tâm đã đóng.');
    over = true;
  };
  return {
    talk: (on) => {
      microphone.talk(on);
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ talk: on }));
    },
    stop: () => {
      over = true;
      socket.close();
      microphone.stop();
    },
  };
}
