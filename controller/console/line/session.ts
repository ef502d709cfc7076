// Who is signed in here, as the centre says: asked when the page begins and after each step of signing in.
import type { SessionAnswer } from '../../../schemas/api.ts';
import type { HalfSessionAnswer } from '../../../schemas/people.ts';
import { nobodyHere } from './ahead.ts';
import { get, rememberCsrf } from './door.ts';

/** Nobody: undefined. */
export type Session = SessionAnswer | HalfSessionAnswer | undefined;

export async function askSession(): Promise<Session> {
  const answer = await get<Session>('/session');
  if (answer) rememberCsrf(answer.csrf);
  if (!answer || 'needs' in answer) nobodyHere();
  return answer;
}
