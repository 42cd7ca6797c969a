import { defineExtensionPoint } from '../../world/rules.ts';
import type { Tx, View } from '../../world/transaction.ts';
import { Instances, type Instance } from '../ec2/instances/instance-entities.ts';
import { Alarms, type Dimension, type ValueCount } from './entities.ts';
import { aggregateOf } from './metric-values.ts';
import { metricIdOf, recordAggregate } from './record-metric.ts';

const namespace = 'AWS/EC2';
const name = 'CPUUtilization';

/** How busy an instance was over a minute (detailed monitoring) or over five. */
export interface CpuSample {
  readonly instanceId: string;
  /** Of all its vCPUs, 0 to 100. */
  readonly percent: number;
  /** The beginning of that time, world time. */
  readonly from: number;
}

/** How a service counts instances together. */
export interface InstanceGrouping {
  /** The group that an instance belongs to now. */
  groupOf(view: View, instanceId: string): string | undefined;
  /** The instances of a group. */
  instancesOf(view: View, group: string): readonly string[];
}

/** Groups of instances that have metrics of their own, by the name of their dimension (`AutoScalingGroupName`). */
export const InstanceGroupings = defineExtensionPoint<InstanceGrouping>(
  'cloudwatch/instance-groupings',
);

/** The instances of the account here whose processors some alarm watches, by themselves or as members of a group. */
export const watchedByCpuAlarms = (view: View): ReadonlySet<string> => {
  const watched = new Set<string>();
  for (const { rule } of view.list(Alarms)) {
    if (rule.namespace !== namespace || rule.metricName !== name) continue;
    for (const { Name, Value } of rule.dimensions) {
      if (Name === 'InstanceId') watched.add(Value);
      const grouping = view.extensions(InstanceGroupings).get(Name);
      for (const id of grouping?.instancesOf(view, Value) ?? []) watched.add(id);
    }
  }
  return watched;
};

/** What an instance's samples are counted under, beside itself. Types and images are for detailed monitoring alone. */
const dimensionsOf = (view: View, instance: Instance): readonly Dimension[] => {
  const groups = [...view.extensions(InstanceGroupings)].flatMap(([Name, grouping]) => {
    const group = grouping.groupOf(view, instance.id);
    return group === undefined ? [] : [{ Name, Value: group }];
  });
  return [
    { Name: 'InstanceId', Value: instance.id },
    ...groups,
    ...(instance.detailedMonitoring
      ? [
          { Name: 'InstanceType', Value: instance.instanceType },
          { Name: 'ImageId', Value: instance.imageId },
        ]
      : []),
  ];
};

/**
 * Writes down how busy instances were, for each of them and for what they belong to. `scope` says whether all of it is kept, or
 * only what an alarm watches: in worlds of thousands of instances nobody reads the rest.
 * Source: "CloudWatch metrics that are available for your instances", Amazon EC2 User Guide.
 */
export const observeCpu = (
  tx: Tx,
  samples: readonly CpuSample[],
  scope: 'everything' | 'watched',
): void => {
  const together = new Map<string, { dimension: Dimension; from: number; values: ValueCount[] }>();
  for (const { instanceId, percent, from } of samples) {
    const instance = tx.get(Instances, instanceId);
    if (instance === undefined) continue;
    for (const dimension of dimensionsOf(tx, instance)) {
      const key = `${from} ${dimension.Name} ${dimension.Value}`;
      const known = together.get(key) ?? { dimension, from, values: [] };
      known.values.push([percent, 1]);
      together.set(key, known);
    }
  }
  for (const { dimension, from, values } of together.values()) {
    const identity = { namespace, name, dimensions: [dimension] };
    const isWatched = tx.find(Alarms, 'metric', metricIdOf(identity)).length > 0;
    const aggregate = aggregateOf(values);
    if (aggregate === undefined || (scope === 'watched' && !isWatched)) continue;
    recordAggregate(tx, identity, 'Percent', aggregate, from);
  }
};
