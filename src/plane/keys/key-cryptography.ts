import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import type { KeyCryptography } from '../../aws/kms/cryptography.ts';

const algorithm = 'aes-256-gcm';

/** Bytes of a nonce and of a tag (NIST SP 800-38D). */
const nonceBytes = 12;
const tagBytes = 16;

/** AES-GCM, HMACs and randomness of this host. */
export const nodeCryptography: KeyCryptography = {
  random: (count) => randomBytes(count),
  seal: (key, plaintext, associated) => {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, key, nonce).setAAD(associated);
    const encrypted = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    return Buffer.concat([nonce, encrypted, cipher.getAuthTag()]);
  },
  open: (key, sealed, associated) => {
    if (sealed.length < nonceBytes + tagBytes) return undefined;
    const end = sealed.length - tagBytes;
    const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceBytes), {
      authTagLength: tagBytes,
    })
      .setAAD(associated)
      .setAuthTag(sealed.subarray(end));
    const decrypted = decipher.update(sealed.subarray(nonceBytes, end));
    try {
      return Buffer.concat([decrypted, decipher.final()]);
    } catch {
      // Node.js throws when the tag does not fit: the key, the context or the ciphertext is another.
      return undefined;
    }
  },
  hmac: (hash, key, message) => createHmac(hash, key).update(message).digest(),
};
