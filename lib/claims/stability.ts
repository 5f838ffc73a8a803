/** Do runs of PAT differ less from seed to seed than runs of Focal? */
import { paperDatasets } from '../paper';
import { Random } from '../random';
import { bootstrapInterval, spread } from '../results/bootstrap';
import { datasetTitle } from '../results/names';
import { allNetworks, forBothReadings } from './differences';
import { judged, outcomeOf, untestable } from './judge';
import type { ClaimRuns, PatReading } from './runs';
import type { Claim, Judgement } from './types';

export const stabilityClaims: readonly Claim[] = forBothReadings((reading) => ({
  id: 'stability',
  place: '§ 4.2',
  claim: 'PAT is “anticipated to exhibit greater stability compared to Focal”',
  rule:
    'Pooled standard deviation of mIoU over seeds, PAT’s over Focal’s, on all data sets and networks with both, three or ' +
    'more. Holds if the 95 % interval (bootstrap over these places) lies below 1, contradicted if above; else not decided.',
  notebook: '09-claims',
  judge: ({ runs }) => stabilityJudgement(runs, reading),
}));

function stabilityJudgement(runs: ClaimRuns, reading: PatReading): Judgement {
  const places = paperDatasets.flatMap((paperName) => {
    const dataset = runs.dataset(paperName);
    return allNetworks.flatMap((network) => {
      const losses = [runs.pat(reading, dataset, network), runs.tuned(dataset, 'focal')];
      const [pat, focal] = losses.map((loss) => {
        const cell = runs.find({ dataset, network, loss });
        return cell ? (spread(runs.results.values(cell, 'meanIoU'))?.deviation ?? null) : null;
      });
      return pat === null || focal === null ? [] : [{ dataset, pat, focal }];
    });
  });
  if (places.length < 3) {
    const found = `${places.length} of at least 3 places with two seeds of PAT and of Focal`;
    return untestable(`runs missing: ${found}`, ['PAT and Focal']);
  }
  const ratio = (drawn: readonly number[]) => {
    const pooled = (loss: 'pat' | 'focal') =>
      drawn.reduce((sum, i) => sum + places[i][loss] ** 2, 0);
    return Math.sqrt(pooled('pat') / pooled('focal'));
  };
  const random = new Random(0).stream('stability');
  const interval = bootstrapInterval(places.length, ratio, { random });
  if (interval === null) return untestable('no interval');
  const outcome = outcomeOf(interval, 1, 'below');
  const datasets = [...new Set(places.map(({ dataset }) => datasetTitle(dataset)))].join(', ');
  const text =
    `deviation over seeds, PAT / Focal: ${ratio(places.map((_, i) => i)).toFixed(2)} ` +
    `[${interval.low.toFixed(2)}, ${interval.high.toFixed(2)}] in ${places.length} places (${datasets})`;
  const verdictOf = { for: 'holds', against: 'contradicted', open: 'not decided' } as const;
  return judged(verdictOf[outcome], text);
}
