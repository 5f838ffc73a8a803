/** Images: those of the page, and those that a reader drops, pastes or picks. */
import type { PageImage } from '../pageTypes';

/** An image with its labels, where it has some. */
export interface OpenImage {
  name: string;
  pixels: ImageData;
  /** Class ids `[height, width]`. */
  labels?: Uint8Array;
}

export function bytesOf(base64: string): ArrayBuffer {
  const text = atob(base64);
  const buffer = new ArrayBuffer(text.length);
  const bytes = new Uint8Array(buffer);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return buffer;
}

/** An image of the page, at its own size. */
export async function openPageImage({ name, file, labels }: PageImage): Promise<OpenImage> {
  const pixels = await decoded(new Blob([bytesOf(file)]));
  if (labels === undefined) return { name, pixels };
  const { data } = await decoded(new Blob([bytesOf(labels)]));
  const ids = Uint8Array.from({ length: data.length / 4 }, (_, i) => data[4 * i]); // grey levels
  return { name, pixels, labels: ids };
}

/** What a reader brought, at about as many pixels as the runs were trained with, in its own shape. */
export async function openFile(
  file: File,
  [height, width]: readonly [number, number],
  multiple: number,
): Promise<OpenImage> {
  const bitmap = await createImageBitmap(file);
  const scale = Math.sqrt((height * width) / (bitmap.height * bitmap.width));
  const side = (length: number) => Math.max(1, Math.round((length * scale) / multiple)) * multiple;
  const size = { height: side(bitmap.height), width: side(bitmap.width) };
  return { name: file.name || 'pasted image', pixels: drawn(bitmap, size) };
}

async function decoded(blob: Blob): Promise<ImageData> {
  const bitmap = await createImageBitmap(blob, { colorSpaceConversion: 'none' });
  return drawn(bitmap, bitmap);
}

function drawn(
  bitmap: ImageBitmap,
  { height, width }: { height: number; width: number },
): ImageData {
  const canvas = Object.assign(document.createElement('canvas'), { height, width });
  const context = canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

/** Calls `open` with image files that are dropped on the page, pasted, or picked with `input`. */
export function onFiles(input: HTMLInputElement, open: (file: File) => void): void {
  const first = (files: ArrayLike<File> | null | undefined) => {
    const file = Array.from(files ?? []).find(({ type }) => type.startsWith('image/'));
    if (file !== undefined) open(file);
  };
  input.addEventListener('change', () => first(input.files));
  document.addEventListener('paste', ({ clipboardData }) => first(clipboardData?.files));
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    first(event.dataTransfer?.files);
  });
}
