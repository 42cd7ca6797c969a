const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/**
 * A text as tokens carry it: base64url of its percent-encoding, after a letter that tells our tokens from strangers'.
 */
export const opaqueText = (plain: string): string => {
  const text = encodeURIComponent(plain);
  let bits = 0;
  let value = 0;
  let token = 'f';
  for (let i = 0; i < text.length; i++) {
    value = (value << 8) | text.charCodeAt(i);
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      token += alphabet[(value >> bits) & 63] ?? '';
    }
    value &= (1 << bits) - 1;
  }
  return bits === 0 ? token : token + (alphabet[(value << (6 - bits)) & 63] ?? '');
};

/** The text that `opaqueText` made a token of; undefined when it is a stranger's token. */
export const fromOpaqueText = (token: string): string | undefined => {
  if (!/^f[\w-]{1,4096}$/.test(token)) return undefined;
  let bits = 0;
  let value = 0;
  let text = '';
  for (const letter of token.slice(1)) {
    value = (value << 6) | alphabet.indexOf(letter);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      text += String.fromCharCode((value >> bits) & 255);
      value &= (1 << bits) - 1;
    }
  }
  try {
    return decodeURIComponent(text);
  } catch {
    // What does not decode is not one of ours: the caller answers the service's own error.
    return undefined;
  }
};
