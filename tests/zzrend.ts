import { exportFigure } from '/work/wt-prose/lib/print/export';
import { readTable } from '/work/wt-prose/lib/tables/read';
import { tableIntervals, tableCurves, tableClassBars } from '/work/wt-prose/lib/figures/tableFigures';
import { readBench } from '/work/wt-prose/lib/measurement/benchResults';
import { costBubblesFigure } from '/work/wt-prose/lib/figures/costBubbles';
import { lossCostsFigure } from '/work/wt-prose/lib/figures/lossCosts';
import { stepTimesFigure } from '/work/wt-prose/lib/figures/stepTimes';
import { openDataset } from '/work/wt-prose/lib/datasets';
import { analyzeMasks } from '/work/wt-prose/lib/analysis/maskImbalance';
import { classSharesFigure } from '/work/wt-prose/lib/figures/classShares';
import { maskSizesFigure } from '/work/wt-prose/lib/figures/maskSizes';
import { imageImbalanceFigure } from '/work/wt-prose/lib/figures/imageImbalance';
import { coefficientExplosionFigure } from '/work/wt-prose/lib/figures/coefficientExplosion';
import { lossCurves } from '/work/wt-prose/lib/analysis/lossCurves';
import { patExploration } from '/work/wt-prose/lib/analysis/patExploration';
import { explorePatFigure } from '/work/wt-prose/lib/figures/explorePat';
const out: any[] = [];
const venue = (process.argv[2] ?? 'eccv') as any;
const save = async (f: any, name?: string) => { if (!f) return; const g = name ? { ...f, name } : f; await exportFigure(g, { venue, directory: '/tmp/rend/' + venue }); console.log(g.name, '|', g.title, '|', g.caption); };
async function main() {
  for (const t of ['table1', 'table3']) {
    const table = await readTable(t, 'data/results/laptop', { resamples: 200 });
    await save(tableIntervals(table));
    for (const f of tableCurves(table, { dataset: 'nyuv2', network: 'segnet', losses: t === 'table1' ? ['crossEntropy', 'classBalanced', 'blv', 'pat'] : ['pat'] } as any)) await save(f);
    for (const f of tableClassBars(table, { dataset: 'camvid', network: 'segnet', losses: ['crossEntropy', 'pat'] } as any)) await save(f);
  }
  const tr: any = await readBench('training'); await save(costBubblesFigure(tr));
  await save(lossCostsFigure((await readBench('loss')) as any)); await save(stepTimesFigure((await readBench('step')) as any));
  const m = []; for (const name of ['camvid', 'oxfordPet', 'nyuv2']) m.push(await analyzeMasks(await openDataset({ name, split: 'train' } as any), { limit: 60 }));
  await save(classSharesFigure([m[0]])); await save(classSharesFigure(m, { name: 'compared' })); await save(maskSizesFigure(m[2])); await save(imageImbalanceFigure(m));
  const readings: any[] = [...[0.25, 1, 4].map((temperature) => ({ label: `exponential, τ = ${temperature}`, config: { name: 'pat', temperature } })), ...[1e-8, 1e-4, 1e-2].map((epsilon) => ({ label: `inverse, ε = ${epsilon}`, config: { name: 'pat', coefficient: 'inverse', epsilon } }))];
  const probabilities = Array.from({ length: 33 }, (_, i) => 0.999 * 10 ** (i / 4 - 8));
  await save(coefficientExplosionFigure(await lossCurves({ losses: readings, probabilities } as any)));
  await save(explorePatFigure(await patExploration({ temperature: 2, numClasses: 11 })));
}
void main();
