// RabbitMQ's questions: the answers are `may()`'s, and everything unknown is denied.
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { may } from '../../broker/access.ts';
import { allows, HttpAuth, type HttpAuthLimits, httpAuthLimits } from '../../broker/http-auth.ts';
import { clientIdOf, type Identity } from '../../broker/identities.ts';
import { boxDown, boxUp, groupDown } from '../../schemas/topics.ts';

const names = new Set(['box:b1', 'box:b2', 'centre:xa-1', 'centre:thon-9']);
const rules = { owner: 'xa-1', mayConnect: (identity: Identity) => names.has(clientIdOf(identity)) };
const ask = (path: string, asked: Record<string, string>) => allows(path, new URLSearchParams(asked), rules);
const b1 = { username: 'box:b1' };
const at = { ...b1, vhost: '/' };

describe('an answer', () => {
  it('lets in who is enrolled and came by a certificate, under its own client id', () => {
    expect(ask('/user', b1)).toBe(true);
    expect(ask('/vhost', { ...at, client_id: 'box:b1', ip: '127.0.0.1', tags: '' })).toBe(true);
    for (const wrong of [
      {},
      { username: 'box:b3' },
      { username: 'b1' },
      { username: 'root:b1' },
      { ...b1, password: 'x' },
      { ...b1, password: '' },
    ])
      expect(ask('/user', wrong as Record<string, string>)).toBe(false);
    expect(ask('/vhost', { ...at, client_id: 'box:b2' })).toBe(false);
    expect(ask('/vhost', { ...b1, vhost: '/other' })).toBe(false);
    expect(ask('/vhost', b1)).toBe(false);
    expect(allows('/user', new URLSearchParams('username=box:b1&username=box:b2'), rules)).toBe(false);
    expect(ask('/admin', at)).toBe(false);
  });

  it('gives a client its own queues and the exchange, and nothing else', () => {
    const resource = (resource: string, name: string, permission: string) => ask('/resource', { ...at, resource, name, permission });
    for (const permission of ['configure', 'write', 'read']) {
      expect(resource('queue', 'mqtt-subscription-box:b1qos1', permission)).toBe(true);
      expect(resource('queue', 'mqtt-subscription-box:b2qos1', permission)).toBe(false);
      expect(resource('queue', 'mqtt-subscription-box:b1qos1x', permission)).toBe(false);
      expect(resource('exchange', 'amq.direct', permission)).toBe(false);
      expect(resource('exchange', 'amq.topic', permission)).toBe(permission !== 'configure');
    }
  });

  it('says of a topic what may() says', () => {
    const identity = fc.constantFrom<Identity>({ kind: 'box', id: 'b1' }, { kind: 'centre', id: 'xa-1' }, { kind: 'centre', id: 'thon-9' });
    const level = fc.constantFrom(
      'loa',
      '1',
      'd',
      'u',
      'g',
      'c',
      'b1',
      'b2',
      'xa-1',
      'thon-9',
      'up',
      'dn',
      '+',
      '#',
      '',
      ...boxUp,
      ...boxDown,
      ...groupDown,
    );
    const near = fc.tuple(fc.constantFrom('d', 'u', 'g', 'c'), level, level, level).map((levels) => ['loa', '1', ...levels]);
    fc.assert(
      fc.property(identity, fc.oneof(near, fc.array(level, { maxLength: 8 })), fc.boolean(), (who, levels, write) => {
        const topic = levels.join('/');
        const asked = { username: clientIdOf(who), vhost: '/', resource: 'topic', name: 'amq.topic', permission: write ? 'write' : 'read' };
        const answer = ask('/topic', {
          ...asked,
          routing_key: levels.join('.').replaceAll('+', '*'),
          'variable_map.client_id': clientIdOf(who),
        });
        expect(answer).toBe(may(who, write ? 'publish' : 'subscribe', topic, 'xa-1').ok);
      }),
      { numRuns: 3000 },
    );
    expect(ask('/topic', { ...at, resource: 'topic', name: 'amq.topic', permission: 'configure', routing_key: 'loa.1.d.b1.up.on' })).toBe(
      false,
    );
  });
});

describe('the endpoint', () => {
  const running: HttpAuth[] = [];
  afterEach(async () => {
    for (const one of running.splice(0)) await one.stop();
  });
  const start = async (limits: Partial<HttpAuthLimits> = {}) => {
    const server = new HttpAuth({ ...rules, host: '127.0.0.1', port: 0, limits: { ...httpAuthLimits, ...limits } });
    running.push(server);
    const { port } = await server.start();
    const post = async (path: string, body: string) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
      return `${answer.status} ${await answer.text()}`;
    };
    return { port, post };
  };

  it('answers 200 with one word, to POST and GET', async () => {
    const { port, post } = await start();
    expect(await post('/user', 'username=box%3Ab1')).toBe('200 allow');
    expect(await post('/user', 'username=box%3Ab9')).toBe('200 deny');
    expect(await post('/elsewhere', 'username=box%3Ab1')).toBe('200 deny');
    const got = await fetch(`http://127.0.0.1:${port}/user?username=box:b1`);
    expect(await got.text()).toBe('allow');
    const put = await fetch(`http://127.0.0.1:${port}/user?username=box:b1`, { method: 'PUT', body: 'username=box:b1' });
    expect(await put.text()).toBe('deny');
  });

  it('denies a body that is too large, and more questions a second than it was made for', async () => {
    const { post } = await start();
    expect(await post('/user', `username=box%3Ab1&tags=${'x'.repeat(5000)}`)).toBe('200 deny');
    const few = await start({ answersPerSecondMax: 3 });
    const answers: string[] = [];
    for (let i = 0; i < 12; i++) answers.push(await few.post('/user', 'username=box%3Ab1'));
    expect(answers).toContain('200 allow');
    expect(answers).toContain('200 deny');
  });

  it('hangs up on who does not finish a question', async () => {
    const { port } = await start({ requestMs: 300 });
    const socket = connect(port, '127.0.0.1');
    socket.write('POST /user HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nusername=');
    const end = await new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (bytes) => {
        text += bytes;
      });
      socket.on('close', () => resolve(text));
    });
    expect(end).not.toContain('allow');
  });
});
