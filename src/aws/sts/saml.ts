import type { AssumeRoleWithSAMLRequest, AssumeRoleWithSAMLResponse } from '@aws-sdk/client-sts';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import { partitionShard } from '../../world/entity.ts';
import type { Tx } from '../../world/transaction.ts';
import { SamlProviders } from '../iam/entities.ts';
import { roleOfArn } from '../iam/identifiers.ts';
import type { RequestKeys } from '../iam/trust-evaluation.ts';
import type { Operation, Plain } from '../operation.ts';
import { accessDenied, expiredToken, invalidIdentityToken } from './errors.ts';
import {
  actionNotTrusted,
  openRoleSession,
  roleArnFault,
  roleByArn,
  tooLongForRole,
  usualDurationSeconds,
} from './role-sessions.ts';
import { readSamlResponse, type SamlAssertion } from './saml-response.ts';
import { packedPolicySize, passedFault } from './session-policies.ts';

/** "Configure SAML assertions for the authentication response" (IAM User Guide). */
const attributeNames = {
  role: 'https://aws.amazon.com/SAML/Attributes/Role',
  sessionName: 'https://aws.amazon.com/SAML/Attributes/RoleSessionName',
  sourceIdentity: 'https://aws.amazon.com/SAML/Attributes/SourceIdentity',
  tagPrefix: 'https://aws.amazon.com/SAML/Attributes/PrincipalTag:',
} as const;

const firstOf = (assertion: SamlAssertion, name: string): string | undefined =>
  assertion.attributes.get(name)?.[0];

/** The errors of "Troubleshoot SAML federation with IAM" (IAM User Guide), in its words. */
const providerFault = (tx: Tx, arn: string, issuer: string): DomainError | undefined => {
  const [, account = ''] = /^arn:aws:iam::(\d{12}):saml-provider\//.exec(arn) ?? [];
  const provider = tx.elsewhere(partitionShard)?.forAccount(account).get(SamlProviders, arn);
  if (provider === undefined) return invalidIdentityToken("Specified provider doesn't exist");
  const [, entity] = /<(?:\w+:)?EntityDescriptor\b[^>]*\bentityID\s*=\s*["']([^"']*)["']/.exec(
    provider.document,
  ) ?? [undefined, ''];
  return entity === issuer
    ? undefined
    : invalidIdentityToken('Issuer not present in specified provider');
};

const sessionNameFault = (name: string | undefined): DomainError | undefined => {
  if (name === undefined) {
    return invalidIdentityToken('RoleSessionName is required in AuthnResponse');
  }
  return /^[a-zA-Z_0-9+=,.@-]{2,64}$/.test(name)
    ? undefined
    : invalidIdentityToken('RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}');
};

const assertionFault = (
  tx: Tx,
  assertion: SamlAssertion,
  providerArn: string,
): DomainError | undefined => {
  const fault =
    providerFault(tx, providerArn, assertion.issuer) ??
    sessionNameFault(firstOf(assertion, attributeNames.sessionName));
  if (fault !== undefined) return fault;
  return assertion.notOnOrAfter !== undefined && tx.now >= assertion.notOnOrAfter
    ? expiredToken('Token must be redeemed within 5 minutes of issuance')
    : undefined;
};

/** Whether the response offers the role with the provider, in either order. */
const offers = (assertion: SamlAssertion, role: string, provider: string): boolean =>
  (assertion.attributes.get(attributeNames.role) ?? []).some((pair) => {
    const names = pair.split(',').map((name) => name.trim());
    return names.includes(role) && names.includes(provider);
  });

const tagsOf = (assertion: SamlAssertion): readonly { Key: string; Value: string }[] =>
  Array.from(assertion.attributes)
    .filter(([name]) => name.startsWith(attributeNames.tagPrefix))
    .map(([name, [value = '']]) => ({
      Key: name.slice(attributeNames.tagPrefix.length),
      Value: value,
    }));

/** "Available keys for SAML-based AWS STS federation" (IAM User Guide), without those of attributes of eduPerson. */
const requestKeys = (assertion: SamlAssertion, providerArn: string): RequestKeys => {
  const sourceIdentity = firstOf(assertion, attributeNames.sourceIdentity);
  const [, account = '', name = ''] = /::(\d+):saml-provider\/(.+)$/.exec(providerArn) ?? [];
  return {
    'saml:aud': assertion.recipient,
    'saml:iss': assertion.issuer,
    'saml:sub': assertion.subject,
    'saml:sub_type': assertion.subjectType,
    'saml:doc': `${account}/${name}`,
    ...Object.fromEntries(
      tagsOf(assertion).map(({ Key, Value }) => [`aws:requesttag/${Key.toLowerCase()}`, Value]),
    ),
    ...(sourceIdentity === undefined ? {} : { 'sts:sourceidentity': sourceIdentity }),
    'sts:rolesessionname': firstOf(assertion, attributeNames.sessionName) ?? '',
    'aws:securetransport': 'false',
  };
};

/** "whichever is shorter": what is asked for, and the rest of the session at the provider. */
const lengthOf = (
  input: Plain<AssumeRoleWithSAMLRequest>,
  { sessionEndsAt }: SamlAssertion,
  now: number,
): number => {
  const asked = input.DurationSeconds ?? usualDurationSeconds;
  return sessionEndsAt === undefined
    ? asked
    : Math.max(0, Math.min(asked, Math.floor((sessionEndsAt - now) / 1000)));
};

/** AssumeRoleWithSAML: nobody signs it; who calls is whom the response of a SAML provider names. */
export const assumeRoleWithSaml: Operation<
  AssumeRoleWithSAMLRequest,
  AssumeRoleWithSAMLResponse
> = (tx, input) => {
  const { RoleArn: arn = '', PrincipalArn: providerArn = '' } = input;
  const fault = passedFault(input) ?? roleArnFault(arn);
  if (fault !== undefined) return fault;
  const assertion = readSamlResponse(input.SAMLAssertion ?? '');
  if (isDomainError(assertion)) return assertion;
  const tags = tagsOf(assertion);
  const wrong = assertionFault(tx, assertion, providerArn) ?? passedFault({ ...input, Tags: tags });
  if (wrong !== undefined) return wrong;
  const isOffered =
    offers(assertion, arn, providerArn) &&
    providerArn.startsWith(`arn:aws:iam::${roleOfArn(arn)?.account ?? ''}:`);
  const role = isOffered ? roleByArn(tx, arn) : undefined;
  const sourceIdentity = firstOf(assertion, attributeNames.sourceIdentity);
  const refused = actionNotTrusted(
    role,
    { kind: 'federated', provider: providerArn },
    'sts:AssumeRoleWithSAML',
    requestKeys(assertion, providerArn),
    { tags, sourceIdentity },
  );
  if (role === undefined || refused !== undefined) {
    return accessDenied(`Not authorized to perform ${refused ?? 'sts:AssumeRoleWithSAML'}`);
  }
  const tooLong = tooLongForRole(input.DurationSeconds ?? usualDurationSeconds, role);
  if (tooLong !== undefined) return tooLong;
  const sessionName = firstOf(assertion, attributeNames.sessionName) ?? '';
  return {
    ...openRoleSession(tx, role, sessionName, lengthOf(input, assertion, tx.now)),
    Subject: assertion.subject,
    SubjectType: assertion.subjectType,
    Issuer: assertion.issuer,
    Audience: assertion.recipient,
    ...packedPolicySize({ ...input, Tags: tags }),
    ...(sourceIdentity === undefined ? {} : { SourceIdentity: sourceIdentity }),
  };
};
