/** What TensorFlow can do on this processor, for tests that need it; they are skipped, by name, where it cannot. */
import { readFileSync } from 'node:fs';

const flags = (() => {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return ''; // not Linux
  }
})();

/** The kit turns oneDNN on, unless told otherwise; TensorFlow has it for x86 and ARM, and these tests know x86. */
export const hasOneDnn = process.arch === 'x64' && process.env.TF_ENABLE_ONEDNN_OPTS !== '0';

/** oneDNN computes in bfloat16 from AVX-512 on. */
export const hasBfloat16 = hasOneDnn && /avx512bw/.test(flags);
