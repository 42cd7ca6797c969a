import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import { invalidParameterValue } from '../errors.ts';
import { checkUserData } from './user-data.ts';

/** "User data is limited to 16 KB, in raw form, before it is base64-encoded" (User Guide). */
const maxUserDataBytes = 16_384;

const base64Form = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/** The bytes of base64 text; undefined when it is none. */
export const bytesOfBase64 = (text: string): Uint8Array | undefined => {
  const packed = text.replaceAll(/\s/g, '');
  if (!base64Form.test(packed)) return undefined;
  return Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
};

/** Base64 of bytes. */
export const base64OfBytes = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));

/**
 * Checks user data as a request carries it and gives it back; undefined when there is none. Errors:
 * InvalidUserData.Malformed when it is not base64 or asks for what Faultline does not do, InvalidParameterValue when
 * it is too long.
 */
export const decodeUserData = (base64: string | undefined): string | undefined | DomainError => {
  if (base64 === undefined || base64 === '') return undefined;
  const bytes = bytesOfBase64(base64);
  if (bytes === undefined) {
    return new DomainError('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data.');
  }
  if (bytes.length > maxUserDataBytes) {
    return invalidParameterValue(`User data is limited to ${maxUserDataBytes} bytes`);
  }
  const refusal = checkUserData(bytes);
  return isDomainError(refusal) ? refusal : base64;
};
