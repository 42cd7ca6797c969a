import type { NetworkCuts, SecurityRules } from '../driver.ts';
import type { Endpoint } from './wiring.ts';

/** What the gate is told of an instance that joins. */
export interface JoiningInstance {
  readonly instanceId: string;
  readonly region: string;
  readonly vpcId: string;
  /** The VPC's primary block, where it is known. */
  readonly vpcCidr: string | undefined;
  /** All its IPv4 blocks. */
  readonly vpcCidrs: readonly string[];
  readonly zoneId: string;
  readonly privateAddress: string;
  /** Of its subnet. */
  readonly prefixLength: number;
  readonly mac: string;
  readonly rules: SecurityRules | undefined;
  /** Where the host has the AWS API, as the instance's environment says it. */
  readonly endpoint: Endpoint | undefined;
  /** A process whose network namespace is the instance's, made by somebody else. Without it one is made. */
  readonly holder?: number;
}

/** What the main process asks of the gate; each is answered by its number. */
export type GateRequest =
  /** `block`: the loopback addresses of the host that instances reach, as 127.16.0.0/16; `portOffset` as in `Uplink`. */
  | {
      readonly kind: 'begin';
      readonly block: string | undefined;
      readonly portOffset: number;
    }
  | { readonly kind: 'join'; readonly instance: JoiningInstance }
  | { readonly kind: 'leave'; readonly instanceId: string }
  | { readonly kind: 'silence'; readonly instanceId: string; readonly isSilent: boolean }
  | {
      readonly kind: 'rules';
      readonly instanceId: string;
      readonly rules: SecurityRules | undefined;
    }
  | { readonly kind: 'cut'; readonly region: string; readonly cuts: NetworkCuts };

export type ToGate =
  | { readonly kind: 'request'; readonly number: number; readonly request: GateRequest }
  /** With a listening socket of the host: the way in to a port of an instance. Without one there is none. */
  | { readonly kind: 'wayIn'; readonly instanceId: string; readonly port: number }
  /** With a connection that came to a way in before the gate had it. */
  | { readonly kind: 'came'; readonly instanceId: string; readonly port: number }
  /** The public address that a loopback address of the world stands for; nothing when it stands for none. */
  | { readonly kind: 'stoodFor'; readonly number: number; readonly publicIp: string | undefined }
  /** What the DNS server says to a question; nothing when it says nothing. */
  | { readonly kind: 'answered'; readonly number: number; readonly base64: string | undefined };

export type FromGate =
  | {
      readonly kind: 'answer';
      readonly number: number;
      readonly problem?: string;
      /** Of `join`: how other programs enter the instance's namespace. */
      readonly path?: string;
    }
  /** An instance listens on a port: a way in is wanted. */
  | { readonly kind: 'wanted'; readonly instanceId: string; readonly port: number }
  /** With a connection: an instance asks for something of the host's. */
  | {
      readonly kind: 'asked';
      readonly instanceId: string;
      readonly service: 'metadata' | 'endpoint' | 'dns';
    }
  /** With a connection: an instance speaks to one of the world's addresses on the host. */
  | { readonly kind: 'towards'; readonly instanceId: string; readonly target: Endpoint }
  /** With a connection: an instance speaks to an address of the Internet. */
  | { readonly kind: 'outward'; readonly instanceId: string; readonly target: Endpoint }
  /** A connection came from a loopback address of the world: which public address does it stand for? */
  | { readonly kind: 'whose'; readonly number: number; readonly address: string }
  /** A DNS question that an instance asks by UDP. */
  | {
      readonly kind: 'question';
      readonly number: number;
      readonly instanceId: string;
      readonly base64: string;
    };
