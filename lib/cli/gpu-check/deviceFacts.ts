/** What a fresh process finds of the device: TensorFlow's own word, and whether each CUDA library opens. */
import { deviceReport } from '../../backend';
import type { DeviceReport } from '../../backend';

/** A library that TensorFlow opens by name before it registers a GPU, and the PyPI package that brings it. */
interface CudaLibrary {
  file: string;
  /** Null: part of the driver. */
  wheel: string | null;
}

/** All must open, or TensorFlow computes on the CPU. */
const CUDA_LIBRARIES: readonly CudaLibrary[] = [
  { file: 'libcuda.so.1', wheel: null },
  { file: 'libcudart.so.12', wheel: 'nvidia-cuda-runtime-cu12' },
  { file: 'libcublas.so.12', wheel: 'nvidia-cublas-cu12' },
  { file: 'libcublasLt.so.12', wheel: 'nvidia-cublas-cu12' },
  { file: 'libcudnn.so.9', wheel: 'nvidia-cudnn-cu12' },
  { file: 'libcufft.so.11', wheel: 'nvidia-cufft-cu12' },
  { file: 'libcusolver.so.11', wheel: 'nvidia-cusolver-cu12' },
  { file: 'libcusparse.so.12', wheel: 'nvidia-cusparse-cu12' },
];

export interface LibraryFact extends CudaLibrary {
  /** What the loader says where it does not open; null where it does. */
  problem: string | null;
}

export interface DeviceFacts {
  report: DeviceReport;
  libraries: LibraryFact[];
}

/** To be asked in a process that does nothing else: what it opens may stay open. */
export function deviceFacts(): Promise<DeviceFacts> {
  const libraries = CUDA_LIBRARIES.map((library) => ({ ...library, problem: problemOf(library) }));
  return Promise.resolve({ report: deviceReport(), libraries });
}

/** Node opens any library before it finds that it is no addon of its own. */
function problemOf({ file }: CudaLibrary): string | null {
  try {
    process.dlopen({ exports: {} }, file);
  } catch (error) {
    const { message } = error as Error;
    return message.includes('did not self-register') ? null : message;
  }
  return null;
}
