import type { Clock } from '../../world/clock.ts';
import type { GroupTraffic, TrafficReport } from './messages.ts';

const minuteMs = 60_000;

/** What a target group got in a minute, while it is counted. Cheap: requests pass here. */
export class GroupCounts {
  readonly #began: () => void;
  #requests = 0;
  #ownServerErrors = 0;
  readonly #answers: [number, number, number, number] = [0, 0, 0, 0];
  readonly #times = new Map<number, number>();

  /** `began` is called at the first thing that is counted in a minute. */
  constructor(began: () => void) {
    this.#began = began;
  }

  /** A request got a target of the group. */
  chosen(): void {
    if (this.#requests === 0) this.#began();
    this.#requests += 1;
  }

  /** The target's answer began, so many milliseconds after the request was on its way. */
  answered(statusCode: number, afterMs: number): void {
    const place = Math.floor(statusCode / 100) - 2;
    if (place >= 0 && place < this.#answers.length)
      this.#answers[place] = (this.#answers[place] ?? 0) + 1;
    // Two digits tell enough of a time, and keep its distribution small.
    const rounded = Number((afterMs / 1_000).toPrecision(2));
    this.#times.set(rounded, (this.#times.get(rounded) ?? 0) + 1);
  }

  /** The balancer answered 502 or 504 in the target's place. */
  failed(statusCode: number): void {
    if (statusCode >= 500) this.#ownServerErrors += 1;
  }

  /** What was counted since the last time; undefined when nothing was. */
  take(targetGroupArn: string): GroupTraffic | undefined {
    if (this.#requests === 0 && this.#times.size === 0 && this.#ownServerErrors === 0)
      return undefined;
    const [ok, redirected, clientErrors, serverErrors] = this.#answers;
    const counted: GroupTraffic = {
      targetGroupArn,
      requests: this.#requests,
      answers: { '2XX': ok, '3XX': redirected, '4XX': clientErrors, '5XX': serverErrors },
      ownServerErrors: this.#ownServerErrors,
      responseSeconds: [...this.#times],
    };
    this.#requests = 0;
    this.#ownServerErrors = 0;
    this.#answers.fill(0);
    this.#times.clear();
    return counted;
  }
}

/** Counts what the nodes of a zone pass on, and tells it at the end of each minute of world time in which there was any. */
export class TrafficCounter {
  readonly #zoneId: string;
  readonly #clock: Clock;
  readonly #report: (report: TrafficReport) => void;
  readonly #groups = new Map<string, GroupCounts>();
  #minuteAt: number | undefined;
  #cancel: () => void = () => undefined;

  constructor(zoneId: string, clock: Clock, report: (report: TrafficReport) => void) {
    this.#zoneId = zoneId;
    this.#clock = clock;
    this.#report = report;
  }

  /** Where requests to a target group are counted. */
  group(targetGroupArn: string): GroupCounts {
    const known = this.#groups.get(targetGroupArn);
    if (known !== undefined) return known;
    const counts = new GroupCounts(() => this.#begin());
    this.#groups.set(targetGroupArn, counts);
    return counts;
  }

  /** Nothing is told any more. */
  stop(): void {
    this.#cancel();
    this.#groups.clear();
  }

  #begin(): void {
    if (this.#minuteAt !== undefined) return;
    const now = this.#clock.now();
    this.#minuteAt = now - (now % minuteMs);
    this.#cancel = this.#clock.at(this.#minuteAt + minuteMs, () => this.#tell());
  }

  #tell(): void {
    const minuteAt = this.#minuteAt;
    this.#minuteAt = undefined;
    if (minuteAt === undefined) return;
    const groups = [...this.#groups].flatMap(([arn, counts]) => counts.take(arn) ?? []);
    this.#report({ zoneId: this.#zoneId, minuteAt, groups });
  }
}
