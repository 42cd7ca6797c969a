import type { SocketAddress } from '../../network/socket-address.ts';

export type ToGate =
  /** The first message: what the instance's address is, and what of the host it reaches. */
  | {
      readonly kind: 'begin';
      readonly hostAddress: string;
      readonly passedOn: readonly SocketAddress[];
    }
  /** With a listening socket of the host: the way in to a port. Without one there is none. */
  | { readonly kind: 'wayIn'; readonly port: number }
  /** With a connection that came to a way in before the gate had it. */
  | { readonly kind: 'came'; readonly port: number };

export type FromGate =
  | { readonly kind: 'ready' }
  /** The instance listens on a port: a way in is wanted. */
  | { readonly kind: 'wanted'; readonly port: number }
  /** With a connection that the instance made to something of the host's. */
  | { readonly kind: 'asked'; readonly target: SocketAddress }
  /** Something of the host's cannot be passed on. */
  | { readonly kind: 'note'; readonly line: string };
