/** The PyTorch that is installed here, if any; nothing is installed for the check. */
import { execFile } from 'node:child_process';
import path from 'node:path';

export interface TorchHere {
  python: string;
  /** Where it computes. */
  device: 'cuda' | 'cpu';
}

/** Its own libraries are beside it: those of TensorFlow's wheels on the search path would be of another CUDA. */
export const torchVariables = { LD_LIBRARY_PATH: undefined };

const PROBE = 'import torch, safetensors; print("cuda" if torch.cuda.is_available() else "cpu")';

/** PAT_TORCH_PYTHON, that of `npm run bench`, or the first `python3` on PATH that has torch and safetensors. */
export async function findTorch(): Promise<TorchHere | undefined> {
  const { PAT_TORCH_PYTHON: asked, PATH = '' } = process.env;
  const onPath = PATH.split(path.delimiter).map((folder) => path.join(folder, 'python3'));
  const bench = path.join('.cache', 'bench-venv', 'bin', 'python');
  for (const python of asked ? [asked] : [bench, ...onPath]) {
    const device = await probe(python);
    if (device !== undefined) return { python, device };
  }
  return undefined;
}

function probe(python: string): Promise<'cuda' | 'cpu' | undefined> {
  const env = { ...process.env, ...torchVariables };
  return new Promise((resolve) => {
    execFile(python, ['-c', PROBE], { env }, (error, output) => {
      if (error) resolve(undefined);
      else resolve(output.trim() === 'cuda' ? 'cuda' : 'cpu');
    });
  });
}
