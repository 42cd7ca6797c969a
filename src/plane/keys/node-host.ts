import type { Host } from '../../aws/host.ts';

/** What services take from this machine. */
export const nodeHost: Host = {
  certificates: async () =>
    (await import('../certificates/certificate-maker.ts')).createCertificateMaker(),
  cryptography: async () => (await import('./key-cryptography.ts')).nodeCryptography,
  keys: async () => (await import('./key-maker.ts')).nodeKeyMaker,
};
