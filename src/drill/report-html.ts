import { clockText, spokenSeconds } from '../text/duration.ts';
import { spokenShare } from './objectives.ts';
import {
  faultMoments,
  faultSpan,
  latenessSentence,
  lostText,
  objectiveTexts,
  outageText,
  replacementParts,
  runText,
  verdictOf,
} from './report-words.ts';
import type { DrillResult, FaultReport, ObjectiveReport } from './report.ts';
import { timelinePicture } from './timeline-picture.ts';
import { xmlText } from '../text/xml-text.ts';

const style = `
:root { color-scheme: light dark; --page: #fbfbfa; --ink: #1c1d1f; --soft: #63666b; --line: #dcdedf; --card: #ffffff;
  --good: #1a7f4b; --bad: #c2361f; --served: #4b8bbe; --fault: #c2361f; --mark: #7a4fb5; }
@media (prefers-color-scheme: dark) {
  :root { --page: #16181b; --ink: #e7e8ea; --soft: #9a9ea5; --line: #33373c; --card: #1e2125;
    --good: #4cc38a; --bad: #ff7a5c; --served: #5aa2db; --fault: #ff7a5c; --mark: #b794f4; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 32px 20px 48px; }
h1 { font-size: 26px; margin: 0; }
h2 { font-size: 17px; margin: 36px 0 10px; }
p { margin: 4px 0; }
.soft, footer { color: var(--soft); }
.verdict { display: inline-block; margin-bottom: 10px; padding: 2px 12px; border-radius: 4px; color: var(--page);
  font-weight: 700; letter-spacing: 0.04em; background: var(--soft); }
.verdict.passed { background: var(--good); }
.verdict.failed { background: var(--bad); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 14px 16px; overflow-x: auto; }
.cards { display: grid; gap: 14px; grid-template-columns: repeat(auto-fit, minmax(320px, 1fr)); }
.card h3 { font-size: 15px; margin: 0 0 8px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
td, th { text-align: left; padding: 4px 12px 4px 0; vertical-align: top; font-weight: 400; }
thead th { color: var(--soft); border-bottom: 1px solid var(--line); }
td.time { text-align: right; white-space: nowrap; }
.held { color: var(--good); font-weight: 600; }
.missed { color: var(--bad); font-weight: 600; }
.uncertain { font-weight: 600; }
svg { display: block; width: 100%; min-width: 640px; height: auto; }
svg text { fill: var(--soft); font-size: 12px; font-family: inherit; }
svg text.name { fill: var(--ink); font-weight: 600; }
svg .served { fill: var(--served); fill-opacity: 0.85; }
svg .frame { fill: none; stroke: var(--line); }
svg .grid { stroke: var(--line); stroke-dasharray: 2 4; }
svg .fault { fill: var(--fault); fill-opacity: 0.14; }
svg .faultbar { fill: var(--fault); fill-opacity: 0.8; }
svg .mark { stroke: var(--mark); stroke-width: 1.5; }
svg .marktext { fill: var(--mark); paint-order: stroke; stroke: var(--card); stroke-width: 5px; }
`;

const row = (cells: readonly string[]): string =>
  `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;

const table = (heads: readonly string[], rows: readonly string[]): string =>
  `<table><thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead>` +
  `<tbody>${rows.join('')}</tbody></table>`;

const objectiveRow = (objective: ObjectiveReport): string => {
  const { limit, measured } = objectiveTexts(objective);
  const { result } = objective;
  return row([
    `<span class="${result}">${result}</span>`,
    xmlText(objective.name),
    xmlText(measured),
    xmlText(limit),
  ]);
};

const replacementRows = (fault: FaultReport): readonly string[] => {
  const { replacement } = fault;
  const { instancesLost, instancesReplaced, wholeAgainSeconds } = replacement;
  if (instancesLost === 0) return [];
  const spoken = (seconds: number | null): string =>
    seconds === null ? 'not before the next fault or the end' : spokenSeconds(seconds);
  return [
    `<tr><td>instances replaced</td><td></td><td>${instancesReplaced} of ${instancesLost}</td></tr>`,
    ...[
      ...replacementParts(replacement),
      { what: 'whole again after', seconds: wholeAgainSeconds },
    ].map(({ what, seconds }) => `<tr><td>${what}</td><td></td><td>${spoken(seconds)}</td></tr>`),
  ];
};

const faultCard = (fault: FaultReport): string => {
  const rows = faultMoments(fault).map(
    ({ what, at, after }) =>
      `<tr><td>${what}</td><td class="time">${at}</td><td>${xmlText(after)}</td></tr>`,
  );
  rows.push(`<tr><td>requests lost</td><td></td><td>${lostText(fault)}</td></tr>`);
  rows.push(...replacementRows(fault));
  return (
    `<section class="card"><h3>${xmlText(`${fault.target} ${fault.effect}`)}</h3>` +
    `<p class="soft">${faultSpan(fault)}</p><table><tbody>${rows.join('')}</tbody></table></section>`
  );
};

const part = (title: string, content: string): string =>
  content === '' ? '' : `<h2>${title}</h2>\n${content}\n`;

/** The whole report as one HTML file that needs nothing else: no script, no font, no picture from elsewhere. */
export const htmlReport = (result: DrillResult): string => {
  const { report } = result;
  const verdict = verdictOf(report);
  const lateness = latenessSentence(report);
  const objectives =
    report.objectives.length === 0
      ? ''
      : `<div class="card">${table(['', 'objective', 'measured', 'limit'], report.objectives.map(objectiveRow))}</div>`;
  const users = report.traffic.map((traffic) =>
    row([
      xmlText(traffic.name),
      xmlText(traffic.vantage),
      String(traffic.requests.sent),
      String(traffic.requests.lost),
      spokenShare(traffic.availability),
      outageText(traffic.longestOutageSeconds),
    ]),
  );
  const moments = report.timeline.map(({ atSeconds, kind, what }) =>
    row([clockText(atSeconds), kind, xmlText(what)]),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${xmlText(report.drill)}: ${verdict.toLowerCase()}</title>
<style>${style}</style>
</head>
<body>
<main>
<p class="verdict ${verdict.toLowerCase()}">${verdict}</p>
<h1>${xmlText(report.drill)}</h1>
<p class="soft">${xmlText(runText(report))}</p>${lateness === undefined ? '' : `\n<p>${xmlText(lateness)}</p>`}
${part('Objectives', objectives)}${part('What users saw', `<div class="card">${timelinePicture(result)}</div>`)}${part(
    'Faults',
    report.faults.length === 0
      ? ''
      : `<div class="cards">${report.faults.map(faultCard).join('\n')}</div>`,
  )}${part(
    'Users',
    `<div class="card">${table(['who', 'where', 'requests', 'lost', 'served', 'longest outage'], users)}</div>`,
  )}${part('Moments', `<div class="card">${table(['drill time', '', ''], moments)}</div>`)}
<footer><p>Faultline ${xmlText(report.version)}, ${xmlText(report.wall.startedAt)}</p></footer>
</main>
</body>
</html>
`;
};
