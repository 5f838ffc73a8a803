/** Time of a training step or an inference over PyTorch's on the same machine, for each network and loss. */
import type { Data, Layout, LayoutAxis } from 'plotly.js';
import { invalid } from '../check';
import type { StepMeasurement, StepReport } from '../measurement/reports';
import { lossTitle, networkTitle } from '../results/names';
import { rounded } from '../print/figureText';
import { axis, panelTitle, seriesStyle } from '../print/style';
import type { Figure } from '../print/figure';
import { maximumOf } from '../extremes';

export interface StepTimesOptions {
  /** File stem (default `'step-times'`). */
  name?: string;
}

const GAP = 0.08;

/**
 * One panel for each `width/side/batch`: our time over that of PyTorch's fastest way (op by op in either memory layout, or
 * compiled), below 1 where we take less. The dashed line is the kit's goal for the size.
 *
 * @throws InputError when nothing was measured.
 */
export function stepTimesFigure(
  { results, machine, torch, rounds }: StepReport,
  { name = 'step-times' }: StepTimesOptions = {},
): Figure {
  if (results.length === 0) throw invalid('stepTimesFigure', 'results', 'a non-empty array', '[]');
  const sizes = [...new Set(results.map(sizeOf))];
  const losses = [...new Set(results.map(({ loss }) => loss))];
  const panelWidth = (1 - GAP * (sizes.length - 1)) / sizes.length;
  const highest = maximumOf([1, ...results.flatMap(({ ratio, bar }) => [ratio, bar ?? 0])]);
  const layout: Partial<Layout> = { annotations: [], margin: { t: 50 } };
  const data = sizes.flatMap((size, i): Data[] => {
    const suffix = i === 0 ? '' : String(i + 1);
    const axes = { xaxis: `x${suffix}`, yaxis: `y${suffix}` };
    const left = i * (panelWidth + GAP);
    Object.assign(layout, {
      [`xaxis${suffix}`]: axis('', {
        type: 'category',
        tickangle: -45,
        domain: [left, left + panelWidth],
        anchor: axes.yaxis as LayoutAxis['anchor'],
      }),
      [`yaxis${suffix}`]: axis(i === 0 ? 'Time / PyTorch’s' : '', {
        range: [0, 1.08 * highest],
        anchor: axes.xaxis as LayoutAxis['anchor'],
      }),
    });
    layout.annotations?.push(panelTitle(size, i + 1));
    const shown = results.filter((result) => sizeOf(result) === size);
    const networks = [...new Set(shown.map(({ network }) => network))];
    const { bar } = shown[0];
    const points = losses.map((loss): Data => {
      const { color, symbol } = seriesStyle(losses.indexOf(loss));
      const ofLoss = shown.filter((result) => result.loss === loss);
      const label = loss === null ? 'inference' : lossTitle(loss);
      return {
        ...axes,
        type: 'scatter',
        mode: 'markers',
        x: ofLoss.map(({ network }) => networkTitle(network)),
        y: ofLoss.map(({ ratio }) => rounded(ratio, 4)),
        name: label,
        legendgroup: label,
        showlegend: i === 0,
        marker: { color, symbol, size: 10 },
      };
    });
    const lines = [1, ...(bar === null ? [] : [bar])].map((level, n): Data => ({
      ...axes,
      type: 'scatter',
      mode: 'lines',
      x: networks.map(networkTitle),
      y: networks.map(() => level),
      name: n === 0 ? 'as fast as PyTorch' : 'goal of the kit',
      legendgroup: n === 0 ? 'equal' : 'goal',
      showlegend: i === 0,
      line: { color: '#8C8C8C', width: 1.3, dash: n === 0 ? 'solid' : 'dash' },
    }));
    return [...points, ...lines];
  });
  const what = losses[0] === null ? 'an inference' : 'a training step';
  return {
    name,
    title: `Time of ${what} over PyTorch’s`,
    caption:
      `Time of ${what} over that of PyTorch ${torch} in its fastest way (op by op in either memory layout, or ` +
      `torch.compile where that was measured), by the networks' width, side of the images and batch size (above); ` +
      `medians of ${rounds} interleaved rounds on ${machine.processor}, ${machine.cores} cores. ` +
      "Dashed: the kit's goal for the size, as a share of PyTorch's time.",
    data,
    layout,
    aspectRatio: 0.5,
    rows: results.map(({ network, loss, ...result }) => ({
      size: sizeOf(result),
      network,
      loss,
      oursMs: result.oursMs,
      torchNchwMs: result.torchNchwMs,
      torchChannelsLastMs: result.torchChannelsLastMs,
      torchCompiledMs: result.torchCompiledMs ?? null,
      ratio: result.ratio,
      bar: result.bar,
    })),
  };
}

function sizeOf({ width, size, batch }: Pick<StepMeasurement, 'width' | 'size' | 'batch'>): string {
  return `${width}/${size}/${batch}`;
}
