import type { Entrance } from '../plane/compute/driver.ts';
import type { AskedInstance } from '../serving/addresses/find-instance.ts';
import { DomainError } from '../world/domain-error.ts';
import type { AdminRequest } from './admin-request.ts';

/** How to enter an instance, for a program on this machine. */
export interface EntranceAnswer extends Entrance {
  readonly instanceId: string;
}

/** What an instance has printed, and where it goes on printing. */
export interface ConsoleAnswer {
  readonly instanceId: string;
  readonly state: string;
  /** The file that it prints to; see `Driver.consoleFile`. */
  readonly file: string | undefined;
  /** The last 64 KiB. */
  readonly base64: string;
}

/** What the routes about single instances need of a running world. */
export interface InstanceAdmin {
  entranceOf(who: AskedInstance, hasTerminal: boolean): EntranceAnswer | DomainError;
  consoleOf(who: AskedInstance): Promise<ConsoleAnswer | DomainError>;
}

const asked = (query: URLSearchParams): AskedInstance | DomainError => {
  const of = query.get('of');
  if (of === null || of === '') {
    return new DomainError(
      'InvalidRequest',
      "The query needs 'of', an instance's id, name or private address.",
    );
  }
  return {
    of,
    region: query.get('region') ?? undefined,
    account: query.get('account') ?? undefined,
    isOwn: query.get('own') === 'true',
  };
};

/** The paths about single instances; each answers what is sent as JSON, or a DomainError. */
export const instanceRoutes: Readonly<
  Record<string, (admin: InstanceAdmin, request: AdminRequest) => unknown>
> = {
  'GET /entrance': (admin, { query }) => {
    const who = asked(query);
    if (who instanceof DomainError) return who;
    return admin.entranceOf(who, query.get('terminal') === 'true');
  },
  'GET /console': (admin, { query }) => {
    const who = asked(query);
    return who instanceof DomainError ? who : admin.consoleOf(who);
  },
};
