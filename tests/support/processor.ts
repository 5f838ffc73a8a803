/** What TensorFlow can do on this processor, for tests that need it; they are skipped, by name, where it cannot. */
import { readFileSync } from 'node:fs';

const flags = (() => {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return ''; // not Linux
  }
})();

/** TensorFlow takes oneDNN's kernels by default only on processors with AVX-512 VNNI or BF16, or with AMX. */
export const hasOneDnn =
  process.env.TF_ENABLE_ONEDNN_OPTS === '1' || /avx512_vnni|avx512_bf16|amx_/.test(flags);

/** oneDNN computes in bfloat16 from AVX-512 on. */
export const hasBfloat16 = hasOneDnn && /avx512bw/.test(flags);
