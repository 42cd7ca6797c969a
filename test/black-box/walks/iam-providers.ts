import { describe, expect, it } from 'vitest';
import { createCertificateMaker } from '../../../src/plane/certificates/certificate-maker.ts';
import { awsClients, given, refusalOf } from '../../support/aws-clients.ts';
import type { Running } from '../../support/faultline-process.ts';

const account = '222233334445';
const Tags = [{ Key: 'team', Value: 'shop' }];

/** What an account has in IAM beside users and roles. */
export const walkIamProviders = (world: () => Running): void => {
  const iam = () => awsClients(world().endpoint, { accessKeyId: account }).iam;

  describe('an account', () => {
    it('trusts an OpenID Connect provider', async () => {
      const { OpenIDConnectProviderArn } = await iam().createOpenIDConnectProvider({
        Url: 'https://token.actions.githubusercontent.com',
        ClientIDList: ['sts.amazonaws.com'],
        ThumbprintList: ['6938fd4d98bab03faadb97b34396831e3780aea1'],
      });
      const arn = { OpenIDConnectProviderArn };
      await iam().addClientIDToOpenIDConnectProvider({ ...arn, ClientID: 'shop' });
      await iam().removeClientIDFromOpenIDConnectProvider({ ...arn, ClientID: 'shop' });
      await iam().updateOpenIDConnectProviderThumbprint({
        ...arn,
        ThumbprintList: ['1c58a3a8518e8759bf075b76b750d4f2df264fcd'],
      });
      await iam().tagOpenIDConnectProvider({ ...arn, Tags });
      expect((await iam().listOpenIDConnectProviderTags(arn)).Tags).toEqual(Tags);
      await iam().untagOpenIDConnectProvider({ ...arn, TagKeys: ['team'] });
      expect(await iam().getOpenIDConnectProvider(arn)).toMatchObject({
        Url: 'token.actions.githubusercontent.com',
        ClientIDList: ['sts.amazonaws.com'],
        ThumbprintList: ['1c58a3a8518e8759bf075b76b750d4f2df264fcd'],
      });
      const { OpenIDConnectProviderList } = await iam().listOpenIDConnectProviders({});
      expect(OpenIDConnectProviderList).toHaveLength(1);
      await iam().deleteOpenIDConnectProvider(arn);
    });

    it('trusts a SAML provider', async () => {
      const SAMLMetadataDocument = `<EntityDescriptor entityID="https://idp.example" validUntil="2033-01-02T03:04:05Z">${' '.repeat(1000)}</EntityDescriptor>`;
      const { SAMLProviderArn } = await iam().createSAMLProvider({
        Name: 'office',
        SAMLMetadataDocument,
      });
      await iam().tagSAMLProvider({ SAMLProviderArn, Tags });
      expect((await iam().listSAMLProviderTags({ SAMLProviderArn })).Tags).toEqual(Tags);
      await iam().untagSAMLProvider({ SAMLProviderArn, TagKeys: ['team'] });
      await iam().updateSAMLProvider({ SAMLProviderArn, SAMLMetadataDocument });
      expect(await iam().getSAMLProvider({ SAMLProviderArn })).toMatchObject({
        SAMLMetadataDocument,
        ValidUntil: new Date('2033-01-02T03:04:05Z'),
      });
      expect((await iam().listSAMLProviders({})).SAMLProviderList).toHaveLength(1);
      await iam().deleteSAMLProvider({ SAMLProviderArn });
    });

    it('has server certificates', async () => {
      const maker = createCertificateMaker();
      const [notBefore, notAfter] = [Date.now() - 86_400_000, Date.now() + 86_400_000];
      const authority = maker.newAuthority('Our own', notBefore, notAfter);
      const issued = maker.issue(authority, {
        domains: ['example.net'],
        keyAlgorithm: 'RSA_2048',
        notBefore,
        notAfter,
      });
      const upload = {
        ServerCertificateName: 'shop',
        CertificateBody: issued.certificate,
        PrivateKey: issued.privateKey,
      };
      const { ServerCertificateMetadata } = await iam().uploadServerCertificate({
        ...upload,
        CertificateChain: given(issued.chain ?? undefined),
      });
      expect(ServerCertificateMetadata?.Expiration?.getTime()).toBe(notAfter - (notAfter % 1000));
      expect(await refusalOf(iam().uploadServerCertificate(upload))).toMatchObject({
        code: 'EntityAlreadyExistsException',
      });
      const ServerCertificateName = 'web';
      await iam().updateServerCertificate({
        ServerCertificateName: 'shop',
        NewServerCertificateName: ServerCertificateName,
      });
      await iam().tagServerCertificate({ ServerCertificateName, Tags });
      expect((await iam().listServerCertificateTags({ ServerCertificateName })).Tags).toEqual(Tags);
      await iam().untagServerCertificate({ ServerCertificateName, TagKeys: ['team'] });
      const { ServerCertificate } = await iam().getServerCertificate({ ServerCertificateName });
      expect(ServerCertificate?.CertificateBody).toBe(issued.certificate);
      const { ServerCertificateMetadataList } = await iam().listServerCertificates({});
      expect(ServerCertificateMetadataList).toHaveLength(1);
      await iam().deleteServerCertificate({ ServerCertificateName });
      const wrong = { ...upload, PrivateKey: authority.privateKey };
      expect(await refusalOf(iam().uploadServerCertificate(wrong))).toMatchObject({
        code: 'KeyPairMismatchException',
      });
    });

    it('has a name, a password policy and a summary', async () => {
      const AccountAlias = 'walkers';
      await iam().createAccountAlias({ AccountAlias });
      expect((await iam().listAccountAliases({})).AccountAliases).toEqual([AccountAlias]);
      await iam().deleteAccountAlias({ AccountAlias });
      expect(await refusalOf(iam().getAccountPasswordPolicy({}))).toMatchObject({
        code: 'NoSuchEntityException',
      });
      await iam().updateAccountPasswordPolicy({ MinimumPasswordLength: 14, MaxPasswordAge: 90 });
      expect((await iam().getAccountPasswordPolicy({})).PasswordPolicy).toMatchObject({
        MinimumPasswordLength: 14,
        ExpirePasswords: true,
        MaxPasswordAge: 90,
      });
      await iam().deleteAccountPasswordPolicy({});
      expect((await iam().getAccountSummary({})).SummaryMap).toMatchObject({
        Roles: 0,
        UsersQuota: 5000,
      });
    });

    it('may do everything, and tells all that policies are about', async () => {
      const UserName = 'simulated';
      const { User } = await iam().createUser({ UserName });
      await iam().attachUserPolicy({
        UserName,
        PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
      });
      const asked = { ActionNames: ['s3:GetObject', 'ec2:RunInstances'] };
      const { EvaluationResults } = await iam().simulatePrincipalPolicy({
        ...asked,
        PolicySourceArn: given(User?.Arn),
      });
      expect(EvaluationResults?.map(({ EvalDecision }) => EvalDecision)).toEqual([
        'allowed',
        'allowed',
      ]);
      const custom = await iam().simulateCustomPolicy({
        ...asked,
        PolicyInputList: ['{"Version":"2012-10-17","Statement":[]}'],
        ResourceArns: ['arn:aws:s3:::a', 'arn:aws:s3:::b'],
      });
      expect(custom.EvaluationResults).toHaveLength(4);
      const details = await iam().getAccountAuthorizationDetails({});
      expect(details.UserDetailList).toMatchObject([
        { UserName, AttachedManagedPolicies: [{ PolicyName: 'ReadOnlyAccess' }] },
      ]);
      expect(details.Policies).toMatchObject([
        { PolicyName: 'ReadOnlyAccess', AttachmentCount: 1 },
      ]);
      const onlyRoles = await iam().getAccountAuthorizationDetails({ Filter: ['Role'] });
      expect(onlyRoles).toMatchObject({ RoleDetailList: [], UserDetailList: [] });
    });
  });
};
