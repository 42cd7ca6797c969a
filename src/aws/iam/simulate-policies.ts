import type {
  EvaluationResult,
  SimulateCustomPolicyRequest,
  SimulatePolicyResponse,
  SimulatePrincipalPolicyRequest,
} from '@aws-sdk/client-iam';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import { Groups, Roles, Users } from './entities.ts';
import { invalidInput, noSuchGroup, noSuchRole, noSuchUser } from './errors.ts';
import { nameKey } from './identifiers.ts';
import { listPage } from './paging.ts';
import { identityPolicyFault } from './policy-document.ts';

/** More pairs of an action and a resource are not looked at in one call. */
const mostResults = 10_000;

interface Simulation {
  readonly ActionNames?: readonly string[] | undefined;
  readonly ResourceArns?: readonly string[] | undefined;
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

/** Whatever policies say, a call goes through here: each action is `allowed` on each resource, and no statement is why. */
const simulated = ({
  ActionNames: actions = [],
  ResourceArns: resources = [],
  ...paging
}: Simulation): Plain<SimulatePolicyResponse> | DomainError => {
  const strange = actions.find((action) => !/^([\w-]+:[\w*?]+|\*)$/.test(action));
  if (strange !== undefined) return invalidInput(`Invalid Entity Action: ${strange}`);
  const targets = resources.length === 0 ? ['*'] : resources;
  if (actions.length * targets.length > mostResults) {
    return invalidInput(`More than ${mostResults} results are asked for in one call.`);
  }
  const results = actions.flatMap((action) =>
    targets.map((resource): Plain<EvaluationResult> => ({
      EvalActionName: action,
      EvalResourceName: resource,
      EvalDecision: 'allowed',
      MatchedStatements: [],
      MissingContextValues: [],
    })),
  );
  const keyed = results.map((result, index) => ({ result, index }));
  const page = listPage(keyed, paging, ({ index }) => String(index));
  if (isDomainError(page)) return page;
  const { items, ...rest } = page;
  return { EvaluationResults: items.map(({ result }) => result), ...rest };
};

const policyFaultIn = (documents: readonly string[]): DomainError | undefined => {
  for (const document of documents) {
    const fault = identityPolicyFault(document);
    if (fault !== undefined) return fault;
  }
  return undefined;
};

/** The user, group or role whose policies are asked about must be there. */
const sourceFault = (view: View, arn: string): DomainError | undefined => {
  const [, account = '', type = '', path = ''] =
    /^arn:aws:iam::(\d{12}):(user|group|role)\/(.+)$/.exec(arn) ?? [];
  const name = path.split('/').at(-1) ?? '';
  const there = view.forAccount(account === '' ? view.account : account);
  switch (type) {
    case 'user':
      return there.get(Users, nameKey(name)) === undefined ? noSuchUser(name) : undefined;
    case 'group':
      return there.get(Groups, nameKey(name)) === undefined ? noSuchGroup(name) : undefined;
    case 'role':
      return there.get(Roles, nameKey(name)) === undefined ? noSuchRole(name) : undefined;
    default:
      return invalidInput(
        `Invalid Entity Arn: ${arn} does not clearly define entity type and name.`,
      );
  }
};

const simulateCustomPolicy: Operation<SimulateCustomPolicyRequest, SimulatePolicyResponse> = (
  _tx,
  input,
) =>
  policyFaultIn([
    ...(input.PolicyInputList ?? []),
    ...(input.PermissionsBoundaryPolicyInputList ?? []),
  ]) ?? simulated(input);

const simulatePrincipalPolicy: Operation<SimulatePrincipalPolicyRequest, SimulatePolicyResponse> = (
  tx,
  input,
) =>
  sourceFault(tx, input.PolicySourceArn ?? '') ??
  policyFaultIn([
    ...(input.PolicyInputList ?? []),
    ...(input.PermissionsBoundaryPolicyInputList ?? []),
  ]) ??
  simulated(input);

/** What would be allowed: everything, since nothing of IAM is enforced here. */
export const simulationOperations = {
  SimulateCustomPolicy: simulateCustomPolicy,
  SimulatePrincipalPolicy: simulatePrincipalPolicy,
};
