import type { DomainError } from '../../world/domain-error.ts';
import { isDomainError } from '../../world/domain-error.ts';
import type { VirtualClock } from '../../world/clock.ts';
import type { Extension } from '../../world/rules.ts';
import { createTestWorld } from '../../world/test-world.ts';
import type { World } from '../../world/world.ts';
import { execute } from '../execute.ts';
import { rulesOf } from '../loaded-services.ts';
import type { Service } from '../operation.ts';
import { route53 } from '../route53/service.ts';
import type {
  CertificateContents,
  CertificateMaker,
  CertificateMaterial,
} from '../shared/certificate-maker.ts';
import { acmWith } from './service.ts';

/** What a certificate of tests says; it is written into the text that stands for its PEM. */
const contents = (more: Partial<CertificateContents> = {}): CertificateContents => ({
  domains: ['example.com'],
  subject: 'CN=example.com',
  commonName: 'example.com',
  issuer: 'Tests',
  serial: '01:02',
  notBefore: 0,
  notAfter: 4_000_000_000_000,
  keyAlgorithm: 'RSA_2048',
  signatureAlgorithm: 'SHA256WITHRSA',
  keyUsages: ['DIGITAL_SIGNATURE'],
  extendedKeyUsages: [{ name: 'TLS_WEB_SERVER_AUTHENTICATION', oid: '1.3.6.1.5.5.7.3.1' }],
  ...more,
});

const material = (of: CertificateContents): CertificateMaterial => ({
  certificate: JSON.stringify(of),
  chain: null,
  privateKey: 'key',
  contents: of,
});

/** A maker without cryptography: what it reads is what `contents` says, as JSON. */
const modelledMaker: CertificateMaker = {
  read: (certificate) => {
    const text = String.fromCharCode(...certificate);
    return text.startsWith('{')
      ? // Tests write their certificates so.
        material(JSON.parse(text) as CertificateContents)
      : { problem: 'certificate-unreadable' };
  },
  newAuthority: (name) => ({ chain: name, privateKey: 'key of the authority' }),
  issue: ({ chain }, { domains, keyAlgorithm, notBefore, notAfter }) => ({
    ...material(contents({ domains, keyAlgorithm, notBefore, notAfter })),
    chain,
  }),
};

/** A certificate as `ImportCertificate` takes it in these worlds. */
export const asPem = (more: Partial<CertificateContents> = {}): Uint8Array =>
  Uint8Array.from(JSON.stringify(contents(more)), (letter) => letter.charCodeAt(0));

type Output = Readonly<Record<string, unknown>>;

/** A world with Certificate Manager and Route 53, for tests. */
export interface CertificateWorld {
  readonly world: World;
  readonly clock: VirtualClock;
  call(operation: string, input?: Output, account?: string, region?: string): Output;
  fail(operation: string, input?: Output, account?: string): DomainError;
  /** Makes a hosted zone and puts a record into it. */
  putRecord(zone: string, name: string, value: string, account?: string): void;
}

export const me = '111122223333';

/** Opens such a world. */
export const createCertificateWorld = async (
  given: readonly Extension[] = [],
): Promise<CertificateWorld> => {
  const acm: Service = acmWith(modelledMaker);
  const users: Service = { ...acm, name: 'users', timers: {}, operations: {}, extends: given };
  const { world, clock } = await createTestWorld({ rules: rulesOf([route53, acm, users]) });
  const run = (
    service: Service,
    operation: string,
    input: Output,
    account: string,
    region: string,
  ): unknown => execute(world, { service, operation, region, account, input }).output;
  const answered = (output: unknown): Output => {
    if (isDomainError(output)) throw new Error(`${output.code}: ${output.message}`);
    // Every operation of these services answers an object.
    return output as Output;
  };
  return {
    world,
    clock,
    call: (operation, input = {}, account = me, region = 'us-east-1') =>
      answered(run(acm, operation, input, account, region)),
    fail: (operation, input = {}, account = me) => {
      const output = run(acm, operation, input, account, 'us-east-1');
      if (isDomainError(output)) return output;
      throw new Error(`Expected an error, got ${JSON.stringify(output)}.`);
    },
    putRecord: (zone, name, value, account = me) => {
      const made = answered(
        run(
          route53,
          'CreateHostedZone',
          { Name: zone, CallerReference: `${zone} ${name}` },
          account,
          'us-east-1',
        ),
      );
      // CreateHostedZone answers the zone that it made.
      const { Id } = made['HostedZone'] as { readonly Id: string };
      answered(
        run(
          route53,
          'ChangeResourceRecordSets',
          {
            HostedZoneId: Id.replace('/hostedzone/', ''),
            ChangeBatch: {
              Changes: [
                {
                  Action: 'CREATE',
                  ResourceRecordSet: {
                    Name: name,
                    Type: 'CNAME',
                    TTL: 60,
                    ResourceRecords: [{ Value: value }],
                  },
                },
              ],
            },
          },
          account,
          'us-east-1',
        ),
      );
    },
  };
};
