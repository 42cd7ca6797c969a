/** "Quotas", AWS Certificate Manager User Guide. */
export const quotas = {
  certificatesPerRegion: 2500,
  importedPerRegion: 2500,
  domainsPerCertificate: 10,
} as const;

/** How long a public certificate of ACM is valid ("Managed certificate renewal", ACM User Guide; 200 days are the most that browsers take). */
export const validForDays = 198;

/** "ACM makes repeated attempts to validate a certificate for 72 hours and then times out" (CertificateDetail, API Reference). */
export const validationTimeoutMs = 72 * 3_600_000;

/** "Idempotency tokens time out after one hour" (RequestCertificate, API Reference). */
export const tokenValidMs = 3_600_000;
