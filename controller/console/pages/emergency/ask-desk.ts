// The desk's questions to the centre: all that its pages show, in one go.
import type { AlertAnswer } from '../../../../schemas/alerts.ts';
import type { GroupAnswer, SessionAnswer } from '../../../../schemas/api.ts';
import type { OrderAnswer, OrderRequestAnswer, StartAtBoxAnswer, TemplateAnswer } from '../../../../schemas/order-api.ts';
import { get } from '../../line/door.ts';
import type { Choices, Desk } from './desk.ts';

export async function askDesk(): Promise<Desk> {
  const [session, running, atBoxes, requests, alerts] = await Promise.all([
    get<SessionAnswer | undefined>('/session'),
    get<OrderAnswer[]>('/orders?state=active'),
    get<StartAtBoxAnswer[]>('/orders/at-boxes'),
    get<OrderRequestAnswer[]>('/order-requests'),
    get<AlertAnswer[]>('/alerts'),
  ]);
  return { duty: session?.duty, running, atBoxes, requests, alerts, askedMs: performance.now() };
}

export async function askChoices(): Promise<Choices> {
  const [templates, groups] = await Promise.all([get<TemplateAnswer[]>('/templates'), get<GroupAnswer[]>('/groups')]);
  return { templates, groups };
}
