import { hashHex } from '../../atlas/hash.ts';
import type { View } from '../../world/transaction.ts';

/** "Block tokens ... expire after seven days" ("Use EBS direct APIs to read snapshots", Amazon EBS User Guide). */
export const blockTokenMs = 7 * 24 * 3_600_000;

/** "Page tokens are valid for 60 minutes" ("EBS direct APIs FAQ", Amazon EBS User Guide). */
const pageTokenMs = 60 * 60_000;

const timeDigits = 12;
const indexDigits = 8;
const sealDigits = 40;

/** What tells this world's tokens from others: it follows from the world's seed, and guards nothing. */
const seal = (view: View, ...parts: readonly (string | number)[]): string =>
  hashHex(sealDigits, 'ebs-token', view.seed, view.shard, ...parts);

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** The token by which a block can be read until a moment of world time. */
export const blockToken = (
  view: View,
  snapshotId: string,
  index: number,
  expiresAt: number,
): string =>
  `AAABA${hex(expiresAt, timeDigits)}${seal(view, 'block', snapshotId, index, expiresAt)}`;

/** Whether a token was given for this block and has not expired. */
export const isBlockToken = (
  view: View,
  snapshotId: string,
  index: number,
  token: string,
): boolean => {
  const expiresAt = Number.parseInt(token.slice(5, 5 + timeDigits), 16);
  return (
    Number.isSafeInteger(expiresAt) &&
    expiresAt > view.now &&
    token === blockToken(view, snapshotId, index, expiresAt)
  );
};

/** The token that asks for the page that begins with a block; `list` says which list it is of. */
export const pageToken = (view: View, list: string, fromIndex: number): string =>
  pageTokenUntil(view, list, fromIndex, view.now + pageTokenMs);

const pageTokenUntil = (view: View, list: string, fromIndex: number, expiresAt: number): string =>
  `AAADP${hex(expiresAt, timeDigits)}${hex(fromIndex, indexDigits)}${seal(view, 'page', list, fromIndex, expiresAt)}`;

/** The block that the page of a token begins with; undefined when it is no token of this list or has expired. */
export const pageStart = (view: View, list: string, token: string): number | undefined => {
  const expiresAt = Number.parseInt(token.slice(5, 5 + timeDigits), 16);
  const fromIndex = Number.parseInt(token.slice(5 + timeDigits, 5 + timeDigits + indexDigits), 16);
  const isGood =
    Number.isSafeInteger(expiresAt) &&
    Number.isSafeInteger(fromIndex) &&
    expiresAt > view.now &&
    token === pageTokenUntil(view, list, fromIndex, expiresAt);
  return isGood ? fromIndex : undefined;
};
