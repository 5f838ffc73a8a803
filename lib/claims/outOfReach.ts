/** Claims for which the kit has no measurement at all, and why. */
import type { Evidence } from './evidence';
import { untestable } from './judge';
import type { Claim } from './claimTypes';

export const outOfReachClaims: readonly Claim[] = [
  {
    id: 'figures-4-5',
    place: '§ 5.1, Figs. 4 and 5',
    claim:
      'In the examples shown PAT segments sky, road, cars and outlines that others misclassify',
    rule: 'Four images of Cityscapes and some of Pet, chosen by the authors and not named; an example is no test.',
    notebook: '05-train-one-run',
    judge: ({ runs }: Evidence) => {
      const cityscapes = runs.cells.some(({ dataset }) => dataset === 'cityscapes');
      const access = cityscapes ? '' : '; Cityscapes, which needs a login, has no runs here';
      return untestable(`the images are not identified${access}`);
    },
  },
  {
    id: 'domain-shift',
    place: '§ 5.3',
    claim: 'PAT is “notably susceptible to domain shift”',
    rule: 'Needs scores of a network on another data set than its own; no record holds any.',
    notebook: '09-claims',
    judge: () => untestable('no run is scored on another data set than its own'),
  },
];
