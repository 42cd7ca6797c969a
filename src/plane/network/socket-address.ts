/** Where a real socket listens. */
export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}
