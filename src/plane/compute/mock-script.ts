import { DomainError } from '../../world/domain-error.ts';

/** How a mock machine answers from a moment after its boot on. */
export interface MockAnswer {
  /** World seconds after boot. */
  readonly atSeconds: number;
  /** An HTTP status; `refused`: nothing listens; `silent`: no answer comes. */
  readonly answers: number | 'refused' | 'silent';
  readonly latencyMs: number;
}

/** How busy a mock machine is from a moment after its boot on. */
interface MockLoad {
  /** World seconds after boot. */
  readonly atSeconds: number;
  /** Of all its vCPUs, 0 to 100. */
  readonly percent: number;
}

/** What a mock machine does, all in world time. */
export interface MockScript {
  readonly bootSeconds: number;
  readonly stopSeconds: number;
  /** The main process ends by itself this long after boot. */
  readonly exit: { readonly afterSeconds: number; readonly code: number } | undefined;
  /** In order of time; the first one begins at boot. */
  readonly answers: readonly MockAnswer[];
  readonly console: string;
  /** How busy it is from moments after its boot on, in order of time; idle before the first. */
  readonly cpu: readonly MockLoad[];
  /** There is user data that is no script of a mock machine, so that nothing of it is done. */
  readonly leavesUserData: boolean;
}

/** The tag that holds a script, for tools that would not touch user data; it comes before user data. */
const mockTag = 'faultline:mock';

/** The first line of user data that holds a script; the JSON document follows. */
const mockFirstLine = '#faultline-mock';

/** A machine without a script: on at once, always well. */
const plainMockScript: MockScript = {
  bootSeconds: 0,
  stopSeconds: 0,
  exit: undefined,
  answers: [{ atSeconds: 0, answers: 200, latencyMs: 1 }],
  console: '',
  cpu: [],
  leavesUserData: false,
};

const malformed = (message: string): DomainError =>
  new DomainError('InvalidUserData.Malformed', `Invalid ${mockFirstLine} document: ${message}`);

type Members = Readonly<Record<string, unknown>>;

const isMapping = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const unknownMember = (members: Members, known: readonly string[]): string | undefined =>
  Object.keys(members).find((name) => !known.includes(name));

const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;

const isAnswer = (value: unknown): value is MockAnswer['answers'] =>
  value === 'refused' ||
  value === 'silent' ||
  (typeof value === 'number' && Number.isInteger(value) && value >= 100 && value <= 599);

const readAnswers = (value: unknown, latencyMs: number): readonly MockAnswer[] | DomainError => {
  if (!Array.isArray(value)) return malformed('answers must be a list.');
  const answers: MockAnswer[] = [{ atSeconds: 0, answers: 200, latencyMs }];
  for (const [index, item] of value.entries()) {
    if (
      !isMapping(item) ||
      unknownMember(item, ['atSeconds', 'answers', 'latencyMs']) !== undefined
    ) {
      return malformed(`answers[${index}] has the members atSeconds, answers and latencyMs.`);
    }
    const answer = {
      atSeconds: item['atSeconds'],
      answers: item['answers'],
      latencyMs: item['latencyMs'] ?? latencyMs,
    };
    if (!isNumber(answer.atSeconds) || !isNumber(answer.latencyMs)) {
      return malformed(`answers[${index}].atSeconds and latencyMs must be numbers from 0 on.`);
    }
    if (!isAnswer(answer.answers)) {
      return malformed(`answers[${index}].answers must be an HTTP status, "refused" or "silent".`);
    }
    answers.push({
      atSeconds: answer.atSeconds,
      answers: answer.answers,
      latencyMs: answer.latencyMs,
    });
  }
  return answers.toSorted((a, b) => a.atSeconds - b.atSeconds);
};

const readExit = (value: unknown): MockScript['exit'] | DomainError => {
  if (value === undefined) return undefined;
  const { afterSeconds, code = 0 } = isMapping(value) ? value : {};
  if (!isNumber(afterSeconds) || !isNumber(code) || !Number.isInteger(code) || code > 255) {
    return malformed('exit must be like {"afterSeconds": 60, "code": 1}.');
  }
  return { afterSeconds, code };
};

const readCpu = (value: unknown): readonly MockLoad[] | DomainError => {
  if (!Array.isArray(value)) return malformed('cpu must be a list.');
  const loads: MockLoad[] = [];
  for (const [index, item] of value.entries()) {
    const { atSeconds = 0, percent } = isMapping(item) ? item : {};
    const isKnown = isMapping(item) && unknownMember(item, ['atSeconds', 'percent']) === undefined;
    if (!isKnown || !isNumber(atSeconds) || !isNumber(percent) || percent > 100)
      return malformed(`cpu[${index}] must be like {"atSeconds": 60, "percent": 80}.`);
    loads.push({ atSeconds, percent });
  }
  return loads.toSorted((a, b) => a.atSeconds - b.atSeconds);
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (problem) {
    if (problem instanceof SyntaxError) return malformed(`it is not JSON: ${problem.message}.`);
    throw problem;
  }
};

/** Parses the JSON document of a mock script. Every member is optional; one that does not exist is an error that names it. */
export const parseMockScript = (text: string): MockScript | DomainError => {
  const value = parseJson(text);
  if (value instanceof DomainError) return value;
  if (!isMapping(value)) return malformed('it must be an object.');
  const known = ['bootSeconds', 'stopSeconds', 'exit', 'answers', 'latencyMs', 'console', 'cpu'];
  const unknown = unknownMember(value, known);
  if (unknown !== undefined)
    return malformed(`"${unknown}" does not exist; what does: ${known.join(', ')}.`);
  const { bootSeconds = 0, stopSeconds = 0, latencyMs = 1, console = '' } = value;
  if (!isNumber(bootSeconds) || !isNumber(stopSeconds) || !isNumber(latencyMs)) {
    return malformed('bootSeconds, stopSeconds and latencyMs must be numbers from 0 on.');
  }
  if (typeof console !== 'string') return malformed('console must be text.');
  const exit = readExit(value['exit']);
  if (exit instanceof DomainError) return exit;
  const answers = readAnswers(value['answers'] ?? [], latencyMs);
  if (answers instanceof DomainError) return answers;
  const cpu = readCpu(value['cpu'] ?? []);
  if (cpu instanceof DomainError) return cpu;
  return { bootSeconds, stopSeconds, exit, answers, console, cpu, leavesUserData: false };
};

/** The script of an instance: by its tag, else by its user data, else the plain one. */
export const mockScriptOf = (
  tags: Readonly<Record<string, string>>,
  userData: Uint8Array | undefined,
): MockScript | DomainError => {
  const tag = tags[mockTag];
  if (tag !== undefined) return parseMockScript(tag);
  const text = userData === undefined ? '' : new TextDecoder().decode(userData);
  if (!text.startsWith(`${mockFirstLine}\n`))
    return { ...plainMockScript, leavesUserData: text !== '' };
  return parseMockScript(text.slice(mockFirstLine.length));
};

/** How the machine answers so many world seconds after its boot. */
export const mockAnswerAt = (script: MockScript, secondsAfterBoot: number): MockAnswer =>
  script.answers.findLast(({ atSeconds }) => atSeconds <= secondsAfterBoot) ??
    // The first answer begins at boot; before it nothing listens.
    { atSeconds: 0, answers: 'refused', latencyMs: 0 };

/** For how many world seconds all vCPUs of the machine would have been busy, so many seconds after its boot. */
export const mockBusySeconds = ({ cpu }: MockScript, secondsAfterBoot: number): number =>
  cpu.reduce((sum, { atSeconds, percent }, index) => {
    const until = Math.min(secondsAfterBoot, cpu[index + 1]?.atSeconds ?? Infinity);
    return sum + (Math.max(0, until - atSeconds) * percent) / 100;
  }, 0);
