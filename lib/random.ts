/**
 * The one source of randomness of the kit: a seeded generator with named sub-streams.
 *
 *     const random = new Random(0);
 *     const shuffle = random.stream('shuffle'); // independent of random.stream('init')
 *
 * The generator is xoroshiro128+ (npm `pure-rand`); stream seeds come from SHA-256 of the parent seed and
 * the stream's name, so adding a stream never changes another. Same seed, same numbers, on every machine.
 */
import { createHash } from 'node:crypto';
import { unsafeUniformIntDistribution, xoroshiro128plus } from 'pure-rand';
import type { RandomGenerator } from 'pure-rand';
import { checkNumber, invalid } from './check';

export class Random {
  private generator: RandomGenerator;
  private readonly path: string;

  /** @param seed any integer; 0 is a seed like every other. */
  constructor(seed: number) {
    checkNumber('Random', 'seed', seed, { integer: true });
    this.path = String(seed);
    this.generator = generatorFor(this.path);
  }

  /** An independent generator named `name`; depends on the seed and the names only, not on draws made so far. */
  stream(name: string): Random {
    return Random.at(`${this.path}/${name}`);
  }

  /** Uniform in [low, high), 53-bit resolution. */
  uniform(low = 0, high = 1): number {
    const upper = this.generator.unsafeNext() >>> 5;
    const lower = this.generator.unsafeNext() >>> 6;
    return low + ((upper * 67108864 + lower) / 9007199254740992) * (high - low);
  }

  /** Normal distribution (Box–Muller, one value per call). */
  normal(mean = 0, standardDeviation = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return mean + standardDeviation * radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Uniform integer in [low, high], both included, without modulo bias. */
  integer(low: number, high: number): number {
    checkNumber('Random.integer', 'low', low, { integer: true });
    checkNumber('Random.integer', 'high', high, { integer: true, min: low });
    return unsafeUniformIntDistribution(low, high, this.generator);
  }

  /** True with probability `p`. */
  chance(p: number): boolean {
    return this.uniform() < p;
  }

  /** One element of a non-empty array. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw invalid('Random.pick', 'items', 'a non-empty array', '[]');
    return items[this.integer(0, items.length - 1)];
  }

  /** The integers 0 … length−1 in random order (Fisher–Yates). */
  permutation(length: number): number[] {
    const order = Array.from({ length }, (_, i) => i);
    for (let i = length - 1; i > 0; i--) {
      const j = this.integer(0, i);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }

  private static at(path: string): Random {
    const random = Object.create(Random.prototype) as Random;
    return Object.assign(random, { path, generator: generatorFor(path) });
  }
}

function generatorFor(path: string): RandomGenerator {
  const digest = createHash('sha256').update(path).digest();
  return xoroshiro128plus.fromState([0, 4, 8, 12].map((offset) => digest.readInt32LE(offset)));
}
