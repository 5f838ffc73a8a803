"""Images per second of a PyTorch DataLoader over files: the peer of `npm run bench -- data`.

Reads a JSON job from standard input: {"pairs": [[image, mask], ...], "size": [h, w],
"batchSize": 8, "workers": 2}. Writes one line of JSON when the workers have decoded a first epoch
(file cache warm), then one line per "run" line it reads: {"imagesPerSecond": ..., "seconds": ...}
of one epoch. The worker processes live through all epochs, as in a training run.
"""

import json
import sys
import time

import numpy as np
import PIL
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset


class SegmentationFiles(Dataset):
    """Pillow decodes and resizes: bilinear images scaled to [0, 1], nearest masks."""

    def __init__(self, pairs, size):
        self.pairs = pairs
        self.size = (size[1], size[0])

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, index):
        image_file, mask_file = self.pairs[index]
        with Image.open(image_file) as file:
            image = file.convert("RGB").resize(self.size, Image.Resampling.BILINEAR)
        with Image.open(mask_file) as file:
            mask = file.resize(self.size, Image.Resampling.NEAREST)
        pixels = torch.from_numpy(np.array(image)).permute(2, 0, 1).float().div_(255)
        return pixels, torch.from_numpy(np.array(mask)).long()


def epoch(loader):
    start = time.perf_counter()
    images = 0
    for pixels, labels in loader:
        images += len(labels)
    seconds = time.perf_counter() - start
    return {"imagesPerSecond": images / seconds, "seconds": seconds}


def answer(value):
    print(json.dumps(value), flush=True)


def main():
    job = json.loads(sys.stdin.readline())
    loader = DataLoader(
        SegmentationFiles(job["pairs"], job["size"]),
        batch_size=job["batchSize"],
        shuffle=True,
        num_workers=job["workers"],
        persistent_workers=job["workers"] > 0,
    )
    epoch(loader)
    answer({"torch": torch.__version__, "pillow": PIL.__version__})
    for _ in sys.stdin:
        answer(epoch(loader))


if __name__ == "__main__":
    main()
