import { noAccount } from '../../world/entity.ts';
import type { Timer, Tx } from '../../world/transaction.ts';
import type { Service } from '../operation.ts';
import type { Authority, CertificateMaker } from '../shared/certificate-maker.ts';
import { isProven } from './domain-proofs.ts';
import { Certificates, RegionAuthorities, type Certificate } from './entities.ts';
import { validationTimeoutMs, validForDays } from './quotas.ts';

const lookKind = 'acm/look-for-records';

const dayMs = 24 * 3_600_000;

/** How long an authority signs; each certificate ends before it. */
const authorityDays = 10 * 365;

/** The first look comes soon: programs ask for a certificate and make its records in one go. AWS says "within minutes". */
const firstLookMs = 20_000;

/** Looks come each minute for an hour, then each ten minutes. AWS publishes no figure. */
const nextLookMs = (ageMs: number): number => (ageMs < 3_600_000 ? 60_000 : 600_000);

const timerId = (arn: string): string => `${lookKind}/${arn}`;

const lookAt = (tx: Tx, arn: string, at: number): void =>
  tx.setTimer({ id: timerId(arn), at, kind: lookKind, payload: arn });

/** Begins to look for the records that prove the names of a certificate. */
export const beginLooking = (tx: Tx, arn: string): void => lookAt(tx, arn, tx.now + firstLookMs);

/** A certificate that goes is looked after no more. */
export const stopLooking = (tx: Tx, arn: string): void => tx.cancelTimer(timerId(arn));

/** Validity runs in whole days of UTC, as in ACM's certificates. */
const startOfDay = (now: number): number => now - (now % dayMs);

const endOf = (notBefore: number, days: number): number => notBefore + days * dayMs - 1000;

const authorityOf = (tx: Tx, maker: CertificateMaker, notAfter: number): Authority => {
  const own = tx.forAccount(noAccount);
  const known = own.get(RegionAuthorities, tx.shard);
  if (known !== undefined && known.notAfter >= notAfter) return known;
  // A day earlier than what it signs.
  const notBefore = startOfDay(tx.now) - dayMs;
  const end = endOf(notBefore, authorityDays);
  const made = maker.newAuthority(`Faultline ${tx.shard} CA`, notBefore, end);
  own.put(RegionAuthorities, { id: tx.shard, notAfter: end, ...made });
  return made;
};

const issue = (tx: Tx, maker: CertificateMaker, certificate: Certificate): void => {
  const notBefore = startOfDay(tx.now);
  const notAfter = endOf(notBefore, validForDays);
  const { domains, keyAlgorithm } = certificate;
  const authority = authorityOf(tx, maker, notAfter);
  tx.put(Certificates, {
    ...certificate,
    state: 'there',
    issuedAt: tx.now,
    material: maker.issue(authority, { domains, keyAlgorithm, notBefore, notAfter }),
  });
};

/** What is there of the proofs, and what follows from it: the certificate, another look, or the end of waiting. */
const look =
  (maker: CertificateMaker) =>
  (tx: Tx, timer: Timer): void => {
    const before = tx.get(Certificates, typeof timer.payload === 'string' ? timer.payload : '');
    if (before?.state !== 'waiting') return;
    const ageMs = tx.now - before.createdAt;
    const again = Math.min(tx.now + nextLookMs(ageMs), before.createdAt + validationTimeoutMs);
    if (!tx.conditions.controlPlaneWorks(tx.shard, 'acm')) {
      lookAt(tx, before.id, Math.max(again, tx.now + 60_000));
      return;
    }
    const proofs = before.proofs.map((proof) =>
      proof.provenAt === null && isProven(tx, proof) ? { ...proof, provenAt: tx.now } : proof,
    );
    const certificate: Certificate = { ...before, proofs };
    if (proofs.every(({ provenAt }) => provenAt !== null)) issue(tx, maker, certificate);
    else if (ageMs >= validationTimeoutMs)
      tx.put(Certificates, { ...certificate, state: 'given up' });
    else {
      if (proofs.some((proof, at) => proof !== before.proofs[at]))
        tx.put(Certificates, certificate);
      lookAt(tx, before.id, again);
    }
  };

/** The timers of requested certificates. */
export const certificateTimers = (maker: CertificateMaker): NonNullable<Service['timers']> => ({
  [lookKind]: look(maker),
});
