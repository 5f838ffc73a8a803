/** Sums over drawn sets of clusters of images: the inner loop of every interval. */

/** What the clusters hold of one thing, one entry a cluster. */
export type Column = ArrayLike<number>;

export class DrawnSums {
  private readonly shared = new Map<string, readonly Float64Array[]>();

  /**
   * @param sets that were drawn
   * @param times for each cluster, how often it is in each set: bytes, as all of them are read again for each column
   */
  constructor(
    readonly sets: number,
    private readonly times: readonly Uint8Array[],
  ) {}

  /** How often each cluster is in a set, into `times`. */
  timesIn(set: number, times: Float64Array): void {
    for (let cluster = 0; cluster < times.length; cluster++)
      times[cluster] = this.times[cluster][set];
  }

  /**
   * Σ times · entry over the clusters, in each set. Added up in the order of the clusters, so that equal columns have the same
   * bits. `sums`, where given, is overwritten.
   */
  of(column: Column, sums = new Float64Array(this.sets)): Float64Array {
    sums.fill(0);
    const held: number[] = [];
    for (let cluster = 0; cluster < column.length; cluster++) {
      if (column[cluster] !== 0) held.push(cluster);
    }
    for (let i = 0; i < held.length; i += 4) this.addFour(sums, column, held.slice(i, i + 4));
    return sums;
  }

  /** The same of several columns that many runs have alike, those of their images' labels: added up once. */
  ofShared(columns: readonly Column[]): readonly Float64Array[] {
    const key = columns.map((column) => Array.prototype.join.call(column)).join(';');
    const sums = this.shared.get(key) ?? columns.map((column) => this.of(column));
    this.shared.set(key, sums);
    return sums;
  }

  /** Four clusters at a time: a sum is read and written once for the four of them. */
  private addFour(sums: Float64Array, column: Column, clusters: readonly number[]): void {
    const [times0, times1, times2, times3] = [0, 1, 2, 3].map((i) => this.times[clusters[i] ?? 0]);
    const [value0, value1, value2, value3] = [0, 1, 2, 3].map((i) => {
      return i < clusters.length ? column[clusters[i]] : 0;
    });
    for (let b = 0; b < sums.length; b++) {
      const first = sums[b] + times0[b] * value0 + times1[b] * value1;
      sums[b] = first + times2[b] * value2 + times3[b] * value3;
    }
  }
}
