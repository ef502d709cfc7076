// What an alert is and why it waits, in words; codes without words of their own are shown in the words of the rules.
import type { AlertAnswer } from '../../../../schemas/alerts.ts';
import type { Translate } from '../../words/words.svelte.ts';

const messages: readonly string[] = ['Alert', 'Update', 'Cancel', 'Ack', 'Error'];

export function kindOf({ message }: AlertAnswer, t: Translate): string {
  if (!message) return t('alerts:unreadable');
  const type = messages.includes(message.msgType) ? t(`alerts:message.${message.msgType}`) : message.msgType;
  const what = `${type}: ${message.event || message.identifier}`;
  return message.status === 'Exercise' ? t('bars:stop.drill', { title: what }) : what;
}

export function whyOf({ code, reason }: Pick<AlertAnswer, 'code' | 'reason'>, t: Translate): string {
  const key = `alerts:why.${code}`;
  const words = t(key);
  return words === key || words === `why.${code}` ? `${code}: ${reason}` : words;
}
