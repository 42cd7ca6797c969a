import { DomainError } from '../../../world/domain-error.ts';
import { invalidParameterValue } from '../errors.ts';
import { defineExtensionPoint } from '../../../world/rules.ts';
import type { View } from '../../../world/transaction.ts';

/** "User data is limited to 16 KB, in raw form, before it is base64-encoded" (User Guide). */
const maxUserDataBytes = 16_384;

const base64Form = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/** The bytes of base64 text; undefined when it is none. */
export const bytesOfBase64 = (text: string): Uint8Array | undefined => {
  const packed = text.replaceAll(/\s/g, '');
  if (!base64Form.test(packed)) return undefined;
  return Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
};

/** What user data must hold to beyond AWS's own rules, in worlds that are strict about it. */
export const UserDataRules =
  defineExtensionPoint<(bytes: Uint8Array) => DomainError | undefined>('ec2/user-data-rules');

/** Base64 of bytes. */
export const base64OfBytes = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));

/**
 * Checks user data as a request carries it and gives it back; undefined when there is none. Nothing else looks at it before
 * the instance does, as at AWS. Errors: InvalidUserData.Malformed when it is not base64, or when the world is strict and it
 * asks for what is not done here; InvalidParameterValue when it is too long.
 */
export const decodeUserData = (
  view: View,
  base64: string | undefined,
): string | undefined | DomainError => {
  if (base64 === undefined || base64 === '') return undefined;
  const bytes = bytesOfBase64(base64);
  if (bytes === undefined) {
    return new DomainError('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data.');
  }
  if (bytes.length > maxUserDataBytes) {
    return invalidParameterValue(`User data is limited to ${maxUserDataBytes} bytes`);
  }
  for (const rule of view.extensions(UserDataRules).values()) {
    const refusal = rule(bytes);
    if (refusal !== undefined) return refusal;
  }
  return base64;
};
