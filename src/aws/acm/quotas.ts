import type { View } from '../../world/transaction.ts';
import { quotasOf, quotaValue } from '../shared/quotas.ts';

/** "Quotas", AWS Certificate Manager User Guide. */
const quotas = {
  certificatesPerRegion: 2500,
  importedPerRegion: 2500,
  domainsPerCertificate: 10,
} as const;

/** Codes and names as Service Quotas lists them. */
export const raisableQuotas = quotasOf('acm', quotas, {
  certificatesPerRegion: ['L-F141DD1D', 'ACM certificates'],
  domainsPerCertificate: ['L-FB94F0B0', 'Domain names per ACM certificate'],
  importedPerRegion: ['L-D2CB7DE9', 'Imported certificates'],
});

/** How many the account may have now. */
export const quotaIn = (view: View, name: keyof typeof raisableQuotas): number =>
  quotaValue(view, raisableQuotas[name]);

/** How long a public certificate of ACM is valid ("Managed certificate renewal", ACM User Guide; 200 days are the most that browsers take). */
export const validForDays = 198;

/** "ACM makes repeated attempts to validate a certificate for 72 hours and then times out" (CertificateDetail, API Reference). */
export const validationTimeoutMs = 72 * 3_600_000;

/** "Idempotency tokens time out after one hour" (RequestCertificate, API Reference). */
export const tokenValidMs = 3_600_000;
