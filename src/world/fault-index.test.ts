import fc from 'fast-check';
import { expect, it } from 'vitest';
import { earth } from '../atlas/geography.ts';
import { DomainError } from './domain-error.ts';
import { FaultIndex } from './fault-index.ts';
import { makeFault, type Fault } from './faults.ts';

const kinds = [
  ['zone/use1-az1', 'power'],
  ['zone/use1-az1', 'gray'],
  ['zone/use1-az2', 'power'],
  ['link/use1-az1/use1-az2', 'network'],
  ['api/us-east-1', 'api'],
  ['api/us-east-1/ec2', 'api'],
] as const;

const faultOf = (id: number, kind: number, seed: number): Fault => {
  const [target, effect] = kinds[kind] ?? kinds[0];
  const made = makeFault(earth, `fault-${id}`, 0, { target, effect, seed });
  if (made instanceof DomainError) throw new Error(made.message);
  return made;
};

const shown = (index: FaultIndex) => ({
  faults: index.faults,
  byTarget: kinds.map(([target, effect]) => [target, effect, index.of(effect, target)]),
  other: index.of('network', 'link/use1-az2/use1-az1'),
  any: (['power', 'gray', 'network', 'api'] as const).map((effect) => index.hasAny(effect)),
});

it('that is kept up fault by fault is the one that is made of all of them', () => {
  const step = fc.record({ id: fc.nat(11), seed: fc.nat(3), isGone: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      let index = FaultIndex.of(earth, []);
      const open = new Map<string, Fault>();
      for (const { id, seed, isGone } of steps) {
        const fault = faultOf(id, id % kinds.length, seed);
        if (isGone) {
          index = index.without(fault.id);
          open.delete(fault.id);
        } else {
          index = index.with(fault);
          open.set(fault.id, fault);
        }
        expect(shown(index)).toEqual(shown(FaultIndex.of(earth, [...open.values()])));
      }
    }),
  );
});
