import type { Way } from '../../../world/way.ts';
import type { Carrier } from '../../network/carrier.ts';
import type { Endpoint } from './wiring.ts';

/** Who asks: an instance and where it stands. */
export interface Asker {
  readonly instanceId: string;
  readonly zoneId: string;
  readonly region: string;
}

/** What instances in networks of their own reach of the host, beside the metadata service and the AWS API. */
export interface Surroundings {
  /** The loopback addresses of the world's balancers and public sides, as 127.16.0.0/16. */
  readonly block: string;
  /** How much higher a privileged port is on the host than instances call it; 0 where they are the same. */
  readonly portOffset: number;
  /** Carries connections of instances to sockets of the host. */
  readonly carrier: Carrier;
  /** Where the world's DNS server answers for a Region; undefined while it does not. */
  dnsServer(region: string): Promise<Endpoint | undefined>;
  /** What bytes to an address of the Internet meet at this moment, by the instance's routes; and where it really is. */
  outside(asker: Asker, target: Endpoint): { readonly way: Way; readonly socket: Endpoint };
  /** What bytes between an instance and one of these sockets meet at this moment, by the instance's routes too. */
  way(asker: Asker, target: Endpoint): Way;
}
