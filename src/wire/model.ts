import { readFile } from 'node:fs/promises';
import type { Protocol } from '../aws/operation.ts';
import type { Shape, ShapeReference, ShapeText, StructureShape } from './shape.ts';
import { resolveShapes } from './shape.ts';

/** botocore's names of the wire protocols. */
export type ProtocolName = Protocol;

/** What a service model says of the service as a whole. */
interface ServiceMetadata {
  readonly apiVersion: string;
  /** There when the service once spoke the query protocol alone, and newer protocols keep its error codes. */
  readonly awsQueryCompatible?: object;
  readonly endpointPrefix: string;
  readonly jsonVersion?: string;
  readonly protocol: ProtocolName;
  readonly protocols?: readonly ProtocolName[];
  readonly serviceId: string;
  readonly signingName?: string;
  readonly targetPrefix?: string;
  readonly xmlNamespace?: string | { readonly uri: string };
}

interface OperationText {
  readonly http: {
    readonly method: string;
    readonly requestUri: string;
    readonly responseCode?: number;
  };
  readonly input?: ShapeReference;
  readonly output?: ShapeReference;
  readonly errors: readonly string[];
}

/** The text of `models/<service>.json`, as `scripts/generate-wire-models.ts` writes it. */
interface ServiceText {
  readonly service: string;
  readonly botocore: string;
  readonly metadata: ServiceMetadata;
  readonly operations: Readonly<Record<string, OperationText>>;
  readonly shapes: Readonly<Record<string, ShapeText>>;
}

/** An error shape of a service: its code on the wire and its HTTP status. */
interface ErrorModel {
  readonly code: string;
  readonly status: number;
  readonly shape: StructureShape;
}

/** One operation with its shapes resolved. */
export interface OperationModel {
  readonly service: ServiceModel;
  readonly name: string;
  readonly method: string;
  readonly requestUri: string;
  readonly status: number;
  /** Structure without members when the operation takes nothing. */
  readonly input: StructureShape;
  /** Name of the input's root element in rest-xml. */
  readonly inputRoot: string;
  /** undefined when AWS answers with no body of its own. */
  readonly output: StructureShape | undefined;
  readonly resultWrapper: string | undefined;
}

/** A service's wire model, resolved: what the codecs work from. */
export interface ServiceModel {
  /** The name in a credential scope. */
  readonly name: string;
  readonly metadata: ServiceMetadata;
  readonly xmlNamespace: string;
  readonly operations: ReadonlyMap<string, OperationModel>;
  /** Error shapes by the code that goes over the wire. */
  readonly errors: ReadonlyMap<string, ErrorModel>;
}

const emptyStructure: StructureShape = {
  type: 'structure',
  name: 'Empty',
  members: [],
  payload: undefined,
  xmlNamespace: undefined,
};

const structure = (shapes: ReadonlyMap<string, Shape>, name: string): StructureShape => {
  const shape = shapes.get(name);
  if (shape?.type !== 'structure') throw new Error(`the wire model has no structure ${name}`);
  return shape;
};

const errorModel = (text: ShapeText, name: string, shape: StructureShape): ErrorModel => ({
  code: text.error?.code ?? name,
  status: text.error?.httpStatusCode ?? (text.fault === true ? 500 : 400),
  shape,
});

/** Resolves the text of a model: every reference becomes the shape it names. */
const resolveModel = (text: ServiceText): ServiceModel => {
  const shapes = resolveShapes(text.shapes);
  const operations = new Map<string, OperationModel>();
  const errors = new Map<string, ErrorModel>();
  const namespace = text.metadata.xmlNamespace ?? '';
  const model: ServiceModel = {
    name: text.service,
    metadata: text.metadata,
    xmlNamespace: typeof namespace === 'string' ? namespace : namespace.uri,
    operations,
    errors,
  };
  for (const [name, operation] of Object.entries(text.operations)) {
    operations.set(name, {
      service: model,
      name,
      method: operation.http.method,
      requestUri: operation.http.requestUri,
      status: operation.http.responseCode ?? 200,
      input:
        operation.input === undefined ? emptyStructure : structure(shapes, operation.input.shape),
      inputRoot: operation.input?.locationName ?? operation.input?.shape ?? `${name}Request`,
      output:
        operation.output === undefined ? undefined : structure(shapes, operation.output.shape),
      resultWrapper: operation.output?.resultWrapper,
    });
  }
  for (const [name, shape] of Object.entries(text.shapes)) {
    if (shape.exception !== true) continue;
    const error = errorModel(shape, name, structure(shapes, name));
    errors.set(error.code, error);
    errors.set(name, error);
  }
  return model;
};

const loading = new Map<string, Promise<ServiceModel>>();

const load = async (service: string): Promise<ServiceModel> => {
  const text = await readFile(new URL(`./models/${service}.json`, import.meta.url), 'utf8');
  // The file is written by our own generator in exactly this form; a test reads all of them.
  return resolveModel(JSON.parse(text) as ServiceText);
};

/**
 * The model of a built service; read from its file at the first call, so that a world that never hears of
 * Route 53 never pays for it. `service` must be one that Faultline has.
 */
export const serviceModel = (service: string): Promise<ServiceModel> => {
  const known = loading.get(service);
  if (known !== undefined) return known;
  const model = load(service);
  loading.set(service, model);
  return model;
};
