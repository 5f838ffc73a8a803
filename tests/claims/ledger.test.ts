/** Verdicts on runs: each follows from the records, so each changes with them. */
import { describe, expect, it } from 'vitest';
import { claims, countVerdicts, judgeClaims } from '../../lib/claims';
import type { LedgerRow } from '../../lib/claims';
import { claimRuns, madeUpSweep } from './madeUpRuns';
import type { Skill } from './madeUpRuns';

/** 0.7 for the most frequent class to 0.3 for the rarest. */
const base = (rank: number) => 0.7 - 0.4 * rank;

/** The paper's world: PAT finds rare classes by both its parts, CB and BMS as in its tables. */
const asPrinted: Skill = ({ dataset, loss }, rank) => {
  const pet = dataset === 'oxfordPet';
  if (loss.name === 'pat') {
    const parts = [loss.normalizer !== 'pixels', loss.sharpness === undefined];
    const ofTemperature = pet ? 0 : 0.03 * Math.log2(loss.temperature ?? 1);
    return base(rank) + 0.05 + 0.1 * parts.filter(Boolean).length * rank + ofTemperature;
  }
  if (loss.name === 'classBalanced') return base(rank) + (pet ? 0.15 : -0.05);
  if (loss.name === 'balancedSoftmax') return loss.variant === 'authors' ? 0.1 : base(rank) - 0.05;
  return base(rank);
};

/** No loss and no temperature matters. */
const noneMatters: Skill = (_, rank) => base(rank);

/** PAT is worst in everything, the more so the higher τ; BMS is as bad in both variants. */
const patFails: Skill = ({ dataset, loss }, rank) => {
  if (loss.name === 'pat') {
    const parts = [loss.normalizer !== 'pixels', loss.sharpness === undefined];
    const harm = 0.1 * parts.filter(Boolean).length;
    const sensitive = dataset === 'oxfordPet' ? 0.08 : 0.01;
    return base(rank) - 0.1 - harm - sensitive * (loss.temperature ?? 1);
  }
  return loss.name === 'balancedSoftmax' ? 0.1 : base(rank);
};

const ledgerOf = (skill: Skill) => judgeClaims({ runs: claimRuns(madeUpSweep(skill)) });
const verdict = (ledger: readonly LedgerRow[], id: string) =>
  ledger.find((row) => row.id === id)?.verdict;

const worlds = {
  asPrinted: ledgerOf(asPrinted),
  noneMatters: ledgerOf(noneMatters),
  patFails: ledgerOf(patFails),
  empty: judgeClaims({ runs: claimRuns([]) }),
};

const [holds, inPart, not] = ['holds', 'holds in part', 'contradicted'] as const;

/** The verdict in each world. */
const expected: readonly (readonly [id: string, asPrinted: string, none: string, fails: string])[] =
  [
    ['rare-classes-blv', holds, not, not],
    ['rare-classes-ldam', holds, not, not],
    ['rare-classes-ce', holds, not, not],
    ['head-kept', holds, inPart, not],
    ['table1-meanIoU', holds, not, not],
    ['table1-pixelAccuracy', holds, not, not],
    ['table1-dice', holds, not, not],
    ['table1-gain-ce', holds, not, not],
    ['table1-gain-focal', holds, not, not],
    ['table2-cityscapes', holds, not, not],
    ['table2-nyuv2', holds, not, not],
    ['table2-nyuv2-accuracy', not, not, holds],
    ['class-balanced-many-classes', holds, not, not],
    ['temperature-pet', inPart, holds, not],
    ['temperature-classes', holds, not, not],
    ['temperature-rises', holds, not, not],
    ['balanced-softmax-collapse', holds, not, holds],
    ['balanced-softmax-authors', holds, not, not],
    ['ablation-mask', holds, not, not],
    ['ablation-coefficient', holds, not, not],
    ['ablation-class-balanced', holds, not, not],
    ['pet-border', holds, holds, holds],
  ];

describe('verdicts on runs', () => {
  it.each(expected)('%s', (id, printed, none, fails) => {
    expect(verdict(worlds.asPrinted, id)).toBe(printed);
    expect(verdict(worlds.noneMatters, id)).toBe(none);
    expect(verdict(worlds.patFails, id)).toBe(fails);
    expect(verdict(worlds.empty, id)).toBe('not testable here');
  });

  it('stability follows the deviation over seeds', () => {
    const noisy = (name: string, noise: number): Skill => {
      // The noise goes by the calls: the same for all images and classes of a run is what matters.
      return (place, rank) => base(rank) + (place.loss.name === name ? noise : 0);
    };
    const records = (unsteady: string) => [
      ...madeUpSweep(noisy(unsteady, 0)).filter(({ config: { seed } }) => seed === 0),
      ...madeUpSweep(noisy(unsteady, 0.1)).filter(({ config: { seed } }) => seed === 1),
    ];
    const of = (unsteady: string) =>
      verdict(judgeClaims({ runs: claimRuns(records(unsteady)) }), 'stability');
    expect(of('focal')).toBe('holds');
    expect(of('pat')).toBe('contradicted');
    expect(verdict(worlds.empty, 'stability')).toBe('not testable here');
  });

  it('the border of Pet is not the obstacle where it is found best', () => {
    const ledger = ledgerOf((_, rank) => 0.3 + 0.6 * rank);
    expect(verdict(ledger, 'pet-border')).toBe('contradicted');
  });

  it('a claim that asks for missing runs names them', () => {
    const records = madeUpSweep(asPrinted).filter(({ config }) => config.model.name === 'segnet');
    const ledger = judgeClaims({ runs: claimRuns(records) });
    expect(verdict(ledger, 'table1-meanIoU')).toBe('holds');
    expect(verdict(ledger, 'rare-classes-ce')).toBe('holds in part');
    const networks = ledger.find(({ id }) => id === 'table2-nyuv2');
    expect(networks?.verdict).toBe('not testable here');
    expect(networks?.missing).toHaveLength(15);
    expect(networks?.measured).toMatch(/^runs missing: nyuv2\/unet: PAT, τ = 1; .* and 12 more$/);
  });

  it('intervals and counts of seeds and images go with the verdict', () => {
    const row = worlds.asPrinted.find(({ id }) => id === 'rare-classes-ce');
    expect(row?.comparisons).toHaveLength(12);
    expect(row?.measured).toMatch(
      /^tail mIoU, points: above 0 in 12 of 12, below in 0; from \+[\d.]+ \[.*\] .* 2 seeds$/,
    );
  });
});

describe('the ledger', () => {
  it('has a place, a rule and a notebook for every claim, each once', () => {
    expect(new Set(claims.map(({ id }) => id)).size).toBe(claims.length);
    expect(claims.length).toBeGreaterThanOrEqual(30);
    for (const { id, place, claim, rule, notebook } of claims) {
      expect(id).toMatch(/^[a-z0-9-]+[A-Za-z0-9-]*$/);
      expect(place).toMatch(/^(Abstract|§|Table|this kit)/);
      expect(notebook).toMatch(/^(0[1-9]|1[0-2])-[a-z0-9-]+$/);
      expect(claim.length).toBeGreaterThan(20);
      expect(rule.length).toBeGreaterThan(40);
    }
  });

  it('counts verdicts', () => {
    const counts = countVerdicts(worlds.empty);
    expect(counts['not testable here']).toBe(claims.length);
    expect(counts.holds).toBe(0);
    expect(countVerdicts(worlds.asPrinted).holds).toBeGreaterThan(15);
  });

  it('leaves out records of another setting than most', () => {
    const records = madeUpSweep(noneMatters);
    const strange = records.slice(0, 3).map((record) => ({
      ...record,
      file: `other/${record.file}`,
      config: { ...record.config, epochs: 1 },
    }));
    const runs = claimRuns([...strange, ...records]);
    expect(runs.skipped.map(({ file }) => file)).toEqual(strange.map(({ file }) => file));
    expect(judgeClaims({ runs })).toEqual(worlds.noneMatters);
  });
});
