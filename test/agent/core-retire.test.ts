// Out of service survives a restart: what was accepted is done at this boot or the next, and never by a box that was not told.
import { expect, test } from 'vitest';
import { blankLive } from '../../agent/core/start-state.ts';
import { opened } from '../world/build.ts';
import { Rig } from './core-rig.ts';

const retires = (rig: Rig) => rig.actions.filter((action) => action.do === 'retire').length;
const boot = (rig: Rig, name: string) => rig.tell({ is: 'booted', boot: name, version: '0.1.0' });

function told(id = 'cmd-1', exp = 600_000): Rig {
  const rig = new Rig(8 * 3600_000);
  boot(rig, 'b-1');
  const command = { do: 'decommission' as const };
  rig.tell({ is: 'commandOffered', opened: opened(id, 1, { aud: 'd/loa-1', exp: rig.wallMs + exp }), command });
  return rig;
}

/** The power goes: what was kept is all there is. */
function restart(before: Rig, name = 'b-2'): Rig {
  const rig = new Rig(9 * 3600_000);
  rig.state = { kept: before.state.kept, live: blankLive() };
  boot(rig, name);
  return rig;
}

test('it is on the disk before it is done, and answered once', () => {
  const rig = told();
  expect([retires(rig), rig.last?.commit, rig.state.kept.retiring]).toEqual([1, 'now', true]);
  expect(rig.facts.filter(({ kind }) => kind === 'command')).toMatchObject([{ command: 'cmd-1', state: 'done' }]);
});

test('each boot after it goes on with it, and says nothing again', () => {
  const second = restart(told());
  expect([retires(second), second.facts.filter(({ kind }) => kind === 'command').length]).toEqual([1, 0]);
  expect(retires(restart(second, 'b-3'))).toBe(1);
  second.pass(60_000);
  expect(retires(second)).toBe(1);
});

test('a box that was not told, or refused to hear it, stays in service', () => {
  expect(retires(restart(new Rig(0)))).toBe(0);
  const late = told('cmd-2', -1);
  expect([retires(late), late.state.kept.retiring, retires(restart(late))]).toEqual([0, false, 0]);
});
