import type { DnsAnswer, DnsRecord } from './dns-records.ts';

/** The most addresses that one name of an answer has: the number of different turns of `rotateAnswer`. */
export const turnsOf = (answer: DnsAnswer): number => {
  let most = 1;
  const counts = new Map<string, number>();
  for (const record of answer.answers) {
    if (record.data.type !== 'A' && record.data.type !== 'AAAA') continue;
    const count = (counts.get(record.name) ?? 0) + 1;
    counts.set(record.name, count);
    if (count > most) most = count;
  }
  return most;
};

const rotateRun = (run: readonly DnsRecord[], turn: number): readonly DnsRecord[] => {
  const shift = turn % run.length;
  return [...run.slice(shift), ...run.slice(0, shift)];
};

/**
 * Turns the addresses of an answer, so that clients that take the first spread over all. Route 53 and Elastic
 * Load Balancing give addresses in random order (Developer Guide, "Simple routing"); a turn that counts up
 * spreads alike and replays exactly. The same turn always gives the same order.
 */
export const rotateAnswer = (answer: DnsAnswer, turn: number): DnsAnswer => {
  if (turn === 0 || answer.answers.length < 2) return answer;
  const answers: DnsRecord[] = [];
  let index = 0;
  while (index < answer.answers.length) {
    const first = answer.answers[index];
    if (first === undefined) break;
    let end = index + 1;
    while (
      answer.answers[end]?.name === first.name &&
      answer.answers[end]?.data.type === first.data.type
    ) {
      end += 1;
    }
    const run = answer.answers.slice(index, end);
    const turns = first.data.type === 'A' || first.data.type === 'AAAA';
    answers.push(...(turns ? rotateRun(run, turn) : run));
    index = end;
  }
  return { ...answer, answers };
};
