/** Do runs of PAT differ less from seed to seed than runs of Focal? */
import { paperDatasets } from '../paper';
import { Random } from '../random';
import { bootstrapInterval, spread } from '../results/bootstrap';
import { untestable } from './contrasts';
import { datasetTitle } from '../results/names';
import { allNetworks } from './places';
import type { ClaimRuns } from './runs';
import type { Claim, Judgement, Verdict } from './types';

export const stabilityClaims: readonly Claim[] = [
  {
    id: 'stability',
    place: '§ 4.2',
    claim: 'PAT is “anticipated to exhibit greater stability compared to Focal”',
    rule:
      'Pooled standard deviation of mIoU over seeds, PAT’s over Focal’s, on all data sets and networks with both. Holds ' +
      'if the 95 % interval (bootstrap over these places, three or more) lies below 1; otherwise not.',
    notebook: '09-claims',
    judge: ({ runs }) => stabilityJudgement(runs),
  },
];

function stabilityJudgement(runs: ClaimRuns): Judgement {
  const places = paperDatasets.flatMap((paperName) => {
    const dataset = runs.dataset(paperName);
    return allNetworks.flatMap((network) => {
      const [pat, focal] = (['pat', 'focal'] as const).map((name) => {
        const cell = runs.find({ dataset, network, loss: runs.tuned(dataset, name) });
        const scores = cell?.runs.map(({ scores: { meanIoU } }) => meanIoU) ?? [];
        return spread(scores)?.deviation ?? null;
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
  const holds = interval !== null && interval.high < 1;
  const datasets = [...new Set(places.map(({ dataset }) => datasetTitle(dataset)))].join(', ');
  const text =
    `deviation over seeds, PAT / Focal: ${ratio(places.map((_, i) => i)).toFixed(2)} ` +
    `[${interval?.low.toFixed(2)}, ${interval?.high.toFixed(2)}] in ${places.length} places (${datasets})`;
  const verdict: Verdict = holds ? 'holds' : 'contradicted';
  return { verdict, measured: text, comparisons: [], missing: [] };
}
