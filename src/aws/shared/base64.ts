/** How many bytes become letters at once: a call takes only so many arguments. */
const chunkBytes = 8192;

/** Bytes as base64: the journal holds no bytes as they are. */
export const toBase64 = (bytes: Uint8Array): string => {
  let letters = '';
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    letters += String.fromCharCode(...bytes.subarray(at, at + chunkBytes));
  }
  return btoa(letters);
};

/** The bytes of base64 that `toBase64` made. */
export const fromBase64 = (text: string): Uint8Array =>
  Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
