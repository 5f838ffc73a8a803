import { expect, it } from 'vitest';
import { parseConfig } from '../../lib/runs/config';
import { atSmallScale, smallScale } from '../../lib/runs/smallScale';

it('sets what a configuration leaves out, and nothing else', () => {
  expect(atSmallScale({})).toEqual(smallScale);
  const given = {
    dataset: { name: 'folder', size: [32, 32] },
    model: { name: 'unet' },
    epochs: 3,
    loss: { name: 'pat' },
  };
  expect(atSmallScale(given)).toEqual({
    dataset: { name: 'folder', size: [32, 32] },
    model: { name: 'unet', width: 8 },
    epochs: 3,
    batchSize: 4,
    loss: { name: 'pat' },
  });
  expect(parseConfig(atSmallScale({}) as object)).toMatchObject(smallScale);
});
