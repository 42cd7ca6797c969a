import { hashHex } from '../../atlas/hash.ts';
import type { Tx } from '../../world/transaction.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** A letter and twenty capitals and digits: `Z...` for hosted zones, `C...` for changes. */
export const newRoute53Id = (tx: Tx, prefix: 'Z' | 'C'): string => {
  const stream = tx.random(`route53/ids/${prefix}`);
  let id = `${prefix}0`;
  while (id.length < 21) id += letters[stream.below(letters.length)] ?? '';
  return id;
};

/** A health check's id: a random UUID. */
export const newHealthCheckId = (tx: Tx): string => {
  const hex = tx.random('route53/ids/health-check').hex(32);
  const variant = '89ab'[Number.parseInt(hex[16] ?? '0', 16) % 4] ?? '8';
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
};

/** An id as requests carry it: alone, or after the path that answers put before it (`/hostedzone/Z...`). */
export const bareId = (id: string): string => id.slice(id.lastIndexOf('/') + 1);

/**
 * The four name servers of a hosted zone: one in each of AWS's four name server domains, of 512 each, whose
 * second label is an eighth of the number within its domain.
 */
export const nameServersOf = (hostedZoneId: string): readonly string[] =>
  ['com', 'net', 'org', 'co.uk'].map((domain, quarter) => {
    const within = Number.parseInt(hashHex(8, hostedZoneId, domain), 16) % 512;
    const label = String(Math.floor(within / 8)).padStart(2, '0');
    return `ns-${quarter * 512 + within}.awsdns-${label}.${domain}`;
  });
