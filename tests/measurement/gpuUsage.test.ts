import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { gpuCard, GpuUsage } from '../../lib/measurement/gpuUsage';

const folder = mkdtempSync(path.join(tmpdir(), 'gpu-usage-test-'));
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Puts a program `nvidia-smi` with that shell code first on PATH. */
function installSmi(code: string): void {
  const file = path.join(folder, 'nvidia-smi');
  writeFileSync(file, `#!/bin/sh\n${code}\n`);
  chmodSync(file, 0o755);
  vi.stubEnv('PATH', `${folder}${path.delimiter}${process.env.PATH}`);
}

const samples = `case "$*" in
  *query-gpu=name,*) echo 'Example GPU, 580.1, 81559, 9.0' ;;
  *query-gpu=memory.used*) echo '2048' ;;
  *query-gpu=name*) echo 'Example GPU' ;;
  *--id=0*query-gpu=utilization.gpu*loop-ms*) printf '40\\n80\\n[N/A]\\n'; exec sleep 60 ;;
  *query-compute-apps*) printf '41, 900\\n42, 1536\\n43, [N/A]\\n' ;;
esac`;

describe('GpuUsage', () => {
  it('averages the utilization since the last reset', async () => {
    installSmi(samples);
    const gpu = (await GpuUsage.start())!;
    expect(gpu.title).toBe('Example GPU');
    await vi.waitFor(() => expect(gpu.share()).toBeCloseTo(0.6, 10));
    gpu.reset();
    expect(gpu.share()).toBeNull();
    gpu.stop();
  });

  it('finds a process by its id, where nvidia-smi tells', async () => {
    installSmi(samples);
    const gpu = (await GpuUsage.start())!;
    expect(await gpu.memoryMiB(42)).toBe(1536);
    expect(await gpu.memoryMiB(43)).toBeNull();
    expect(await gpu.memoryMiB(44)).toBeNull();
    gpu.stop();
  });

  it('knows the card, and what all processes hold of it', async () => {
    installSmi(samples);
    const card = {
      name: 'Example GPU',
      driver: '580.1',
      memoryMiB: 81559,
      computeCapability: '9.0',
    };
    expect(await gpuCard()).toEqual(card);
    const gpu = (await GpuUsage.start())!;
    expect(await gpu.usedMiB()).toBe(2048);
    gpu.stop();
  });

  it('is absent without a GPU', async () => {
    installSmi('echo "NVIDIA-SMI has failed"; exit 9');
    expect(await GpuUsage.start()).toBeUndefined();
    expect(await gpuCard()).toBeUndefined();
    vi.stubEnv('PATH', path.join(folder, 'nothing-here'));
    expect(await GpuUsage.start()).toBeUndefined();
  });
});
