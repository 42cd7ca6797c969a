import { earth } from '../../src/atlas/geography.ts';
import { Conditions } from '../../src/world/conditions.ts';
import { isDomainError } from '../../src/world/domain-error.ts';
import { makeFault, type Fault, type FaultRequest } from '../../src/world/faults.ts';
import type { Place } from '../../src/world/places.ts';
import { inTurn, type Benchmark } from './measurement.ts';

const openFaults = 10_000;
const questions = 200_000;
const rounds = 7;

const idOf = (index: number): string => `i-${index.toString(16).padStart(17, '0')}`;

const faultOf = (index: number, request: FaultRequest): Fault => {
  const fault = makeFault(earth, `fault-${index}`, 0, request);
  if (isDomainError(fault)) throw new Error(fault.message);
  return fault;
};

/** What the questions are about: part of a zone without power, so that hosts must be drawn. */
const asked = faultOf(0, { target: 'zone/use1-az1', effect: 'power', severity: 0.3 });

/** Faults of every kind that strike something else: instances, volumes, links, zones and APIs of other Regions. */
const others = Array.from({ length: openFaults - 1 }, (_, index): Fault => {
  const id = idOf(1_000_000 + index);
  const requests: readonly FaultRequest[] = [
    { target: `instance/${id}`, effect: 'power' },
    { target: `instance/${id}`, effect: 'gray', severity: 0.2 },
    { target: `volume/vol-${id.slice(2)}`, effect: 'disk' },
    { target: 'link/eu-west-1/ap-northeast-1', effect: 'latency' },
    { target: 'zone/euw1-az1', effect: 'loss', severity: 0.1 },
    { target: 'api/eu-west-1/ec2', effect: 'api', as: 'error', severity: 0.1 },
  ];
  const request = requests[index % requests.length];
  if (request === undefined) throw new Error('There is a request for every index.');
  return faultOf(index + 1, request);
});

const user: Place = { kind: 'vantage', roundTripMs: () => 40 };

/** Asks what planes and operations ask, of a thousand instances in turn; nanoseconds a question. */
const cost = (conditions: Conditions): number => {
  let seen = 0;
  const began = process.hrtime.bigint();
  for (let index = 0; index < questions; index += 5) {
    const location = { instanceId: idOf(index % 1000), zoneId: 'use1-az1' };
    if (conditions.instancePowered(location)) seen += 1;
    if (conditions.reach(user, { kind: 'instance', ...location }).up) seen += 1;
    if (conditions.volume({ volumeId: idOf(index % 1000), zoneId: 'use1-az1' }).io === 'well') {
      seen += 1;
    }
    if (conditions.zone('use1-az2').powered) seen += 1;
    const call = { region: 'us-east-1', service: 'ec2', operation: 'RunInstances' };
    if (conditions.callFate(call, { of: '', count: index, now: 0 }).kind === 'served') seen += 1;
  }
  const nanoseconds = Number(process.hrtime.bigint() - began);
  if (seen === 0) throw new Error('Nothing was well.');
  return nanoseconds / questions;
};

/** What a question about what is broken costs while ten thousand faults are open, beside one. */
export const conditionsBench: Benchmark = {
  name: 'conditions',
  run: async () => {
    const many = new Conditions(earth, [asked, ...others]);
    const one = new Conditions(earth, [asked]);
    // The first rounds pay for compiling and for what is kept.
    for (const conditions of [one, many]) cost(conditions);
    const { measured, reference } = await inTurn(
      rounds,
      () => Promise.resolve(cost(many)),
      () => Promise.resolve(cost(one)),
    );
    return [
      {
        what: `a question of the conditions with ${openFaults} open faults`,
        measured,
        unit: 'ns',
        reference: { what: 'with one', value: reference },
        budget: { atMost: 1.5 },
      },
    ];
  },
};
