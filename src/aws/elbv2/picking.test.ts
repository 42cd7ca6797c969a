import { describe, expect, it } from 'vitest';
import { isNodeHealthy, pickNodes, type NodeInDns } from './pick-node.ts';
import { pickTarget, routableTargets, type Candidate } from './pick-target.ts';

interface Named extends Candidate {
  readonly name: string;
}

/** `a1+` is target a in zone 1, healthy; `-` unhealthy, `d` draining, `u` unused. */
const targets = (text: string): readonly Named[] =>
  text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => ({
      name: word.slice(0, 2),
      zoneId: word.slice(1, 2),
      healthy: word.endsWith('+'),
      draining: word.endsWith('d'),
      unused: word.endsWith('u'),
    }));

describe('routableTargets for a node in zone 1', () => {
  it.each([
    ['healthy ones of all zones', 'a1+ b2+ c3-', true, 1, 'a1 b2'],
    ['all when none is healthy', 'a1- b2- c3-', true, 1, 'a1 b2 c3'],
    ['never draining or unused ones', 'a1d b2u c3-', true, 1, 'c3'],
    ['nobody when all drain', 'a1d b2d', true, 1, ''],
    ['its own zone with cross-zone off', 'a1+ b2+', false, 1, 'a1'],
    ['its own zone fails open by itself', 'a1- b2+', false, 1, 'a1'],
    ['nobody with cross-zone off and none in the zone', 'b2+ c3+', false, 1, ''],
    ['all when fewer than the minimum are healthy', 'a1+ b2- c3-', true, 2, 'a1 b2 c3'],
  ])('%s', (_, text, crossZone, minimumHealthyTargets, expected) => {
    const routing = { crossZone, minimumHealthyTargets };
    const names = routableTargets(targets(text), routing, '1').map((target) => target.name);
    expect(names.join(' ')).toBe(expected);
  });

  it('takes turns', () => {
    expect([0, 1, 2, 3].map((turn) => pickTarget(['a', 'b', 'c'], turn))).toEqual([
      'a',
      'b',
      'c',
      'a',
    ]);
    expect(pickTarget([], 0)).toBeUndefined();
  });
});

const node = (zoneId: string, reachable: boolean, ...groups: readonly string[]): NodeInDns => ({
  zoneId,
  reachable,
  targetGroups: groups.map((text) => ({
    crossZone: !text.startsWith('zonal '),
    minimumHealthyTargets: 1,
    targets: targets(text.replace('zonal ', '')),
  })),
});

describe('pickNodes', () => {
  it.each([
    ['a healthy target anywhere', node('1', true, 'a2+'), true],
    ['no healthy target', node('1', true, 'a1- b2-'), false],
    ['no target', node('1', true, ''), false],
    ['one of two groups without', node('1', true, 'a1+', 'b1-'), false],
    ['no group: fixed responses only', node('1', true), true],
    ['not reached', node('1', false, 'a1+'), false],
    ['cross-zone off, healthy only elsewhere', node('1', true, 'zonal a2+'), false],
    ['cross-zone off, healthy here', node('1', true, 'zonal a1+'), true],
  ])('%s', (_, one, expected) => {
    expect(isNodeHealthy(one)).toBe(expected);
  });

  it('answers healthy nodes in turning order, all when none is healthy', () => {
    const [one, two, three] = [
      node('1', true, 'a1+'),
      node('2', false, 'a1+'),
      node('3', true, 'a1+'),
    ];
    const zones = (nodes: readonly NodeInDns[], rotation: number): string =>
      pickNodes(nodes, rotation)
        .map((picked) => picked.zoneId)
        .join(' ');
    expect(zones([one, two, three], 0)).toBe('1 3');
    expect(zones([one, two, three], 1)).toBe('3 1');
    expect(zones([two, { ...one, reachable: false }], 0)).toBe('2 1');
    expect(zones([], 7)).toBe('');
  });
});
