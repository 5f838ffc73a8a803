/** Values and gradients against float64 PyTorch: the kit's own fixtures, and the shared reference where it is present. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tf } from '../../lib/backend';
import { findLoss, lossNames } from '../../lib/losses';
import type { LossConfig } from '../../lib/losses';
import { expectClose, largest } from '../support/closeness';
import { evaluate } from './support';

interface Result {
  config: LossConfig;
  value: number | null;
  grad: (number | null)[];
}

interface Case {
  name: string;
  shape: [number, number, number, number];
  logits: number[];
  labels: number[];
  /** `noise` in our own fixtures, `blvNoise` in the shared ones. */
  noise?: number[];
  blvNoise?: number[];
  results: Result[];
}

/** Below this is nothing: float32 ends at 1e-38, and BLV cuts an absent class's share at exp(−80). */
const UNDERFLOW = 1e-33;

const fixtures = path.join(__dirname, '..', 'fixtures');
/** Two of many losses, and one for each that came later. */
const ownFiles = [
  ...['losses.json', 'regionLosses.json'],
  ...readdirSync(path.join(fixtures, 'losses')).map((file) => path.join('losses', file)),
];
const shared = [
  path.join(process.env.PAT_DATA_DIR ?? '', '..', 'reference'),
  path.join(__dirname, '..', '..', '..', 'shared', 'reference'),
].find((folder) => existsSync(path.join(folder, 'losses.json')));

function casesOf(file: string): Case[] {
  return (JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] }).cases;
}

/** Runs every result of a case. Where PyTorch overflows or divides 0 by 0, ours must still be finite. */
function checkCase(batch: Case, tolerance: { value: number; gradient: number }): void {
  const drawn = batch.noise ?? batch.blvNoise;
  const noise = drawn ? tf.tensor(drawn, batch.shape, 'float32') : undefined;
  for (const { config, value, grad } of batch.results) {
    const complete = config.name === 'blv' ? { ...config, noise } : config;
    const got = evaluate(complete, batch);
    const label = JSON.stringify(config);
    const finite = grad.filter((g): g is number => g !== null);
    try {
      expectClose(got.value, value ?? got.value, {
        relative: tolerance.value,
        absolute: UNDERFLOW,
      });
      const absolute = tolerance.gradient * largest(finite) + UNDERFLOW;
      expectClose(
        got.grad,
        grad.map((g, i) => g ?? got.grad[i]),
        { relative: 0, absolute },
      );
    } catch (error) {
      throw new Error(`${label}: ${(error as Error).message}`);
    }
  }
  noise?.dispose();
}

describe('losses equal PyTorch on our fixtures', () => {
  const cases = ownFiles.flatMap((file) =>
    casesOf(path.join(fixtures, file)).map((batch) => ({
      ...batch,
      name: `${file}: ${batch.name}`,
    })),
  );

  it('which cover every loss that is not made of others', () => {
    const names = new Set(cases.flatMap(({ results }) => results.map(({ config }) => config.name)));
    expect([...names].sort()).toEqual(lossNames.filter((name) => !findLoss(name)?.parts).sort());
  });

  it.each(cases.map((batch) => [batch.name, batch] as const))('%s', (name, batch) => {
    // Losses near 1e-14 are e^(−32) and less: the exponent's own rounding shows.
    const value = name === 'losses.json: confident and right' ? 1e-6 : 5e-7;
    checkCase(batch, { value, gradient: 1e-6 });
  });
});

describe('losses equal the shared reference', () => {
  const reason = shared ? '' : ' (skipped: no ../shared/reference)';
  it.skipIf(!shared).each(['losses.json', 'authors-losses.json'])(
    `%s at the tolerances of its README${reason}`,
    (file) => {
      for (const batch of casesOf(path.join(shared ?? '', file)))
        checkCase(batch, { value: 5e-7, gradient: 1e-6 });
    },
  );
});
