/** Which score makes whom win: differences to the first method in each score, with their intervals. */
import { counted } from '../check';
import type { Data } from 'plotly.js';
import { maximumOf, minimumOf } from '../extremes';
import { intervalText, shownScores } from '../judge/report';
import { judgeScoreFacts } from '../judge/scores';
import type { Judgement } from '../judge/judgement';
import { rounded } from '../print/figureText';
import { axis, seriesStyle } from '../print/style';
import type { Figure, FigureRow } from '../print/figure';

/** Height of a marker's line and of a score's share of the rest, px of 560. */
const [LINE, GAP] = [11, 9];

/**
 * A row for each score, a series for each method but the first: how many points better than the first it is, with the 95 %
 * interval; filled where the corrected p is below 0.05. To the right is better in every score, errors have their sign
 * turned. Undefined for one method.
 */
export function judgeWinnersFigure(
  judgement: Judgement,
  { name = 'judge-winners' }: { name?: string } = {},
): Figure | undefined {
  const [reference, ...others] = judgement.methods;
  if (others.length === 0) return undefined;
  const scores = shownScores(judgement).filter((score) =>
    judgement.comparisons.some((one) => one.score === score && one.a === reference.name),
  );
  const series = others.map((method) =>
    scores.flatMap((score, place) => {
      const found = judgement.comparisons.find(
        ({ a, b, score: own }) => own === score && a === reference.name && b === method.name,
      );
      if (found === undefined) return [];
      const { title, better } = judgeScoreFacts[score];
      // A comparison is the first less the other.
      const sign = better === 'higher' ? -100 : 100;
      const ends = [found.low, found.high].map((end) => (end === null ? null : sign * end));
      const [low, high] = sign < 0 ? [ends[1], ends[0]] : ends;
      return [{ title, place, value: sign * found.difference, low, high, p: found.p }];
    }),
  );
  const offset = (i: number) => (i - (others.length - 1) / 2) * (0.7 / others.length);
  const data = series.map((points, i): Data => {
    const { color, symbol } = seriesStyle(i);
    return {
      type: 'scatter',
      mode: 'markers',
      name: others[i].name,
      showlegend: others.length > 1,
      x: points.map(({ value }) => rounded(value, 4)),
      y: points.map(({ place }) => place + offset(i)),
      error_x: {
        type: 'data',
        symmetric: false,
        array: points.map(({ value, high }) => rounded((high ?? value) - value, 4)),
        arrayminus: points.map(({ value, low }) => rounded(value - (low ?? value), 4)),
        color,
        thickness: 1.5,
        width: 3,
      },
      marker: {
        symbol: points.map(({ p }) => (p !== null && p < 0.05 ? symbol : `${symbol}-open`)),
        color,
        size: 8,
        line: { color, width: 1.5 },
      },
      hovertext: points.map(({ title }) => title),
    };
  });
  const who = others.length === 1 ? others[0].name : 'each method';
  return {
    name,
    title: 'Which method wins by which score',
    caption:
      `${judgement.title}, ${counted(judgement.names.length, 'image')}: how many points better than ${reference.name} ${who} is in each ` +
      `score; left of 0 ${reference.name} wins (of errors, the lower). Filled: the corrected p is below 0.05. ${intervalText(judgement)}.`,
    data,
    layout: {
      ...(others.length > 1 ? { margin: { t: 40 } } : {}),
      xaxis: axis(`Points better than ${reference.name}`, {
        range: rangeWithZero(series.flat()),
        zeroline: true,
        zerolinewidth: 1.5,
        zerolinecolor: '#8C8C8C',
      }),
      yaxis: axis('', {
        tickvals: scores.map((_, i) => i),
        ticktext: scores.map((score) => judgeScoreFacts[score].title),
        range: [scores.length - 0.4, -0.6],
        showgrid: false,
        ticks: '',
      }),
    },
    aspectRatio:
      (60 + (others.length > 1 ? 30 : 0) + scores.length * (GAP + LINE * others.length)) / 560,
    rows: series.flatMap((points, i) =>
      points.map(({ title, value, low, high, p }): FigureRow => {
        return {
          method: others[i].name,
          reference: reference.name,
          score: title,
          points: value,
          low,
          high,
          p,
        };
      }),
    ),
  };
}

/** Zero is the line to compare with. */
function rangeWithZero(
  points: readonly { value: number; low: number | null; high: number | null }[],
): [number, number] {
  const ends = points.flatMap(({ value, low, high }) => [low ?? value, high ?? value]);
  const [low, high] = [minimumOf([0, ...ends]), maximumOf([0, ...ends])];
  const margin = 0.06 * (high - low) || 1;
  return [rounded(low - margin), rounded(high + margin)];
}
