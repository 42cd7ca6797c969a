import { NormalizedSchema } from '@smithy/core/schema';
import { services } from '../../src/aws/services.ts';
import { serviceModel } from '../../src/wire/model.ts';
import { caseAccount } from './cases.ts';

interface AnyClient {
  send(command: object): Promise<Record<string, unknown>>;
  destroy(): void;
}
type ClientClass = new (configuration: object) => AnyClient;
type CommandClass = new (input: object) => object;
type Exports = Readonly<Record<string, unknown>>;

/** The AWS SDK for JavaScript names its packages by the service's id: `@aws-sdk/client-route-53`. */
const readPackage = async (scope: string): Promise<Exports> => {
  const { metadata } = await serviceModel(scope);
  const name = metadata.serviceId.toLowerCase().replaceAll(' ', '-');
  return await import(`@aws-sdk/client-${name}`);
};

/** What the package of each service exports, by botocore's name of the service (`elbv2`). */
const packages: ReadonlyMap<string, Exports> = new Map(
  await Promise.all(
    services.map(async ({ name, model }) => [model, await readPackage(name)] as const),
  ),
);

const packageOf = (model: string): Exports => {
  const exports = packages.get(model);
  if (exports === undefined)
    throw new Error(`Faultline has no service that botocore calls ${model}`);
  return exports;
};

/** A client of the AWS SDK for JavaScript against an endpoint; services are named as botocore names them. */
export const javascriptClient = (
  model: string,
  endpoint: string,
  configuration: object = {},
): AnyClient => {
  const found = Object.entries(packageOf(model)).find(
    ([name]) => name.endsWith('Client') && name !== '__Client',
  );
  // The one export of a package whose name ends so is its client class, which takes one configuration object.
  const Client = found?.[1] as ClientClass;
  return new Client({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: caseAccount, secretAccessKey: 'secret' },
    ...configuration,
  });
};

/** The command of an operation, for `javascriptClient(name, ...).send`. */
export const javascriptCommand = (model: string, operation: string, input: object): object => {
  // A package exports a class `<Operation>Command` for each of its operations.
  const Command = packageOf(model)[`${operation}Command`] as CommandClass | undefined;
  if (Command === undefined) throw new Error(`${model} has no ${operation}Command`);
  return new Command(input);
};

/** The SDK's schemas of an operation's input and output. */
export const javascriptSchemas = (
  model: string,
  operation: string,
): { readonly input: NormalizedSchema; readonly output: NormalizedSchema } => {
  // A package exports each operation's schema under its name and a dollar sign.
  const schema = packageOf(model)[`${operation}$`];
  if (!Array.isArray(schema)) throw new Error(`the SDK has no schema of ${operation}`);
  return { input: NormalizedSchema.of(schema[4]), output: NormalizedSchema.of(schema[5]) };
};

/** An answer of a client without its metadata, with moments as milliseconds and without absent members. */
export const plainOutput = (value: unknown): unknown => {
  if (value instanceof Date) return value.getTime();
  if (value instanceof Uint8Array) return value;
  // JSON inside JSON comes as a text that can parse itself.
  if (Object.prototype.toString.call(value) === '[object String]') return String(value);
  if (Array.isArray(value)) return value.map(plainOutput);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, of]) => name !== '$metadata' && of !== undefined)
      .map(([name, of]) => [name, plainOutput(of)]),
  );
};
