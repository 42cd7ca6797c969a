import { STS } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { awsClients, refusalOf } from '../../support/aws-clients.ts';
import type { Running } from '../../support/faultline-process.ts';

const account = '222233334447';
const issuer = 'oidc.example/id/1';
const samlArn = `arn:aws:iam::${account}:saml-provider/office`;

const trust = (provider: string, Action: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Federated: provider }, Action }],
  });

const part = (value: object): string =>
  Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');

const idToken = (exp: number): string =>
  `${part({ alg: 'none' })}.${part({ iss: `https://${issuer}`, sub: 'pod', aud: ['sts.amazonaws.com'], exp })}.c2ln`;

const attribute = (name: string, value: string): string =>
  `<Attribute Name="https://aws.amazon.com/SAML/Attributes/${name}"><AttributeValue>${value}</AttributeValue></Attribute>`;

const samlResponse = (role: string): string =>
  Buffer.from(
    `<Response><Assertion><Issuer>https://idp.example</Issuer><Subject><NameID>ann</NameID>
    <SubjectConfirmation><SubjectConfirmationData NotOnOrAfter="2133-01-02T03:04:05Z" Recipient="https://signin.aws.amazon.com/saml"/></SubjectConfirmation></Subject>
    <AttributeStatement>${attribute('Role', `${role},${samlArn}`)}${attribute('RoleSessionName', 'ann')}</AttributeStatement></Assertion></Response>`,
    'utf8',
  ).toString('base64');

/** Sessions of whom identity providers, accounts and users vouch for. */
export const walkSessions = (world: () => Running): void => {
  const aws = () => awsClients(world().endpoint, { accessKeyId: account });

  describe('sessions', () => {
    it('of whom an OpenID Connect provider vouches for, unsigned', async () => {
      const { OpenIDConnectProviderArn: provider = '' } =
        await aws().iam.createOpenIDConnectProvider({
          Url: `https://${issuer}`,
          ClientIDList: ['sts.amazonaws.com'],
        });
      const { Role } = await aws().iam.createRole({
        RoleName: 'pod',
        AssumeRolePolicyDocument: trust(provider, 'sts:AssumeRoleWithWebIdentity'),
      });
      const input = { RoleArn: Role?.Arn, RoleSessionName: 'web' };
      const answer = await aws().sts.assumeRoleWithWebIdentity({
        ...input,
        WebIdentityToken: idToken(4_102_444_800),
      });
      expect(answer).toMatchObject({
        AssumedRoleUser: { Arn: `arn:aws:sts::${account}:assumed-role/pod/web` },
        SubjectFromWebIdentityToken: 'pod',
      });
      const expired = { ...input, WebIdentityToken: idToken(17) };
      expect(await refusalOf(aws().sts.assumeRoleWithWebIdentity(expired))).toMatchObject({
        code: 'ExpiredTokenException',
        status: 400,
      });
      await aws().iam.deleteRole({ RoleName: 'pod' });
      await aws().iam.deleteOpenIDConnectProvider({ OpenIDConnectProviderArn: provider });
    });

    it('of whom a SAML provider vouches for, unsigned', async () => {
      await aws().iam.createSAMLProvider({
        Name: 'office',
        SAMLMetadataDocument: `<EntityDescriptor entityID="https://idp.example"/>${' '.repeat(1000)}`,
      });
      const { Role } = await aws().iam.createRole({
        RoleName: 'office',
        AssumeRolePolicyDocument: trust(samlArn, 'sts:AssumeRoleWithSAML'),
      });
      const RoleArn = Role?.Arn ?? '';
      const answer = await aws().sts.assumeRoleWithSAML({
        RoleArn,
        PrincipalArn: samlArn,
        SAMLAssertion: samlResponse(RoleArn),
      });
      expect(answer).toMatchObject({
        AssumedRoleUser: { Arn: `arn:aws:sts::${account}:assumed-role/office/ann` },
        Issuer: 'https://idp.example',
      });
      await aws().iam.deleteRole({ RoleName: 'office' });
      await aws().iam.deleteSAMLProvider({ SAMLProviderArn: samlArn });
    });

    it('of somebody whom a user vouches for', async () => {
      await aws().iam.createUser({ UserName: 'gate' });
      const { AccessKey } = await aws().iam.createAccessKey({ UserName: 'gate' });
      const { AccessKeyId = '' } = AccessKey ?? {};
      const gate = awsClients(world().endpoint, { accessKeyId: AccessKeyId }).sts;
      const { Credentials: given } = await gate.getFederationToken({
        Name: 'guest',
        DurationSeconds: 129_600,
      });
      const guest = new STS({
        endpoint: world().endpoint,
        region: 'us-east-1',
        credentials: {
          accessKeyId: given?.AccessKeyId ?? '',
          secretAccessKey: given?.SecretAccessKey ?? '',
          sessionToken: given?.SessionToken ?? '',
        },
      });
      expect(await guest.getCallerIdentity({})).toMatchObject({
        UserId: `${account}:guest`,
        Arn: `arn:aws:sts::${account}:federated-user/guest`,
      });
      expect(await aws().sts.getAccessKeyInfo({ AccessKeyId })).toMatchObject({ Account: account });
      await aws().iam.deleteAccessKey({ UserName: 'gate', AccessKeyId });
      await aws().iam.deleteUser({ UserName: 'gate' });
    });
  });
};
