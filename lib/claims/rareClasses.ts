/** Claims about rare classes, and about not forgetting the frequent ones. */
import { abstractDeclination } from '../paper';
import { allNetworks, patClaims } from './differences';
import type { Claim } from './claimTypes';

export const rareClassClaims: readonly Claim[] = patClaims([
  {
    id: 'rare-classes',
    place: 'Abstract, § 5.1',
    claim:
      `PAT is better “in detecting rare classes compared to” BLV (the abstract’s ${abstractDeclination} is a fall of “Dice ` +
      'Err”); here: tail mIoU on all data sets and networks',
    notebook: '09-claims',
    score: 'tailIoU',
    others: ['blv'],
    networks: allNetworks,
  },
  {
    id: 'head-kept',
    place: 'Abstract, § 5.1, § 5.3',
    claim:
      'Rare classes are learnt “without forgetting the well-classified categories”: head mIoU as with CE',
    notebook: '09-claims',
    score: 'headIoU',
    others: ['crossEntropy'],
    networks: allNetworks,
    is: 'not worse',
  },
]);
