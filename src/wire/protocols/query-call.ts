import { WireFault } from '../fault.ts';
import { lookUpOperation } from '../operation-lookup.ts';
import type { OperationModel, ServiceModel } from '../model.ts';
import type { WireRequest } from './codec.ts';
import { addForm } from './query-form.ts';
import type { QueryNode } from './query-form.ts';

/** A query request whose operation is known and whose parameters are still text. */
export interface QueryCall {
  readonly operation: OperationModel;
  readonly root: QueryNode;
  readonly version: string | undefined;
}

/** Parameters of every request, which are no members of any input (EC2 API reference, "Common query parameters"). */
const common: ReadonlySet<string> = new Set([
  'Action',
  'AWSAccessKeyId',
  'Expires',
  'SecurityToken',
  'Signature',
  'SignatureMethod',
  'SignatureVersion',
  'Timestamp',
  'Version',
]);

/** Tells a parameter that any request may carry. */
export const isCommonParameter = (name: string): boolean =>
  common.has(name) || name.startsWith('X-Amz-');

/** The form of a request, from its body and its URL. */
const readForm = (request: WireRequest): QueryNode | WireFault => {
  const root: QueryNode = { text: undefined, children: undefined };
  for (const form of [request.query, request.body.toString('utf8')]) {
    const fault = form === '' ? undefined : addForm(root, form);
    if (fault !== undefined) return fault;
  }
  return root;
};

/** The parameters of a request's form; undefined when it has none that can be read. */
export const queryParameters = (request: WireRequest): QueryNode['children'] => {
  const form = readForm(request);
  return form instanceof WireFault ? undefined : form.children;
};

/** Reads the form of a request, and finds the operation that `Action` names. */
export const readQueryCall = (model: ServiceModel, request: WireRequest): QueryCall | WireFault => {
  const root = readForm(request);
  if (root instanceof WireFault) return root;
  const action = root.children?.get('Action')?.text;
  if (action === undefined || action === '') {
    return new WireFault(
      'MissingAction',
      'The request is missing an action or a required parameter',
      400,
    );
  }
  const operation = lookUpOperation(model, action);
  if (operation instanceof WireFault) return operation;
  return { operation, root, version: root.children?.get('Version')?.text };
};
