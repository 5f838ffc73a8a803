/** Do runs of PAT differ less from seed to seed than runs of Focal? */
import { paperDatasets } from '../paper';
import { spread } from '../results/bootstrap';
import { datasetTitle } from '../results/names';
import { allNetworks, forBothReadings } from './differences';
import { judged, untestable } from './judge';
import type { ClaimRuns, PatReading } from './claimRuns';
import type { Claim, Judgement } from './claimTypes';

export const stabilityClaims: readonly Claim[] = forBothReadings((reading) => ({
  id: 'stability',
  place: '§ 4.2',
  claim: 'PAT is “anticipated to exhibit greater stability compared to Focal”',
  rule:
    'Pooled standard deviation of mIoU over seeds, PAT’s over Focal’s, on all data sets and networks with both. If they are ' +
    'alike, the two may be swapped in any place: p is the share of all swaps whose ratio is as far from 1. Holds if p < 0.05 ' +
    'and the ratio lies below 1, contradicted if above; else not decided.',
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
  const ratio = (isSwapped: (place: number) => boolean) => {
    const pooled = (loss: 'pat' | 'focal', other: 'pat' | 'focal') =>
      places.reduce((sum, place, i) => sum + place[isSwapped(i) ? other : loss] ** 2, 0);
    return Math.sqrt(pooled('pat', 'focal') / pooled('focal', 'pat'));
  };
  const own = ratio(() => false);
  const distance = (value: number) => Math.abs(Math.log(value));
  const swaps = Array.from({ length: 2 ** places.length }, (_, n) =>
    ratio((i) => ((n >> i) & 1) === 1),
  );
  const far = swaps.filter((one) => !(distance(one) < distance(own) - 1e-9)).length;
  const p = far / swaps.length;
  const datasets = [...new Set(places.map(({ dataset }) => datasetTitle(dataset)))].join(', ');
  const text = `deviation over seeds, PAT / Focal: ${own.toFixed(2)}, p = ${p.toFixed(3)}, in ${places.length} places (${datasets})`;
  return judged(p >= 0.05 ? 'not decided' : own < 1 ? 'holds' : 'contradicted', text);
}
