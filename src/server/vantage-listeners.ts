import type { Places } from '../atlas/places.ts';
import type { DnsListener, DnsServer } from '../plane/dns/server.ts';
import type { SocketAddress } from '../plane/network/socket-address.ts';

export interface VantageListenersOptions {
  readonly create: (listeners: readonly DnsListener[]) => Promise<DnsServer>;
  /** The loopback address of the n-th place. */
  readonly addressOf: (index: number) => string;
  readonly places: () => Places;
  readonly port: number;
}

/** DNS listeners that stand for places: each is opened when it is first asked for, and stays. */
export class VantageListeners {
  readonly #options: VantageListenersOptions;
  readonly #servers = new Map<string, Promise<DnsServer>>();

  constructor(options: VantageListenersOptions) {
    this.#options = options;
  }

  /** Where a client at the place asks. */
  async listenerFor(placeId: string): Promise<SocketAddress> {
    const server = this.#servers.get(placeId) ?? this.#open(placeId);
    this.#servers.set(placeId, server);
    const [listener] = (await server).listeners;
    if (listener === undefined)
      throw new Error('A DNS server has the listeners that it was given.');
    return { address: listener.address, port: listener.port };
  }

  /** Where a client at the place will ask, before it is open. */
  addressFor(placeId: string): SocketAddress {
    const { addressOf, places, port } = this.#options;
    const index = places().all.findIndex((place) => place.id === placeId);
    return { address: addressOf(index), port };
  }

  async close(): Promise<void> {
    for (const server of this.#servers.values()) await (await server).close();
  }

  #open(placeId: string): Promise<DnsServer> {
    return this.#options.create([{ ...this.addressFor(placeId), vantage: placeId }]);
  }
}
