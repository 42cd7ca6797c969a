import type { Host } from '../../aws/host.ts';

/** What services take from this machine. */
export const nodeHost: Host = {
  keys: async () => (await import('./key-maker.ts')).nodeKeyMaker,
};
