import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Table } from '../../world/entity.ts';
import type { Tx, View } from '../../world/transaction.ts';
import type { Nothing, Operation, Plain } from '../operation.ts';
import { Groups, Users, type Group, type User } from './entities.ts';
import {
  limitExceeded,
  noSuchGroup,
  noSuchInlinePolicy,
  noSuchPolicy,
  noSuchUser,
  notAttachable,
  quotaExceeded,
} from './errors.ts';
import { encodedDocument, nameKey } from './identifiers.ts';
import { policyByArn } from './managed-policies.ts';
import { listPage } from './paging.ts';
import { countedCharacters, identityPolicyFault } from './policy-document.ts';
import { quotaIn, quotas } from './quotas.ts';

/** The user of that name in the account. */
export const userByName = (view: View, name: string | undefined): User | DomainError => {
  const user = view.get(Users, nameKey(name ?? ''));
  return user !== undefined && user.name === name ? user : noSuchUser(name ?? '');
};

/** The group of that name in the account. */
export const groupByName = (view: View, name: string | undefined): Group | DomainError => {
  const group = view.get(Groups, nameKey(name ?? ''));
  return group !== undefined && group.name === name ? group : noSuchGroup(name ?? '');
};

/** What the operations on policies of users and of groups do alike. */
interface PrincipalKind<P extends User | Group, Input> {
  readonly table: Table<P>;
  /** As messages name it. */
  readonly word: 'user' | 'group';
  readonly find: (view: View, input: Input) => P | DomainError;
  readonly mostAttached: 'managedPoliciesPerGroup' | 'managedPoliciesPerUser';
  /** The quota of attached policies, by AWS's name. */
  readonly attachedQuota: string;
  readonly mostInlineCharacters: number;
}

interface PolicyInput {
  readonly PolicyName?: string | undefined;
  readonly PolicyDocument?: string | undefined;
}

interface ArnInput {
  readonly PolicyArn?: string | undefined;
}

interface PageInput {
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
  readonly PathPrefix?: string | undefined;
}

/** The operations on attached policies; attaching what is attached already changes nothing. */
const attachedOperations = <P extends User | Group, Input>(kind: PrincipalKind<P, Input>) => {
  const attach = (tx: Tx, input: Input & ArnInput): Nothing | DomainError => {
    const principal = kind.find(tx, input);
    if (isDomainError(principal)) return principal;
    const { PolicyArn: arn = '' } = input;
    if (policyByArn(tx, arn) === undefined) return notAttachable(arn);
    if (principal.attachedPolicies.includes(arn)) return {};
    const most = quotaIn(tx, kind.mostAttached);
    if (principal.attachedPolicies.length >= most) {
      return quotaExceeded(kind.attachedQuota, most);
    }
    tx.put(kind.table, {
      ...principal,
      attachedPolicies: [...principal.attachedPolicies, arn],
    });
    return {};
  };

  const detach = (tx: Tx, input: Input & ArnInput): Nothing | DomainError => {
    const principal = kind.find(tx, input);
    if (isDomainError(principal)) return principal;
    const { PolicyArn: arn = '' } = input;
    if (!principal.attachedPolicies.includes(arn)) return noSuchPolicy(arn);
    const attachedPolicies = principal.attachedPolicies.filter((one) => one !== arn);
    tx.put(kind.table, { ...principal, attachedPolicies });
    return {};
  };

  const listAttached = (tx: Tx, input: Input & PageInput) => {
    const principal = kind.find(tx, input);
    if (isDomainError(principal)) return principal;
    const { PathPrefix: prefix = '/' } = input;
    const policies = principal.attachedPolicies
      .flatMap((arn) => policyByArn(tx, arn) ?? [])
      .filter((policy) => policy.path.startsWith(prefix));
    const page = listPage(policies, input, (policy) => policy.id);
    if (isDomainError(page)) return page;
    const { items, ...rest } = page;
    return {
      AttachedPolicies: items.map(({ name, id }) => ({ PolicyName: name, PolicyArn: id })),
      ...rest,
    };
  };

  return { attach, detach, listAttached };
};

/** The operations on policies that stand in a principal itself. */
const inlineOperations = <P extends User | Group, Input>(kind: PrincipalKind<P, Input>) => {
  const put = (tx: Tx, input: Input & PolicyInput): Nothing | DomainError => {
    const principal = kind.find(tx, input);
    if (isDomainError(principal)) return principal;
    const { PolicyName: name = '', PolicyDocument: document = '' } = input;
    const fault = identityPolicyFault(document);
    if (fault !== undefined) return fault;
    const others = principal.inlinePolicies.filter((policy) => policy.name !== name);
    const inlinePolicies = [...others, { name, document }];
    let characters = 0;
    for (const policy of inlinePolicies) characters += countedCharacters(policy.document);
    if (characters > kind.mostInlineCharacters) {
      return limitExceeded(
        `Maximum policy size of ${kind.mostInlineCharacters} bytes exceeded for ${kind.word} ${principal.name}`,
      );
    }
    tx.put(kind.table, { ...principal, inlinePolicies });
    return {};
  };

  const get = (tx: Tx, input: Input & PolicyInput) => {
    const principal = kind.find(tx, input);
    if (isDomainError(principal)) return principal;
    const policy = principal.inlinePolicies.find((one) => one.name === input.PolicyName);
    if (policy === undefined) return noSuchInlinePolicy(kind.word, input.PolicyName ?? '');
    return {
      principal,
      PolicyName: policy.name,
      PolicyDocument: encodedDocument(policy.document),
    };
  };

  const remove = (tx: Tx, input: Input & PolicyInput): Nothing | DomainError => {
    const principal = kind.find(tx, input);
    if (isDomainError(principal)) return principal;
    const kept = principal.inlinePolicies.filter((policy) => policy.name !== input.PolicyName);
    if (kept.length === principal.inlinePolicies.length) {
      return noSuchInlinePolicy(kind.word, input.PolicyName ?? '');
    }
    tx.put(kind.table, { ...principal, inlinePolicies: kept });
    return {};
  };

  const list = (tx: Tx, input: Input & PageInput) => {
    const principal = kind.find(tx, input);
    if (isDomainError(principal)) return principal;
    const names = principal.inlinePolicies.map((policy) => policy.name).toSorted();
    const page = listPage(names, input, (name) => name);
    if (isDomainError(page)) return page;
    const { items, ...rest } = page;
    return { PolicyNames: items, ...rest };
  };

  return { put, get, remove, list };
};

const policyOperations = <P extends User | Group, Input>(kind: PrincipalKind<P, Input>) => ({
  ...attachedOperations(kind),
  ...inlineOperations(kind),
});

interface UserInput {
  readonly UserName?: string | undefined;
}

interface GroupInput {
  readonly GroupName?: string | undefined;
}

const ofUsers = policyOperations<User, UserInput>({
  table: Users,
  word: 'user',
  find: (view, input) => userByName(view, input.UserName),
  mostAttached: 'managedPoliciesPerUser',
  attachedQuota: 'PoliciesPerUser',
  mostInlineCharacters: quotas.inlinePolicyCharactersPerUser,
});

const ofGroups = policyOperations<Group, GroupInput>({
  table: Groups,
  word: 'group',
  find: (view, input) => groupByName(view, input.GroupName),
  mostAttached: 'managedPoliciesPerGroup',
  attachedQuota: 'PoliciesPerGroup',
  mostInlineCharacters: quotas.inlinePolicyCharactersPerGroup,
});

type GetInput = Plain<PolicyInput>;

const getUserPolicy: Operation<UserInput & GetInput, object> = (tx, input) => {
  const found = ofUsers.get(tx, input);
  if (isDomainError(found)) return found;
  const { principal, ...policy } = found;
  return { UserName: principal.name, ...policy };
};

const getGroupPolicy: Operation<GroupInput & GetInput, object> = (tx, input) => {
  const found = ofGroups.get(tx, input);
  if (isDomainError(found)) return found;
  const { principal, ...policy } = found;
  return { GroupName: principal.name, ...policy };
};

/** The policies of users and groups. */
export const principalPolicyOperations = {
  AttachGroupPolicy: ofGroups.attach,
  AttachUserPolicy: ofUsers.attach,
  DeleteGroupPolicy: ofGroups.remove,
  DeleteUserPolicy: ofUsers.remove,
  DetachGroupPolicy: ofGroups.detach,
  DetachUserPolicy: ofUsers.detach,
  GetGroupPolicy: getGroupPolicy,
  GetUserPolicy: getUserPolicy,
  ListAttachedGroupPolicies: ofGroups.listAttached,
  ListAttachedUserPolicies: ofUsers.listAttached,
  ListGroupPolicies: ofGroups.list,
  ListUserPolicies: ofUsers.list,
  PutGroupPolicy: ofGroups.put,
  PutUserPolicy: ofUsers.put,
};
