import type { DomainError } from '../../world/domain-error.ts';
import type { InstanceMetadata } from './instance-metadata.ts';

/** Where an instance's disk is; its console and scripts lie beside it. */
export interface InstanceDisk {
  readonly instanceId: string;
  /** An absolute path. The directory is the instance's root volume: it survives stop, reboot and loss of power. */
  readonly diskDirectory: string;
}

/** What a driver needs to know to run an instance. */
export interface InstanceSpecification extends InstanceDisk {
  readonly region: string;
  readonly zoneId: string;
  readonly account: string;
  readonly instanceType: string;
  readonly imageId: string;
  /** The instance's own loopback address (`HOST`): distinct for every instance of a world. */
  readonly address: string;
  /** The address that the AWS API shows, for example 10.0.1.7. */
  readonly privateAddress: string;
  /** Decoded bytes. */
  readonly userData: Uint8Array | undefined;
  /** What the instance's environment has beside what the driver sets, for example `VOLUME_SDF`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /**
   * Asked at each request of the metadata service, so that changes are seen at once. Undefined once EC2 has forgotten the
   * instance, whose machine may take a moment longer to end.
   */
  readonly metadata: () => InstanceMetadata | undefined;
  /**
   * Which connections its security groups let begin, for a driver that has networks of its own; such a driver takes VPC,
   * subnet and MAC address from `metadata`. Absent: all of them.
   */
  readonly securityRules?: SecurityRules;
}

/**
 * What an instance's security groups allow, groups and prefix lists replaced by the addresses that they stand for. What no
 * rule allows is dropped in silence. A connection that was let begin goes on, also when its rule has gone.
 * Source: Amazon VPC User Guide, "Security groups" and "Connection tracking".
 */
export interface SecurityRules {
  readonly inbound: readonly SecurityRule[];
  readonly outbound: readonly SecurityRule[];
}

export interface SecurityRule {
  /** A number is one of IANA's protocol numbers. */
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'all' | number;
  /** Of the destination, both ends included, for TCP and UDP; all ports when it is absent. */
  readonly ports?: { readonly from: number; readonly to: number };
  /** IPv4 blocks such as 10.0.0.0/16; an address alone is a block of one. None: the rule allows nothing. */
  readonly peers: readonly string[];
}

/** Two zones, in either order. */
type ZonePair = readonly [zoneId: string, zoneId: string];

/** What of a Region's networks carries nothing, in silence. */
export interface NetworkCuts {
  /** A zone without network is cut from each other zone; its instances still reach one another. */
  readonly zonePairs: readonly ZonePair[];
  /** Instances that reach nobody, and that nobody reaches. */
  readonly instanceIds: readonly string[];
}

/** What can be done to the networks of a driver that makes its own. */
export interface DriverNetwork {
  /** Makes these the rules of a machine that is on, at once; undefined allows everything. One that is off is left alone. */
  applyRules(
    instanceId: string,
    rules: SecurityRules | undefined,
  ): Promise<DomainError | undefined>;
  /**
   * Makes these all the cuts of a Region, in all of its VPCs, also in those that come later. What was cut before and is
   * not named is joined again, and connections that waited go on. What comes from the host passes: our own connectors
   * decide about it by themselves, and the metadata service is beside every instance.
   */
  cut(region: string, cuts: NetworkCuts): Promise<DomainError | undefined>;
}

/**
 * What a driver saw, told the moment it happened:
 * - `booted`: the machine is on and its main process was started, if it has one;
 * - `exited`: the main process ended by itself. The machine goes on, as a real one does when its user data script ends;
 * - `shutdown`: a program in the machine asked to switch it off (`shutdown -h now`). The machine is on until `stop`, since
 *   what follows is the world's to decide (InstanceInitiatedShutdownBehavior);
 * - `stopped`: the machine is off and nothing of it is left, after `stop` or `kill`;
 * - `failed`: the machine could not boot, for the reason in the message.
 */
export type Observation =
  | { readonly kind: 'booted'; readonly instanceId: string }
  | {
      readonly kind: 'exited';
      readonly instanceId: string;
      readonly code: number | undefined;
      readonly signal: string | undefined;
    }
  | { readonly kind: 'shutdown'; readonly instanceId: string }
  | { readonly kind: 'stopped'; readonly instanceId: string }
  | { readonly kind: 'failed'; readonly instanceId: string; readonly message: string };

/** `off` is never listed: a machine that is off is gone from the list. */
export type MachineState = 'booting' | 'running' | 'frozen' | 'stopping';

/** A machine that the driver has. */
export interface ListedMachine {
  readonly instanceId: string;
  readonly state: MachineState;
  /** `none`: its user data asks for no process. */
  readonly mainProcess: 'running' | 'exited' | 'none';
  /** What of its user data it does not do, each with why; a driver that runs nothing does not say. */
  readonly leftOut?: readonly string[];
  /** The metadata service's endpoint, where there is one. */
  readonly metadataEndpoint?: string;
}

/** How a program of this host begins within a machine, for a person who looks around there. */
export interface Entrance {
  /** What stands before the machine's own command and its arguments. */
  readonly command: readonly string[];
  /** All that the program's environment has beside its terminal; undefined where `command` itself takes care of it. */
  readonly environment: Readonly<Record<string, string>> | undefined;
  /** On this host; undefined where `command` itself takes care of it. */
  readonly workingDirectory: string | undefined;
}

/** How much processor time a machine has used. */
export interface CpuReading {
  readonly instanceId: string;
  /** `host`: seconds of the host's processors, by the host's clock. `machine`: seconds of world time with all its vCPUs busy. */
  readonly of: 'host' | 'machine';
  readonly seconds: number;
}

/** A machine of an earlier run that was still there, and was ended. */
export interface Leftover {
  readonly instanceId: string;
  readonly processIds: readonly number[];
}

/**
 * What makes instances run. Calls about one instance happen one after the other in the order in which they are made; a
 * promise settles when the thing is done. Observations are the truth to go by, since with a virtual clock nothing waits
 * for promises. A DomainError says that the host could not do what was asked.
 */
export interface Driver {
  readonly name: string;
  /** Whether programs run in its machines: they read and write disks, and may listen on the host's sockets. */
  readonly runsPrograms: boolean;
  /** Absent where machines share the host's network: then only what passes our own connectors can be cut or refused. */
  readonly network?: DriverNetwork;
  /** Switches a machine on, with empty memory and the disk as it was. One that is on already stays as it is. */
  boot(specification: InstanceSpecification): Promise<DomainError | undefined>;
  /** Asks the machine to end (SIGTERM), and after a bound switches it off. Settles when nothing of it is left. */
  stop(instanceId: string): Promise<DomainError | undefined>;
  /** Switches the machine off at once. */
  kill(instanceId: string): Promise<DomainError | undefined>;
  /** `stop`, then `boot`: same addresses, same disk, empty memory. */
  reboot(specification: InstanceSpecification): Promise<DomainError | undefined>;
  /** Silence: the machine neither answers nor refuses, and nothing is reset. What it was doing stays as it is. */
  freeze(instanceId: string): Promise<DomainError | undefined>;
  /** Ends a `freeze` with memory as it was: for a machine that was unreachable, never for one that lost power. */
  unfreeze(instanceId: string): Promise<DomainError | undefined>;
  /** The last 64 KiB of what the machine printed, over all its boots; empty when it never ran here. */
  consoleOutput(disk: InstanceDisk): Promise<Uint8Array>;
  /**
   * The file in which the console of an instance is or will be, where there is one. It only grows, until another file
   * takes its place that begins with the last 64 KiB of it.
   */
  consoleFile(disk: InstanceDisk): string | undefined;
  /** How to begin a program in a machine that is on; `hasTerminal` says whether it speaks to a person at one. */
  enter(instanceId: string, hasTerminal: boolean): Entrance | DomainError;
  /** Removes disk and scripts of a terminated machine; the console stays readable. */
  eraseDisk(disk: InstanceDisk): Promise<void>;
  list(): readonly ListedMachine[];
  /**
   * Tells how much processor time machines have used since their boot; those for which it cannot be told are left out. A
   * driver on virtual time tells within the call. Absent where nothing can be told at all.
   */
  cpu?(instanceIds: readonly string[], told: (readings: readonly CpuReading[]) => void): void;
  /** Finds what an earlier run of this world left behind, ends it, and says what it was. Call it before the first boot. */
  sweep(): Promise<readonly Leftover[]>;
  /** Calls the listener at each observation from now on; the answer ends that. */
  observe(listener: (observation: Observation) => void): () => void;
  /** Stops everything. Nothing boots after it. */
  close(): Promise<void>;
}

/** How much of the console GetConsoleOutput gives. Source: Amazon EC2 API Reference, GetConsoleOutput. */
export const consoleOutputBytes = 64 * 1024;
