// Who is let in by a broker we do not run, what he may say and hear, and what he may not: the part of the suite about strangers.
import { expect, it, vi } from 'vitest';
import { dn, up } from './broker-bed.ts';
import { makeAuthority } from './certificates.ts';
import type { MqttPeer } from './mqtt-peer.ts';
import { type OuterKind, type OuterScene, registryOfSuite, upAll } from './outer-scene.ts';

export function accessTests(kind: OuterKind, { broker, peer, ready, heard, hears, settle }: OuterScene): void {
  it('turns away a stranger: without a certificate, with one of another authority, and by a typed name', async () => {
    const other = await (await makeAuthority('Another CA')).client('box:b1');
    for (const tls of [{ ca: broker().authority.ca }, { ...other, ca: broker().authority.ca }]) {
      const stranger = peer('stranger', tls);
      stranger.connect('box:b1', { username: 'box:b1', password: Buffer.from('x') });
      await stranger.until(() => stranger.closed || stranger.got('connack').length > 0);
      expect(stranger.got('connack').filter(({ returnCode }) => returnCode === 0)).toEqual([]);
    }
    // A box that types the owner's name, with a password and without, is a box or nobody.
    const owner = await ready('centre:xa-1', [upAll]);
    const box = await ready('box:b1', [dn('b1', 'answer'), dn('b1', 'cmd')]);
    for (const typed of [{ username: 'centre:xa-1', password: Buffer.from('x') }, { username: 'centre:xa-1' }]) {
      const liar = await ready('box:b2', [], typed);
      liar.publish(dn('b1', 'cmd'), 'from a liar');
      await liar.until(
        () => liar.closed || liar.got('connack').some(({ returnCode }) => returnCode !== 0) || liar.got('puback').length > 0,
      );
    }
    await settle(owner, box, 'b1');
    expect(heard(box).filter((line) => line.includes('liar'))).toEqual([]);
  });

  it('lets no box speak for another or for the centre', async () => {
    const owner = await ready('centre:xa-1', [upAll, 'loa/1/u/+/up/+', 'loa/1/c/xa-1/on']);
    const victim = await ready('box:b2', [dn('b2', 'want'), dn('b2', 'cmd'), dn('b2', 'answer'), 'loa/1/g/g1/order', 'loa/1/c/xa-1/on']);
    const foreign = [up('b2', 'report'), dn('b2', 'want'), dn('b1', 'cmd'), dn('b2', 'cmd'), 'loa/1/g/g1/order', 'loa/1/c/xa-1/on'];
    for (const topic of [...foreign, 'loa/1/u/thon-9/up/report', 'loa/1/d/b1/up/other', '$SYS/x', '$MQTT/sub/x']) {
      const attacker = await ready('box:b1');
      attacker.publish(topic, 'forged', { retain: true });
      attacker.send({ cmd: 'pingreq' });
      await attacker.until(() => attacker.closed || attacker.got('pingresp').length > 0);
      attacker.socket.destroy();
    }
    await settle(owner, victim, 'b2');
    // Nor did it stay behind, retained.
    const late = await ready('box:b2', [dn('b2', 'want'), 'loa/1/g/g1/order', 'loa/1/c/xa-1/on', dn('b2', 'answer')]);
    await settle(owner, late, 'b2');
    for (const listener of [owner, victim, late]) expect(heard(listener).filter((line) => line.endsWith('forged'))).toEqual([]);
  });

  it('lets no box hear what is said to another', async () => {
    const owner = await ready('centre:xa-1', [upAll]);
    const victim = await ready('box:b2', [dn('b2', 'cmd'), dn('b2', 'answer')]);
    const thieves: MqttPeer[] = [];
    for (const filter of [
      dn('b2', 'cmd'),
      'loa/1/d/+/dn/cmd',
      '#',
      'loa/#',
      up('b2', 'report'),
      upAll,
      '$SYS/#',
      '$MQTT/#',
      '$MQTT/sub/#',
    ]) {
      const thief = await ready('box:b1');
      thief.subscribe(filter);
      await thief.until(() => thief.closed || thief.got('suback').length > 0);
      thieves.push(thief);
      owner.publish(dn('b2', 'cmd'), `secret ${filter}`, { messageId: 30 });
      victim.publish(up('b2', 'report'), `secret ${filter}`, { messageId: 31 });
      await hears(victim, `${dn('b2', 'cmd')} secret ${filter}`);
      await hears(owner, `${up('b2', 'report')} secret ${filter}`);
    }
    await settle(owner, victim, 'b2');
    for (const thief of thieves) expect(heard(thief).filter((line) => line.includes('secret'))).toEqual([]);
  });

  it(`${kind.clientIdsAreOwn ? 'keeps' : 'cannot keep'} a client id for the one whose certificate it names`, async () => {
    const victim = await ready('box:b1', [dn('b1', 'answer')]);
    const thief = await ready('box:b2', [], {}, 'box:b1');
    await thief.until(() => thief.closed || thief.got('connack').length > 0);
    victim.send({ cmd: 'pingreq' });
    await victim.until(() => victim.closed || victim.got('pingresp').length > 0);
    expect(victim.closed).toBe(!kind.clientIdsAreOwn);
  });

  it('knows a new box once it is enrolled, and lets it do nothing before; nobody is cut', async () => {
    const owner = await ready('centre:xa-1', [upAll]);
    const box = await ready('box:b1', [dn('b1', 'answer')]);
    const early = await ready('box:b3', [dn('b3', 'cmd'), 'loa/1/g/g1/cmd']);
    early.publish(up('b3', 'report'), 'too early');
    owner.publish('loa/1/g/g1/cmd', 'for the enrolled', { messageId: 60 });
    await settle(owner, box, 'b1');
    expect([...heard(owner), ...heard(early)].filter((line) => /too early|enrolled/.test(line))).toEqual([]);
    early.socket.destroy();
    await broker().enrol({ ...registryOfSuite, boxes: [...registryOfSuite.boxes, 'b3'] });
    const late = await vi.waitFor(async () => {
      const came = await ready('box:b3', [dn('b3', 'cmd'), dn('b3', 'answer')]);
      came.publish(up('b3', 'report'), 'enrolled');
      await came.until(() => came.got('puback').length > 0, 2_000);
      await owner.until(() => heard(owner).includes(`${up('b3', 'report')} enrolled`), 2_000);
      return came;
    }, 30_000);
    await settle(owner, late, 'b3');
    await settle(owner, box, 'b1');
  });
}
