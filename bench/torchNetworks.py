"""PyTorch twins of the networks of lib/models, with the same state-dict names.

The variant 'authors' is that of the fixtures (tests/fixtures/networks.py). Here are the networks of the variant 'paper'
that differ from it: SegNet, Attention U-Net and UNet++.
"""

import importlib
import pathlib
import sys

import torch
from torch import nn

sys.path.append(str(pathlib.Path(__file__).parent.parent / "tests" / "fixtures"))
authors = importlib.import_module("networks")


class ConvBlock(nn.Module):
    """Twice convolution, batch normalization and ReLU, without biases."""

    def __init__(self, a, b):
        super().__init__()
        self.conv = nn.Sequential(*authors.stack([a, b, b], bias=False))

    def forward(self, x):
        return self.conv(x)


class SegNet(authors.SegNet):
    """VGG-16's thirteen convolutions, mirrored; the last convolution gives the logits."""

    def __init__(self, w, classes):
        nn.Module.__init__(self)
        down = [[3, w, w], [w] + [2 * w] * 2, [2 * w] + [4 * w] * 3, [4 * w] + [8 * w] * 3, [8 * w] * 4]
        up = [[8 * w] * 4, [8 * w] * 3 + [4 * w], [4 * w] * 3 + [2 * w], [2 * w, 2 * w, w], [w, w]]
        self.encoder = nn.ModuleList(authors.SegNetDown(c) for c in down)
        self.decoder = nn.ModuleList(authors.SegNetUp(c) for c in up)
        self.decoder[-1].seq.append(nn.Conv2d(w, classes, 3, padding=1))


class Gate(nn.Module):
    """Additive attention on the grid of the coarser feature map, resampled to the skip's."""

    def __init__(self, channels, gating, inner):
        super().__init__()
        self.W_x = nn.Conv2d(channels, inner, 1, stride=2, bias=False)
        self.W_g = nn.Conv2d(gating, inner, 1)
        self.psi = nn.Conv2d(inner, 1, 1)
        self.resample = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)

    def forward(self, g, x):
        score = self.psi(torch.relu(self.W_x(x) + self.W_g(g)))
        return x * self.resample(torch.sigmoid(score))


class AttentionUNet(nn.Module):
    def __init__(self, w, classes):
        super().__init__()
        f = [w * 2**i for i in range(5)]
        self.pool = nn.MaxPool2d(2, 2)
        self.encoder = nn.ModuleList(ConvBlock(a, b) for a, b in zip([3, *f], f))
        steps = [(f[i + 1], f[i]) for i in (3, 2, 1, 0)]
        up = {"scale_factor": 2, "mode": "bilinear", "align_corners": True}
        self.decoder = nn.ModuleList(m for a, b in steps for m in (nn.Upsample(**up), ConvBlock(a + b, b)))
        for i, (a, b) in enumerate(steps[:3], start=1):
            self.add_module(f"Att{i}", Gate(b, a, b // 2))
        self.Conv = nn.Conv2d(w, classes, 1)

    def forward(self, x):
        skips = []
        for i, stage in enumerate(self.encoder):
            x = stage(x if i == 0 else self.pool(x))
            skips.append(x)
        skips.pop()
        for i in range(4):
            skip = skips.pop()
            if i < 3:
                skip = getattr(self, f"Att{i + 1}")(g=x, x=skip)
            x = self.decoder[2 * i + 1](torch.cat([skip, self.decoder[2 * i](x)], 1))
        return self.Conv(x)


class Node(nn.Module):
    """The authors' node without biases."""

    def __init__(self, a, b):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(a, b, 3, padding=1, bias=False), nn.BatchNorm2d(b)
        self.conv2, self.bn2 = nn.Conv2d(b, b, 3, padding=1, bias=False), nn.BatchNorm2d(b)
        self.relu = nn.ReLU()

    def forward(self, x):
        return self.relu(self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x))))))


class NestedUNet(nn.Module):
    def __init__(self, w, classes):
        super().__init__()
        f = [w * 2**i for i in range(5)]
        self.pool = nn.MaxPool2d(2, 2)
        for i in range(5):
            self.add_module(f"conv{i}_0", Node(f[i - 1] if i else 3, f[i]))
        for j in range(1, 5):
            for i in range(5 - j):
                self.add_module(f"up{i}_{j}", nn.ConvTranspose2d(f[i + 1], f[i], 2, stride=2))
                self.add_module(f"conv{i}_{j}", Node(f[i] * (j + 1), f[i]))
        self.final = nn.Conv2d(w, classes, 1)

    def forward(self, x):
        nodes = []
        for i in range(5):
            x = getattr(self, f"conv{i}_0")(self.pool(x) if i else x)
            nodes.append([x])
        for j in range(1, 5):
            for i in range(5 - j):
                raised = getattr(self, f"up{i}_{j}")(nodes[i + 1][j - 1])
                nodes[i].append(getattr(self, f"conv{i}_{j}")(torch.cat([*nodes[i], raised], 1)))
        return self.final(nodes[0][4])


NETWORKS = {
    "paper": {"segnet": SegNet, "unet": authors.UNet, "attentionUnet": AttentionUNet, "nestedUnet": NestedUNet},
    "authors": {
        "segnet": authors.SegNet,
        "unet": authors.UNet,
        "attentionUnet": authors.AttentionUNet,
        "nestedUnet": authors.NestedUNet,
    },
}


def create_network(name, variant, width, classes, state):
    """The network with the weights of `state`; every tensor must fit, counters of batches aside."""
    network = NETWORKS[variant][name](width, classes)
    missing, unexpected = network.load_state_dict(state, strict=False)
    wrong = [key for key in missing if not key.endswith("num_batches_tracked")] + unexpected
    if wrong:
        raise ValueError(f"{name} ({variant}): tensors do not fit: {', '.join(wrong)}")
    return network
