/** Colours and sizes of the report, for light and dark screens. */
export const choiceStyle = `
:root { color-scheme: light dark; --page: #f7f8f9; --ink: #1b1e23; --soft: #5f6670; --line: #dde1e5; --card: #ffffff;
  --sea: #eef3f7; --land: #d5dce2; --border: #f5f8fa; --first: #c2410c; --second: #6d3fc0; --ranked: #1d6fb8;
  --excluded: #9aa3ac; --users: #0f8a5f; --near: #0f8a5f; --middle: #c98a04; --far: #cc3a2b; }
@media (prefers-color-scheme: dark) {
  :root { --page: #14171b; --ink: #e8eaed; --soft: #9aa2ac; --line: #2d333a; --card: #1b1f25;
    --sea: #171d25; --land: #323b46; --border: #20272f; --first: #ff8a4c; --second: #b794f4; --ranked: #62b0f0;
    --excluded: #6d7680; --users: #3ecf97; --near: #3ecf97; --middle: #f0b93a; --far: #ff7361; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
main { max-width: 1200px; margin: 0 auto; padding: 32px 20px 48px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 10px; }
h2 { font-size: 17px; margin: 32px 0 10px; }
p { margin: 3px 0; }
ul { margin: 0; padding-left: 20px; }
.kind { color: var(--first); font-weight: 600; }
.soft, footer { color: var(--soft); }
footer { margin-top: 36px; border-top: 1px solid var(--line); padding-top: 14px; font-size: 13px; }
figure { margin: 22px 0 0; background: var(--sea); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
figcaption { display: flex; flex-wrap: wrap; gap: 4px 20px; padding: 10px 16px; font-size: 13px; color: var(--soft);
  background: var(--card); border-top: 1px solid var(--line); }
figcaption span { display: inline-flex; align-items: center; gap: 7px; white-space: nowrap; }
figcaption svg { width: 26px; height: 14px; flex: none; }
.wide { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 6px 16px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
td, th { text-align: left; padding: 6px 14px 6px 0; vertical-align: top; font-weight: 400; }
td:nth-child(n+3) { white-space: nowrap; }
td:last-child { white-space: normal; }
thead th { color: var(--soft); border-bottom: 1px solid var(--line); white-space: nowrap; font-size: 13px; }
tbody tr + tr td { border-top: 1px solid var(--line); }
summary { cursor: pointer; margin-bottom: 8px; }
.bar { display: inline-block; width: 60px; height: 8px; margin-right: 6px; border-radius: 4px; background: var(--line);
  overflow: hidden; }
.bar i { display: block; height: 100%; background: var(--ranked); }
tbody tr:first-child .bar i { background: var(--first); }
svg { display: block; width: 100%; height: auto; }
.land { fill: var(--land); }
.borders { fill: none; stroke: var(--border); stroke-width: 0.7; }
.graticule { fill: none; stroke: var(--line); stroke-width: 0.5; }
.arc { fill: none; stroke-width: 2; stroke-linecap: round; opacity: 0.9; }
.arc.near { stroke: var(--near); }
.arc.middle { stroke: var(--middle); }
.arc.far { stroke: var(--far); }
.arc.lost { stroke: var(--second); stroke-dasharray: 2 5; stroke-width: 1.6; }
.arc.replica { stroke: var(--first); stroke-width: 2.6; stroke-dasharray: 9 5; }
.region { stroke: var(--card); stroke-width: 1.5; }
.region.first { fill: var(--first); }
.region.second { fill: var(--second); }
.region.ranked { fill: var(--ranked); }
.region.excluded { fill: var(--excluded); stroke: none; opacity: 0.75; }
.users { fill: var(--users); fill-opacity: 0.3; stroke: var(--users); stroke-width: 1.6; }
text { font-size: 12.5px; fill: var(--ink); paint-order: stroke; stroke: var(--sea); stroke-width: 3.5px;
  stroke-linejoin: round; }
text.code.ranked { fill: var(--soft); font-size: 11.5px; }
text.code.excluded { fill: var(--excluded); font-size: 11px; }
text.code.first { fill: var(--first); font-weight: 700; font-size: 14px; }
text.code.second { fill: var(--second); font-weight: 700; font-size: 14px; }
text.place { fill: var(--users); font-weight: 600; }
@media print { figure, .wide { break-inside: avoid; } }
`;
