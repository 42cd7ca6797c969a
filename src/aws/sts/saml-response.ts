import type { DomainError } from '../../world/domain-error.ts';
import { msOfIsoText } from '../shared/utc-text.ts';
import { invalidIdentityToken, rejectedClaim } from './errors.ts';

/** What a response of SAML 2.0 says of somebody. Moments are milliseconds since 1970. */
export interface SamlAssertion {
  readonly issuer: string;
  readonly subject: string;
  /** The format of the subject, without the part that all of them share. */
  readonly subjectType: string;
  /** Where the response was to go. */
  readonly recipient: string;
  /** When it has to be used; undefined where it does not say. */
  readonly notOnOrAfter: number | undefined;
  /** When the session at the provider ends; undefined where it does not say. */
  readonly sessionEndsAt: number | undefined;
  /** Values of attributes by name. */
  readonly attributes: ReadonlyMap<string, readonly string[]>;
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  apos: "'",
  gt: '>',
  lt: '<',
  quot: '"',
};

const plainText = (text: string): string =>
  text.replaceAll(/&(\w+);/g, (whole, name: string) => entities[name] ?? whole).trim();

/** One element: its own attributes and what it holds. */
interface Element {
  readonly head: string;
  readonly body: string;
}

/** Elements of a local name, whatever prefix the document gives them; none of those looked for holds one of its own name. */
const elementsOf = (xml: string, name: string): readonly Element[] =>
  Array.from(
    xml.matchAll(
      new RegExp(`<(?:[\\w-]+:)?${name}(\\s[^>]*?)?(?:/>|>(.*?)</(?:[\\w-]+:)?${name}\\s*>)`, 'gs'),
    ),
    ([, head = '', body = '']) => ({ head, body }),
  );

const attributeOf = (element: Element | undefined, name: string): string | undefined => {
  const found = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(element?.head ?? '');
  return found === null ? undefined : plainText(found[1] ?? found[2] ?? '');
};

const decoded = (assertion: string): string | undefined => {
  try {
    const bytes = Uint8Array.from(atob(assertion), (letter) => letter.charCodeAt(0));
    return new TextDecoder().decode(bytes);
  } catch {
    // What is no base64 is answered as InvalidIdentityToken below.
    return undefined;
  }
};

const momentOf = (element: Element | undefined, name: string): number | undefined =>
  msOfIsoText(attributeOf(element, name) ?? '');

const attributesOf = (assertion: string): ReadonlyMap<string, readonly string[]> =>
  new Map(
    elementsOf(assertion, 'Attribute').map((attribute) => [
      attributeOf(attribute, 'Name') ?? '',
      elementsOf(attribute.body, 'AttributeValue').map(({ body }) => plainText(body)),
    ]),
  );

const formats = 'urn:oasis:names:tc:SAML:2.0:nameid-format:';

/** Reads a response. Its signature is not verified. */
export const readSamlResponse = (text: string): SamlAssertion | DomainError => {
  const xml = decoded(text);
  if (xml === undefined) return invalidIdentityToken('Invalid base64 SAMLResponse');
  const [status] = elementsOf(xml, 'StatusCode');
  const code = attributeOf(status, 'Value') ?? 'urn:oasis:names:tc:SAML:2.0:status:Success';
  if (!code.endsWith(':Success')) {
    return rejectedClaim(`The identity provider answered ${code}.`);
  }
  const [assertion] = elementsOf(xml, 'Assertion');
  const [issuer] = elementsOf(assertion?.body ?? '', 'Issuer');
  const [subject] = elementsOf(assertion?.body ?? '', 'NameID');
  if (assertion === undefined || issuer === undefined || subject === undefined) {
    return invalidIdentityToken('Your request included an invalid SAML response.');
  }
  const [confirmation] = elementsOf(assertion.body, 'SubjectConfirmationData');
  const [statement] = elementsOf(assertion.body, 'AuthnStatement');
  return {
    issuer: plainText(issuer.body),
    subject: plainText(subject.body),
    subjectType: (attributeOf(subject, 'Format') ?? 'unspecified').replace(formats, ''),
    recipient: attributeOf(confirmation, 'Recipient') ?? '',
    notOnOrAfter: momentOf(confirmation, 'NotOnOrAfter'),
    sessionEndsAt: momentOf(statement, 'SessionNotOnOrAfter'),
    attributes: attributesOf(assertion.body),
  };
};
