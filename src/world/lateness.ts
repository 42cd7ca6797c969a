/** How late something was: in the machine's time, and in the world's, which runs so many times as fast. */
export interface Late {
  readonly realMs: number;
  readonly worldMs: number;
}

/**
 * `stall`: what was running did not get on, so a time-out may have run out that should not have. `start`: a process
 * took its time to begin, so what waits for it comes later than in a world whose processes begin at once.
 */
export type LateKind = 'stall' | 'start';

const onTime: Late = { realMs: 0, worldMs: 0 };

const worse = (a: Late, b: Late): Late => ({
  realMs: Math.max(a.realMs, b.realMs),
  worldMs: Math.max(a.worldMs, b.worldMs),
});

type Worst = Readonly<Record<LateKind, Late>>;

const nothingLate: Worst = { stall: onTime, start: onTime };

interface Second {
  readonly second: number;
  readonly worst: Worst;
}

/** So many seconds of the machine's time are remembered one by one. */
const rememberedSeconds = 60;

/** The worst since it was asked for. */
export interface LatenessSpan {
  worst(): Worst;
  end(): void;
}

/** Takes down how late a world's machine was with what it had to do. Pure: whoever measures tells it. */
export class LatenessMeter {
  #seconds: readonly Second[] = [];
  #worst: Worst = nothingLate;
  readonly #spans = new Set<(kind: LateKind, late: Late) => void>();

  /** Something was late by `realMs`, at `speed` world seconds per real second; `atMs` is the machine's steady time. */
  note(kind: LateKind, realMs: number, speed: number, atMs: number): void {
    if (realMs <= 0) return;
    const late = { realMs, worldMs: realMs * speed };
    this.#worst = { ...this.#worst, [kind]: worse(this.#worst[kind], late) };
    const second = Math.floor(atMs / 1000);
    const last = this.#seconds.at(-1);
    const isSame = last?.second === second;
    const before = isSame ? last.worst : nothingLate;
    const now = { second, worst: { ...before, [kind]: worse(before[kind], late) } };
    const kept = isSame ? this.#seconds.slice(0, -1) : this.#seconds;
    this.#seconds = [...kept.filter((one) => one.second > second - rememberedSeconds), now];
    for (const take of this.#spans) take(kind, late);
  }

  /** The worst of the last so many milliseconds of the machine's time, a minute at most, in whole seconds. */
  recent(kind: LateKind, overMs: number, nowMs: number): Late {
    const from = Math.floor((nowMs - Math.min(overMs, rememberedSeconds * 1000)) / 1000);
    return this.#seconds
      .filter(({ second }) => second >= from)
      .reduce((worst, one) => worse(worst, one.worst[kind]), onTime);
  }

  /** In how many of the last seconds, a minute at most, the worst was such. */
  secondsWith(
    kind: LateKind,
    isSuch: (late: Late) => boolean,
    overMs: number,
    nowMs: number,
  ): number {
    const from = Math.floor((nowMs - overMs) / 1000);
    return this.#seconds.filter(({ second, worst }) => second >= from && isSuch(worst[kind]))
      .length;
  }

  /** The worst since the world began. */
  worst(): Worst {
    return this.#worst;
  }

  /** Begins a span: it knows the worst from now on. */
  span(): LatenessSpan {
    let worst = nothingLate;
    const take = (kind: LateKind, late: Late): void => {
      worst = { ...worst, [kind]: worse(worst[kind], late) };
    };
    this.#spans.add(take);
    return { worst: () => worst, end: () => void this.#spans.delete(take) };
  }
}
