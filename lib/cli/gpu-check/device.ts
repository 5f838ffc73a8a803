/** The first part of `npm run gpu-check`: the card, the libraries that TensorFlow needs for it, and where it computes. */
import { existsSync } from 'node:fs';
import { gpuCard } from '../../measurement/gpuUsage';
import { askOnce } from './ask';
import type { CheckPart, CheckRow, CheckStatus } from './checkTypes';
import type { LibraryFact } from './deviceFacts';

/** Set-up links NVIDIA's libraries here where it binds TensorFlow's GPU build. */
const GPU_BUILD = 'node_modules/@tensorflow/tfjs-node-gpu/deps/nvidia';

/** `allowCpu`: what is missing for a GPU is worth a note only. */
export async function checkDevice(
  signal: AbortSignal,
  allowCpu: boolean,
): Promise<CheckPart & { device: 'CPU' | 'GPU' }> {
  const card = await gpuCard();
  const { report, libraries } = await askOnce(signal, {}, 'device');
  const build = existsSync(GPU_BUILD) ? 'GPU' : 'CPU';
  const missing: CheckStatus = allowCpu ? 'note' : 'failed';
  const absent = libraries.filter(({ problem }) => problem !== null);
  const rows: CheckRow[] = [
    {
      part: 'device',
      name: 'card',
      ...(card
        ? { status: 'ok', value: cardText(card) }
        : { status: missing, value: 'nvidia-smi finds none', remedy: DRIVER }),
    },
    ...absent.map((library) => libraryRow(library, missing)),
    {
      part: 'device',
      name: 'libraries',
      status: absent.length === 0 ? 'ok' : 'note',
      value: `${libraries.length - absent.length} of ${libraries.length} open`,
    },
    {
      part: 'device',
      name: 'TensorFlow',
      ...(report.device === 'GPU'
        ? { status: 'ok', value: `${report.tensorflow} computes on the GPU` }
        : {
            status: missing,
            value: `${report.tensorflow} (${build} build) computes on the CPU`,
            remedy: `${build === 'CPU' ? 'npm run setup binds the GPU build where nvidia-smi answers' : 'Mend the rows above'}; npm run doctor tells more`,
          }),
    },
  ];
  return { device: report.device, rows, json: { card: card ?? null, build, report, libraries } };
}

const DRIVER =
  'Install the NVIDIA driver (525 or newer, for CUDA 12); in a container: docker run --gpus all, apptainer exec --nv';

function libraryRow({ file, wheel, problem }: LibraryFact, status: CheckStatus): CheckRow {
  const fetch = `npm run setup fetches it where nvidia-smi answers (PyPI: ${wheel}); remove .cache/tensorflow first if it was there`;
  const remedy = wheel === null ? DRIVER : fetch;
  return { part: 'device', name: file, status, value: problem ?? '', remedy };
}

function cardText(card: {
  name: string;
  driver: string;
  memoryMiB: number;
  computeCapability: string;
}) {
  const { name, driver, memoryMiB, computeCapability } = card;
  return `${name}, ${memoryMiB} MiB, compute capability ${computeCapability}, driver ${driver}`;
}
