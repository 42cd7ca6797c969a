import type { CreateFleetRequest } from '@aws-sdk/client-ec2';
import { defineTable, type Entity } from '../../../world/entity.ts';
import type { Plain } from '../../operation.ts';

type Input = Plain<CreateFleetRequest>;

/** How EC2 pays for an instance. */
export type Lifecycle = 'on-demand' | 'spot';

/** How many units of each kind a fleet is to have. */
export interface FleetTarget {
  readonly total: number;
  readonly onDemand: number;
  readonly spot: number;
  readonly defaultType: Lifecycle;
}

/** What went wrong with the launches of a fleet, by AWS's codes. */
export interface FleetError {
  readonly configIndex: number;
  readonly overrideIndex: number | null;
  readonly lifecycle: Lifecycle;
  readonly code: string;
  readonly message: string;
}

type FleetState = 'submitted' | 'active' | 'deleted_running' | 'deleted_terminating' | 'deleted';

/** A fleet, by `fleet-...`. */
export interface Fleet extends Entity {
  readonly type: 'instant' | 'request' | 'maintain';
  readonly state: FleetState;
  readonly createdAt: number;
  readonly clientToken: string | null;
  /** As they were given; templates by id and version of that moment for `instant`. */
  readonly configs: Input['LaunchTemplateConfigs'] & object;
  readonly target: FleetTarget;
  readonly spotOptions: Input['SpotOptions'];
  readonly onDemandOptions: Input['OnDemandOptions'];
  readonly excessPolicy: 'termination' | 'no-termination';
  readonly terminatesWithExpiration: boolean;
  readonly replacesUnhealthy: boolean;
  /** World time; null: from now on, without an end. */
  readonly validFrom: number | null;
  readonly validUntil: number | null;
  readonly context: string | null;
  /** Whether it had all that it is to have once; a fleet of type `request` asks for nothing more then. */
  readonly wasFulfilled: boolean;
  readonly errors: readonly FleetError[];
}

export const Fleets = defineTable<Fleet>('ec2-fleets');

/** An instance of a fleet, by the instance's id; gone when that ends. */
export interface FleetMember extends Entity {
  readonly fleetId: string;
  readonly lifecycle: Lifecycle;
  /** In units of the target. */
  readonly weight: number;
  readonly instanceType: string;
  readonly configIndex: number;
  readonly overrideIndex: number | null;
  /** Set once another has come in its place, since EC2 will take it: it goes a while later. */
  readonly isReplaced?: boolean;
}

export const FleetMembers = defineTable<FleetMember>('ec2-fleet-members', {
  fleet: (member) => member.fleetId,
});

/** One entry of a fleet's history. */
export interface FleetEvent extends Entity {
  readonly fleetId: string;
  readonly at: number;
  readonly type: 'instance-change' | 'fleet-change' | 'service-error';
  readonly subType: string;
  readonly description: string;
  readonly instanceId: string | null;
}

export const FleetEvents = defineTable<FleetEvent>('ec2-fleet-events', {
  fleet: (event) => event.fleetId,
});
