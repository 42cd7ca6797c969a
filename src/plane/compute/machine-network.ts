import type { DomainError } from '../../world/domain-error.ts';
import type { InstanceSpecification } from './driver.ts';

/** Where the processes of machines have their sockets: this host's own network, or one that a driver makes. */
export interface MachineNetwork {
  /** Makes a machine's place in the network. Called when its metadata service listens and nothing of it runs yet. */
  join(
    specification: InstanceSpecification,
    metadataEndpoint: string,
    note: (line: string) => void,
  ): Promise<MachinePlace | DomainError>;
  /** All machines are about to end: from now on places need not be taken apart one by one. */
  prepareToClose(): void;
  /** Called when no machine is left; nothing joins after it. */
  close(): Promise<void>;
}

/** One machine's place in a network. */
export interface MachinePlace {
  /** What stands before a command so that it runs at this place. It becomes that command: same process id. */
  readonly enter: readonly string[];
  /** What programs are told to listen on (`HOST`). */
  readonly hostAddress: string;
  /** The metadata service as programs at this place reach it. */
  readonly metadataEndpoint: string;
  /** Nothing gets in or out, and nobody is told why. */
  silence(): Promise<DomainError | undefined>;
  /** Ends a silence. */
  speak(): Promise<DomainError | undefined>;
  /** The machine is off: its place goes. */
  leave(): Promise<void>;
}

/** This host's own network: machines share it, each with a loopback address of its own. */
export const hostNetwork: MachineNetwork = {
  join: (specification, metadataEndpoint) =>
    Promise.resolve({
      enter: [],
      hostAddress: specification.address,
      metadataEndpoint,
      // A halted process neither answers nor refuses: its sockets need nothing more.
      silence: () => Promise.resolve(undefined),
      speak: () => Promise.resolve(undefined),
      leave: () => Promise.resolve(),
    }),
  prepareToClose: () => undefined,
  close: () => Promise.resolve(),
};
