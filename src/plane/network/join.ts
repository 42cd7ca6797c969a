import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { RelayedConnection, type RelayedConnectionOptions } from './relayed-connection.ts';
import type { SocketAddress } from './socket-address.ts';

/** How often a connection that stands still looks whether it may go on. */
const stalledLookMs = 50;

/** What a connection meets between its ends. */
export interface JoinOptions extends Pick<
  RelayedConnectionOptions,
  'carrier' | 'way' | 'isCarriedWhole' | 'from'
> {
  /** Whether it may begin now: else its packets are dropped. It may when absent. */
  readonly admits?: () => boolean;
}

/** Joins a connection with a socket of this machine: it meets what lies between the two. */
export const joinOverWay = (client: Duplex, target: SocketAddress, options: JoinOptions): void => {
  if (client instanceof Socket) client.allowHalfOpen = true;
  const { admits = () => true, ...joined } = options;
  let look: NodeJS.Timeout | undefined;
  const relayed: RelayedConnection = new RelayedConnection(client, {
    ...joined,
    port: target.port,
    host: () => target.address,
    admits,
    stalled: () => {
      clearTimeout(look);
      look = setTimeout(() => relayed.advance(), stalledLookMs);
    },
    closed: () => clearTimeout(look),
  });
};
