import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { datasetNames, imageClusters } from '../../lib/datasets';

/** Groups of positions that share a cluster, whatever its name. */
function groups(clusters: readonly string[]): number[][] {
  const positions = clusters.map((cluster) =>
    clusters.flatMap((other, i) => (other === cluster ? [i] : [])),
  );
  return positions.filter(([first], i) => first === i);
}

describe('imageClusters', () => {
  it('CamVid: 20 seconds of a drive', () => {
    const names = [
      ...['0001TP_006690', '0001TP_007170', '0001TP_007200'], // frames 6600 … 7199 are one block
      ...['0006R0_f01380', '0006R0_f01770', '0006R0_f01800'],
      ...['0016E5_01320', '0016E5_07987', '0016E5_08005', 'Seq05VD_f00000', 'Seq05VD_f00599'],
      ...['Seq05VD_f00600', 'mine', 'my_picture'],
    ];
    expect(groups(imageClusters('camvid', names))).toEqual([
      ...[[0, 1], [2], [3, 4], [5], [6], [7, 8], [9, 10], [11], [12], [13]],
    ]);
  });

  it('Cityscapes: 20 seconds of a sequence of a city', () => {
    const names = [
      ...['frankfurt_000000_000294', 'frankfurt_000000_000339', 'frankfurt_000000_000340'],
      ...['frankfurt_000001_000294', 'aachen_000000_000019', 'aachen_000001_000019'],
      'bad-honnef_000000_000019',
    ];
    expect(groups(imageClusters('cityscapes', names))).toEqual([[0, 1], [2], [3], [4], [5], [6]]);
  });

  it('NYUv2: numbers whose neighbours are at most 3 apart, in any order', () => {
    const names = [12, 1, 4, 7, 11, 16, 1449].map((n) => `nyu_rgb_${String(n).padStart(4, '0')}`);
    expect(groups(imageClusters('nyuv2', [...names, 'mine']))).toEqual([
      ...[[0, 4], [1, 2, 3], [5], [6], [7]],
    ]);
  });

  it.each(['oxfordPet', 'folder', 'synthetic', 'another data set'])('%s: each image', (name) => {
    expect(imageClusters(name, ['Bengal_107', 'Bengal_108'])).toEqual(['Bengal_107', 'Bengal_108']);
  });

  const name = fc.oneof(
    fc.string(),
    fc.nat({ max: 40 }).map((n) => `nyu_rgb_${String(n).padStart(4, '0')}`),
    fc.nat({ max: 2000 }).map((n) => `0001TP_${String(n).padStart(6, '0')}`),
    fc.nat({ max: 2000 }).map((n) => `ulm_000000_${String(n).padStart(6, '0')}`),
  );
  it.each(datasetNames)('%s: every name has one, whatever the order of the names', (dataset) => {
    const shuffled = fc
      .uniqueArray(name, { maxLength: 30 })
      .chain((names) =>
        fc.tuple(
          fc.constant(names),
          fc.shuffledSubarray(names, { minLength: names.length, maxLength: names.length }),
        ),
      );
    fc.assert(
      fc.property(shuffled, ([names, order]) => {
        const clusters = imageClusters(dataset, names);
        expect(clusters).toHaveLength(names.length);
        expect(clusters.every((cluster) => typeof cluster === 'string')).toBe(true);
        const of = (list: readonly string[]) =>
          groups(imageClusters(dataset, list))
            .map((group) => group.map((i) => list[i]).sort())
            .sort((a, b) => (a[0] < b[0] ? -1 : 1));
        expect(of(order)).toEqual(of(names));
      }),
    );
  });
});
