import type { HostAddresses } from '../../aws/route53/answer.ts';
import type { Named } from '../runners/tables-watch.ts';
import type { Owner } from '../addresses/owners.ts';

/** Where the owner of a loopback address can be connected to. */
export interface AnswerSockets {
  addressOf(owner: Owner): string;
}

/** Who knows the names of one family of AWS's own. */
export interface NameSource {
  /** What its answers rest on. */
  readonly tables: readonly Named[];
  /** What a name leads to, in lower case with a final dot; undefined when there is no such thing. */
  readonly find: (name: string) => HostAddresses | undefined;
}
