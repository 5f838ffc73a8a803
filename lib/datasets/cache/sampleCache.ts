/** Keeps decoded samples, in memory or in one raw file, so that files are decoded once. */
import path from 'node:path';
import { z } from 'zod';
import { checkOneOf } from '../../check';
import { openCacheFile } from './cacheFile';
import type { CacheFile } from './cacheFile';
import { cacheKey } from './cacheKey';
import type { LabelMap, Sample, SampleSource } from '../datasetTypes';

/** Keep decoded (or drawn) samples in memory or in a file below `.cache/datasets` (default `'none'`). */
export const cacheKind = z.enum(['none', 'memory', 'disk']);
export type CacheKind = z.infer<typeof cacheKind>;

export interface CacheOptions {
  kind: CacheKind;
  /** What the samples depend on besides their files: data set, split, size, void rule, seed, … */
  identity: Readonly<Record<string, unknown>>;
  /** Every file the samples are read from. */
  files?: readonly string[];
  /** Folder of the cache files (default `.cache/datasets`). */
  folder?: string;
  /** Memory cache: bytes of pixels kept at most; what goes beyond is decoded again (default 4 GiB). */
  memoryLimit?: number;
}

/**
 * `source` with a cache in front of it; the samples are the same, bit for bit.
 *
 * `'memory'` keeps height·width·4 bytes for each sample read, up to `memoryLimit`. `'disk'` writes
 * them to one file as they are first read; it takes effect for other processes once every sample
 * has been read (never half a file), and holds one sample of memory for each read under way. A
 * disk cache is found again by the digest of `identity` and of the path, size and modification time
 * of each file (reading all contents would cost as much as decoding); besides, its first sample is
 * compared with a freshly decoded one, so that a cache made by other code is made anew.
 *
 * @throws InputError (at the first sample) when the cache folder cannot be written.
 */
export function withCache(source: SampleSource, options: CacheOptions): SampleSource {
  const { kind, identity, files = [], memoryLimit = 4 * 2 ** 30 } = options;
  checkOneOf('openDataset', 'cache', kind, cacheKind.options);
  if (kind === 'none') return source;
  if (kind === 'memory') return memoryCache(source, memoryLimit);
  const { folder = path.join('.cache', 'datasets') } = options;
  return diskCache(source, async () => {
    const { name = 'dataset', split = '' } = identity;
    const key = await cacheKey(identity, files);
    return openCacheFile(path.join(folder, `${String(name)}-${String(split)}-${key}.raw`), source);
  });
}

function memoryCache(source: SampleSource, limit: number): SampleSource {
  const kept: (Sample | undefined)[] = [];
  let bytes = 0;
  return {
    length: source.length,
    remarks: source.remarks,
    async sample(index) {
      const found = kept[index];
      if (found !== undefined) return copyOf(found);
      const sample = await source.sample(index);
      const size = sample.image.length + sample.labels.length;
      if (kept[index] === undefined && bytes + size <= limit) {
        kept[index] = copyOf(sample);
        bytes += size;
      }
      return sample;
    },
    async labelMap(index) {
      const found = kept[index];
      return found === undefined ? source.labelMap(index) : labelsOf(copyOf(found));
    },
  };
}

function diskCache(source: SampleSource, open: () => Promise<CacheFile>): SampleSource {
  let opened: Promise<CacheFile> | undefined;
  const cacheFile = (): Promise<CacheFile> => (opened ??= open());
  return {
    length: source.length,
    remarks: source.remarks,
    async sample(index) {
      const file = await cacheFile();
      const found = await file.read(index);
      if (found !== undefined) return found;
      const sample = await source.sample(index);
      await file.add(index, sample);
      return sample;
    },
    async labelMap(index) {
      const found = await (await cacheFile()).read(index);
      return found === undefined ? source.labelMap(index) : labelsOf(found);
    },
  };
}

/** A copy that its reader may change. */
function copyOf({ image, labels, ...facts }: Sample): Sample {
  return { ...facts, image: Uint8Array.from(image), labels: Uint8Array.from(labels) };
}

function labelsOf({ name, height, width, labels }: Sample): LabelMap {
  return { name, height, width, labels };
}
