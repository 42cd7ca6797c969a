import { cpuSecondsOf } from './cpu-time.ts';
import { runScript } from './child.ts';

/** HTTP load: the same request over and over on connections that are kept. */
export interface HttpLoad {
  readonly address: string;
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** It ends after so many answers when they come sooner. */
  readonly answers?: number;
  /** The whole request; `{n}` in it becomes a number that no other request has, padded to nine digits. */
  readonly request: string;
}

/** DNS load over UDP: so many questions under way at a time. */
export interface DnsLoad {
  readonly address: string;
  readonly port: number;
  readonly underWay: number;
  readonly seconds: number;
  /** Names to ask for an A record, in turn. */
  readonly names: readonly string[];
}

/** What came of a load. */
export interface LoadResult {
  readonly answers: number;
  readonly seconds: number;
  /** Answers that were not what was wanted, and questions that were never answered. */
  readonly failures: number;
}

/** A load on a process: answers a second, and answers for each second of its processor time. */
export interface Throughput {
  readonly perSecond: number;
  readonly perCpuSecond: number;
}

const tolerated = 0.001;

/** Loads a server from a process of its own, and says what the server's process paid for it. */
export const underLoad = async (
  script: 'http-load.ts' | 'dns-load.ts',
  load: HttpLoad | DnsLoad,
  processId: number,
): Promise<Throughput> => {
  const before = cpuSecondsOf(processId);
  // The load scripts print a LoadResult.
  const result = (await runScript(script, [JSON.stringify(load)])) as LoadResult;
  const after = cpuSecondsOf(processId);
  if (result.answers === 0 || result.failures > tolerated * result.answers) {
    throw new Error(`${result.failures} failures beside ${result.answers} answers under ${script}`);
  }
  const perSecond = result.answers / result.seconds;
  const cpuSeconds = before === undefined || after === undefined ? result.seconds : after - before;
  return { perSecond, perCpuSecond: result.answers / cpuSeconds };
};
