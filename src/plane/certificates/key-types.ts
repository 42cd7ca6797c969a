import { generateKeyPair, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { KeyAlgorithm } from '@aws-sdk/client-acm';

/** A new pair of keys. */
export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** ACM's names of elliptic curves are OpenSSL's with a beginning of its own. */
const curvePrefix = 'EC_';

const curves: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

const rsaBits: ReadonlySet<number> = new Set([1024, 2048, 3072, 4096]);

/** What ACM calls the kind of a key; undefined when it takes none of that kind ("Prerequisites for importing", ACM User Guide). */
export const algorithmOf = (key: KeyObject): KeyAlgorithm | undefined => {
  const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa' && rsaBits.has(modulusLength)) {
    // The lengths in the set are those that ACM has a name for.
    return `RSA_${modulusLength}` as KeyAlgorithm;
  }
  return key.asymmetricKeyType === 'ec' && curves.has(namedCurve)
    ? // So are the curves.
      (`${curvePrefix}${namedCurve}` as KeyAlgorithm)
    : undefined;
};

const newRsaPair = promisify(generateKeyPair);

/** How long RSA keys are unless somebody asks for others. */
const usualBits = 2048;

/**
 * Makes keys. An RSA key takes the processor for a tenth of a second, so that one of the usual length is made ahead, on
 * another thread, from the first moment that certificates are spoken of.
 */
export class KeyPairs {
  #ahead: KeyPair | undefined;
  #isMaking = false;

  constructor() {
    this.#makeAhead();
  }

  take(algorithm: KeyAlgorithm): KeyPair {
    if (algorithm.startsWith(curvePrefix)) {
      return generateKeyPairSync('ec', { namedCurve: algorithm.slice(curvePrefix.length) });
    }
    const modulusLength = Number(algorithm.slice('RSA_'.length));
    const ready = modulusLength === usualBits ? this.#ahead : undefined;
    if (ready === undefined) return generateKeyPairSync('rsa', { modulusLength });
    this.#ahead = undefined;
    this.#makeAhead();
    return ready;
  }

  #makeAhead(): void {
    if (this.#isMaking) return;
    this.#isMaking = true;
    newRsaPair('rsa', { modulusLength: usualBits }).then(
      (pair) => {
        this.#ahead = pair;
        this.#isMaking = false;
      },
      () => {
        // Whoever needs a key makes it then, and meets the error if there is one.
        this.#isMaking = false;
      },
    );
  }
}
