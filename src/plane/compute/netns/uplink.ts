import type { Way } from '../../../world/way.ts';
import type { Carrier } from '../../network/carrier.ts';
import type { Endpoint } from './wiring.ts';

/** The instance that a connection comes from, and where it stands. */
export interface SourceInstance {
  readonly instanceId: string;
  readonly zoneId: string;
  readonly region: string;
}

/**
 * The way out of networks that instances have of their own: what they reach of the host, beside the metadata service
 * and the AWS API.
 */
export interface Uplink {
  /** The loopback addresses of the world's balancers and public sides, as 127.16.0.0/16. */
  readonly block: string;
  /** How much higher a privileged port is on the host than instances call it; 0 where they are the same. */
  readonly portOffset: number;
  /** Carries connections of instances to sockets of the host. */
  readonly carrier: Carrier;
  /** Where the world's DNS server answers for a Region; undefined while it does not. */
  dnsServer(region: string): Promise<Endpoint | undefined>;
  /** What bytes to an address of the Internet meet at this moment, by the instance's routes; and where it really is. */
  outside(
    source: SourceInstance,
    target: Endpoint,
  ): { readonly way: Way; readonly socket: Endpoint; readonly from?: string };
  /** What bytes between an instance and one of these sockets meet at this moment, by the instance's routes too. */
  way(source: SourceInstance, target: Endpoint): Way;
  /** The loopback address that stands for the public address by which such a socket knows the instance; undefined without one. */
  from(source: SourceInstance, target: Endpoint): string | undefined;
  /** The public address that a loopback address of the block stands for; undefined where it stands for none. */
  publicAddressOf(address: string): string | undefined;
}
