import { UnknownCall, WireFault } from '../fault.ts';
import type { OperationModel, ServiceModel } from '../model.ts';
import { lookUpOperation } from '../operation-lookup.ts';
import type { WireRequest } from './codec.ts';
import { decodeComponent } from './query-form.ts';

/** What a method and path ask for. */
export interface RoutedCall {
  readonly operation: OperationModel;
  /** The parts of the path by the names of their labels, decoded. */
  readonly labels: Readonly<Record<string, string>>;
}

interface RouteNode {
  readonly literals: Map<string, RouteNode>;
  label: { readonly name: string; readonly node: RouteNode } | undefined;
  /** Operation by method. */
  readonly operations: Map<string, string>;
}

const emptyNode = (): RouteNode => ({
  literals: new Map(),
  label: undefined,
  operations: new Map(),
});

/** Segments of a path; a slash at its end means nothing (Route 53 has it in one operation's path and not in its twin's). */
const segmentsOf = (path: string): readonly string[] => {
  const to = path.endsWith('/') ? path.length - 1 : path.length;
  return to <= 1 ? [] : path.slice(1, to).split('/');
};

const step = (node: RouteNode, segment: string): RouteNode => {
  if (segment.startsWith('{')) {
    if (segment.endsWith('+}')) throw new Error(`the greedy label ${segment} is not understood`);
    node.label ??= { name: segment.slice(1, -1), node: emptyNode() };
    return node.label.node;
  }
  const known = node.literals.get(segment) ?? emptyNode();
  node.literals.set(segment, known);
  return known;
};

/** Labels at one place may have different names in different operations (`{Id}`, `{HostedZoneId}`): they are kept by place. */
const labelNames = (requestUri: string): readonly (string | undefined)[] =>
  segmentsOf(requestUri).map((segment) =>
    segment.startsWith('{') ? segment.slice(1, -1) : undefined,
  );

const tables = new WeakMap<ServiceModel, RouteNode>();

const tableOf = (model: ServiceModel): RouteNode => {
  const known = tables.get(model);
  if (known !== undefined) return known;
  const root = emptyNode();
  const add = (name: string, method: string, requestUri: string): void => {
    let node = root;
    for (const segment of segmentsOf(requestUri)) node = step(node, segment);
    node.operations.set(method, name);
  };
  for (const { name, method, requestUri } of model.operations.values())
    add(name, method, requestUri);
  tables.set(model, root);
  return root;
};

const find = (root: RouteNode, segments: readonly string[]): RouteNode | undefined => {
  let node: RouteNode | undefined = root;
  for (const segment of segments) {
    node = node.literals.get(segment) ?? node.label?.node;
    if (node === undefined) return undefined;
  }
  return node;
};

/** Finds the operation for a request's method and path. */
export const routeRest = (model: ServiceModel, request: WireRequest): RoutedCall | WireFault => {
  const segments = segmentsOf(request.path);
  const name = find(tableOf(model), segments)?.operations.get(request.method);
  if (name === undefined) {
    return new UnknownCall(
      'UnknownOperationException',
      `${model.metadata.serviceId} has no operation at ${request.method} ${request.path.slice(0, 200)}`,
      404,
    );
  }
  const operation = lookUpOperation(model, name);
  if (operation instanceof WireFault) return operation;
  const labels: Record<string, string> = {};
  for (const [index, label] of labelNames(operation.requestUri).entries()) {
    if (label === undefined) continue;
    const text = decodeComponent((segments[index] ?? '').replaceAll('+', '%2B'));
    if (text === undefined)
      return new WireFault('InvalidInput', 'The path is not properly encoded', 400);
    labels[label] = text;
  }
  return { operation, labels };
};
