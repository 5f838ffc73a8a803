"""Training or inference steps in PyTorch: the peer of `npm run bench -- step` and `-- infer`.

Reads one line of JSON at a time and answers each with one. The first is the job:
{"mode": "step" | "infer", "network", "variant", "loss", "width", "classes", "threads", "channelsLast",
"weightsFile", "batchFile"}, and where asked for "device": "cuda" and "compile": true, torch.compile, which needs a C++
compiler (safetensors; images [B,H,W,3] float32, labels [B,H,W] int32), answered by
{"torch", "parameters", "formulation", "check": {"loss", "gradientNorm"} of a first step, or {"meanLogit"}}. Every other
line {"steps": N} is answered by {"milliseconds": [N times]}; one more step before them is not counted.
"""

import json
import sys
import time

import torch
import torch._inductor.config
from safetensors.torch import load_file
from torchLosses import FORMULATIONS, LOSSES, fastest_formulation
from torchNetworks import create_network


def training_step(network, images, labels, loss, compile):
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, fused=True)
    network.train()

    def forward(images, labels):
        return loss(network(images), labels)

    if compile:
        forward = torch.compile(forward)

    def step():
        optimizer.zero_grad(set_to_none=True)
        value = forward(images, labels)
        value.backward()
        optimizer.step()
        return value.item()

    return step


def gradient_norm(network):
    return sum(p.grad.double().square().sum().item() for p in network.parameters()) ** 0.5


def inference_step(network, images, compile):
    network.eval()
    if compile:
        torch._inductor.config.freezing = True  # weights become constants: folded and packed once
        network = torch.compile(network)

    def step():
        with torch.no_grad() if compile else torch.inference_mode():
            logits = network(images)
        if logits.is_cuda:
            torch.cuda.synchronize()
        return logits

    return step


def choose_loss(name, network, images, labels):
    """The loss in its fastest formulation for these logits, and that formulation's name."""
    network.eval()  # leaves the running statistics as they are
    with torch.no_grad():
        logits = network(images)
    formulation = fastest_formulation(LOSSES[name], logits, labels)
    return lambda z, y: LOSSES[name](z, y, FORMULATIONS[formulation]), formulation


def prepare(job):
    torch.set_num_threads(job["threads"])
    device = torch.device(job.get("device", "cpu"))
    batch = load_file(job["batchFile"])
    images = batch["images"].to(device).permute(0, 3, 1, 2)
    labels = batch["labels"].to(device).long()
    state = load_file(job["weightsFile"])
    network = create_network(job["network"], job["variant"], job["width"], job["classes"], state)
    compile = job.get("compile", False)
    layout = torch.channels_last if job["channelsLast"] else torch.contiguous_format
    network = network.to(device, memory_format=layout)
    images = images.contiguous(memory_format=layout)
    facts = {"torch": torch.__version__, "parameters": sum(p.numel() for p in network.parameters())}
    if job["mode"] == "infer":
        step = inference_step(network, images, compile)
        return step, {**facts, "formulation": None, "check": {"meanLogit": step().abs().mean().item()}}
    loss, formulation = choose_loss(job["loss"], network, images, labels)
    step = training_step(network, images, labels, loss, compile)
    check = {"loss": step(), "gradientNorm": gradient_norm(network)}
    return step, {**facts, "formulation": formulation, "check": check}


def burst(step, count):
    times = []
    for _ in range(count + 1):
        start = time.perf_counter()
        step()
        times.append(1000 * (time.perf_counter() - start))
    return times[1:]


def answer(value):
    print(json.dumps(value), flush=True)


def main():
    step, facts = prepare(json.loads(sys.stdin.readline()))
    answer(facts)
    for line in sys.stdin:
        answer({"milliseconds": burst(step, json.loads(line)["steps"])})


if __name__ == "__main__":
    main()
