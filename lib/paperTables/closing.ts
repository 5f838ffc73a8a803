/** What is reproduced, what is not, what could not be tested: sentences from a table's numbers. */
import { lostSettings, paperDatasets } from '../paper';
import { datasetTitle, placeTitle, signed } from '../results/names';
import { paperOrderings } from './orderings';
import type { Ordering, OrderingVerdict } from './orderings';
import { temperatureRanges } from './temperatures';
import type { TemperatureRange } from './temperatures';
import type { CellStatistics, PaperTable } from './types';

const printedTable: Readonly<Record<string, string>> = {
  table1: 'Table 1',
  table2: 'Table 2',
  table3: 'Table 3',
};

/** Markdown: a paragraph for each of the three, and one on rare classes. */
export function closingText(table: PaperTable): string {
  const told =
    table.name === 'table3'
      ? temperatureParagraphs(temperatureRanges(table))
      : [...orderingParagraphs(paperOrderings(table)), rareClassesParagraph(table)];
  return [...told, untestedParagraph(table)].join('\n\n');
}

function orderingParagraphs(orderings: readonly Ordering[]): string[] {
  const of = (verdict: OrderingVerdict) => orderings.filter((one) => one.verdict === verdict);
  const run = orderings.length - of('not run').length;
  const list = (verdict: OrderingVerdict) => of(verdict).map(orderingText).join('; ') || 'none';
  const scope =
    `Of ${orderings.length} orders of two losses by mean IoU that the paper prints (each loss against PAT and ` +
    `against CE), ${run} could be compared: ${of('reproduced').length} reproduced, ` +
    `${of('reversed').length} reversed, ${of('not decided').length} not decided (p ≥ 0.05 after ` +
    'Holm’s correction).';
  return [
    `**What is reproduced.** ${scope} Reproduced: ${list('reproduced')}.`,
    `**What is not.** Reversed: ${list('reversed')}. Not decided: ${list('not decided')}.`,
  ];
}

/** `PAT over CE (NYUv2, SegNet: +3.4 in print, +1.2 here, p = 0.003)`. */
function orderingText({ better, worse, dataset, network, paper, ours, p }: Ordering): string {
  const here = ours === null ? 'not run' : `${signed(ours)} here`;
  return `${better} over ${worse} (${dataset}, ${network}: ${signed(paper)} in print, ${here}, ${pText(p)})`;
}

/** PAT beside cross-entropy on every data set, those that the paper lacks too. */
function rareClassesParagraph({ cells }: PaperTable): string {
  const pairs = cells.flatMap((pat) => {
    const ce = cells.find(
      ({ dataset, network, loss }) =>
        dataset === pat.dataset && network === pat.network && loss.name === 'crossEntropy',
    );
    // Of the comparisons with PAT, as in the orders above: one pair has one corrected p.
    const found = ce?.against.find(({ reference }) => reference === 'PAT')?.comparison;
    return pat.loss.name === 'pat' && ce && typeof found?.difference === 'number'
      ? [{ pat, ce, difference: -100 * found.difference, p: found.correctedP }]
      : [];
  });
  const tail = ({ summary }: CellStatistics) => {
    const mean = summary?.groups.find(({ name }) => name === 'tail')?.meanIoU?.mean;
    return mean === undefined ? '–' : `${(100 * mean).toFixed(1)} %`;
  };
  const sentences = pairs.map(({ pat, ce, difference, p }) => {
    const place = placeTitle(pat.dataset, pat.network);
    return `${place}: ${signed(difference)} points of mean IoU (${pText(p)}), the tail ${tail(pat)} against ${tail(ce)}`;
  });
  return `**PAT against CE, and the rare classes.** ${sentences.join('; ') || 'Not run yet'}.`;
}

function temperatureParagraphs(ranges: readonly TemperatureRange[]): string[] {
  const run = ranges.filter(({ ours }) => ours !== null);
  const one = ({
    dataset,
    network,
    classes,
    ours,
    paper,
    best,
    different,
    compared,
  }: TemperatureRange) =>
    `${dataset}, ${network} (${classes} classes): ${(ours as number).toFixed(1)} points` +
    `${paper === null ? '' : `, in print ${paper.toFixed(1)}`}, best ${best}, ` +
    `${different} of ${compared} temperatures differ from τ = 1`;
  const sensitivity =
    run.length === 0
      ? 'no run yet'
      : `between the best and the worst temperature lie ${run.map(one).join('; ')}`;
  return [
    `**How much the temperature matters here**: ${sensitivity}.`,
    `**What is reproduced, what is not.** ${sensitivityVerdict(run)}`,
  ];
}

/** §5.2.2: on Pet (3 classes) the temperature hardly matters, on data of more classes it does. */
function sensitivityVerdict(run: readonly TemperatureRange[]): string {
  const few = run.filter(({ dataset }) => dataset === datasetTitle('oxfordPet'));
  const pairs = few.flatMap((pet) =>
    run
      .filter(({ network, dataset }) => network === pet.network && dataset !== pet.dataset)
      .map((more) => {
        return { pet, more, holds: (more.ours as number) > (pet.ours as number) };
      }),
  );
  if (pairs.length === 0)
    return 'The paper’s statement on classes and temperature is not tested yet.';
  const held = pairs.filter(({ holds }) => holds);
  const name = ({ more }: (typeof pairs)[number]) => `${more.dataset} with ${more.network}`;
  const list = (chosen: typeof pairs) => chosen.map(name).join(', ') || 'none';
  return (
    'The paper says that the temperature hardly matters on Oxford-IIIT Pet and matters more where there are more ' +
    `classes. The range here is wider than Pet’s in ${held.length} of ${pairs.length} cases (${list(held)}) and ` +
    `narrower in the others (${list(pairs.filter(({ holds }) => !holds))}).`
  );
}

function untestedParagraph({ name, cells }: PaperTable): string {
  const absent = paperDatasets.filter((dataset) => !cells.some((cell) => cell.dataset === dataset));
  const planned = cells.reduce((sum, { seeds }) => sum + seeds.length, 0);
  const done = cells.reduce((sum, { summary }) => sum + (summary?.seeds.length ?? 0), 0);
  const lost = lostSettings
    .filter(({ place }) => place.includes(printedTable[name].slice(-1)))
    .map(({ setting }) => setting);
  const [{ config }] = cells;
  const parts = [
    ...absent.map((dataset) => `${datasetTitle(dataset)} is not among the data sets at hand`),
    `every run has ${config.epochs} epochs, width ${config.model.width} and small images, the paper’s have 100 epochs and sizes that are lost: ` +
      'the level of the numbers cannot be compared, and an order may change with longer training',
    `lost in print: ${lost.join(', ')}`,
    ...(done < planned ? [`${planned - done} of ${planned} runs are still to be done`] : []),
  ];
  const text = parts.join('; ');
  return `**What could not be tested.** ${text[0].toUpperCase()}${text.slice(1)}.`;
}

function pText(p: number | null): string {
  if (p === null) return 'not tested';
  return p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`;
}
