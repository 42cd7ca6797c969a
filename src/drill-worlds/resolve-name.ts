import type { DnsAnswers } from '../serving/names/dns-answers.ts';

/** What a client gets for a name. */
export interface ResolvedName {
  readonly addresses: readonly string[];
  /** World seconds for which all of the answer may be kept. */
  readonly ttlSeconds: number;
}

/** The addresses of a name, as the world answers it now; undefined when it gives none. */
export const resolveName = (answers: DnsAnswers, name: string): ResolvedName | undefined => {
  const answer = answers.answer({ name: `${name.toLowerCase().replace(/\.$/, '')}.`, type: 'A' });
  const addresses = answer.answers.flatMap(({ data }) => (data.type === 'A' ? [data.address] : []));
  if (addresses.length === 0) return undefined;
  return {
    addresses,
    ttlSeconds: Math.min(...answer.answers.map((record) => record.ttlSeconds)),
  };
};
