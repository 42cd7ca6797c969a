import type {
  GetRandomPasswordRequest,
  GetRandomPasswordResponse,
} from '@aws-sdk/client-secrets-manager';
import { withCryptography, type KeyCryptography } from '../kms/cryptography.ts';
import type { Operation, Plain } from '../operation.ts';
import { invalidParameter } from './errors.ts';

const usualLength = 32;

/** "GetRandomPassword" (API Reference): the characters of each type. */
const punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';
const lower = 'abcdefghijklmnopqrstuvwxyz';
const digits = '0123456789';

/** The types that a request includes, each without the characters that it excludes. */
const includedTypes = (input: Plain<GetRandomPasswordRequest>): readonly string[] => {
  const excluded = new Set(input.ExcludeCharacters ?? '');
  const types: readonly (readonly [string, boolean | undefined])[] = [
    [lower, input.ExcludeLowercase],
    [lower.toUpperCase(), input.ExcludeUppercase],
    [digits, input.ExcludeNumbers],
    [punctuation, input.ExcludePunctuation],
    [' ', input.IncludeSpace !== true],
  ];
  return types
    .filter(([, isExcluded]) => isExcluded !== true)
    .map(([letters]) =>
      letters
        .split('')
        .filter((letter) => !excluded.has(letter))
        .join(''),
    )
    .filter((letters) => letters !== '');
};

/** A number below `limit`, each as likely as the others: bytes that would favour some are passed over. */
const below = (cryptography: KeyCryptography, limit: number): number => {
  const fair = 65_536 - (65_536 % limit);
  for (;;) {
    const [high = 0, low = 0] = cryptography.random(2);
    const value = high * 256 + low;
    if (value < fair) return value % limit;
  }
};

const shuffled = (cryptography: KeyCryptography, letters: readonly string[]): string => {
  const rest = [...letters];
  let text = '';
  while (rest.length > 0) text += rest.splice(below(cryptography, rest.length), 1).join('');
  return text;
};

/** GetRandomPassword: of the host's randomness; with one of each type unless the request does not want that. */
export const getRandomPassword: Operation<GetRandomPasswordRequest, GetRandomPasswordResponse> = (
  tx,
  input,
) =>
  withCryptography(tx, (cryptography) => {
    const types = includedTypes(input);
    const { PasswordLength: length = usualLength } = input;
    const letters = types.join('');
    if (letters === '') {
      return invalidParameter('No characters are left for the password: all types are excluded.');
    }
    const required = input.RequireEachIncludedType === false ? [] : types;
    if (length < required.length) {
      return invalidParameter('Password length is too short based on the required types.');
    }
    const pick = (from: string): string => from[below(cryptography, from.length)] ?? '';
    const rest = Array.from({ length: length - required.length }, () => pick(letters));
    return { RandomPassword: shuffled(cryptography, [...required.map(pick), ...rest]) };
  });
