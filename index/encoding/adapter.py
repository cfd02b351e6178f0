"""A small matrix that moves question vectors towards the passages that answer them.

Trained in seconds on the questions that people ask about each section (``NAME.asked.yaml``); passages are not
embedded again. A question vector x becomes z = x + xW, scaled to length 1; W starts at zero.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.encoding.encoder import Vectors

# Found on the dev half of the golden set: see tests/benchmarks/README.md
EPOCHS, RATE, DECAY, BATCH, TEMPERATURE, SEED = 10, 3e-4, 1e-2, 128, 0.05, 7


def train(
    questions: Vectors, sections: NDArray[np.int64], passages: Vectors, passage_sections: NDArray[np.int64]
) -> Vectors:
    """Return W, (d, d) float32: cross-entropy of each question over all passages, any passage of its section right.

    ``questions`` are (n, d) unit rows and ``sections`` (n,) the section each belongs to; ``passage_sections`` (m,)
    says in which section each of the (m, d) ``passages`` lies. The same input gives the same matrix.
    """
    import torch

    torch.manual_seed(SEED)
    generator = torch.Generator().manual_seed(SEED)
    x, targets = torch.from_numpy(questions), torch.from_numpy(passages)
    right = torch.from_numpy(sections[:, None] == passage_sections[None, :])
    weight = torch.zeros(x.shape[1], x.shape[1], requires_grad=True)
    optimiser = torch.optim.AdamW([weight], lr=RATE, weight_decay=DECAY)
    for _ in range(EPOCHS):
        for batch in torch.split(torch.randperm(len(x), generator=generator), BATCH):
            moved = torch.nn.functional.normalize(x[batch] + x[batch] @ weight, dim=1)
            log = torch.log_softmax(moved @ targets.T / TEMPERATURE, dim=1)
            loss = -torch.logsumexp(log.masked_fill(~right[batch], -torch.inf), dim=1).mean()
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
    return np.asarray(weight.detach().numpy(), np.float32)


def adapt(questions: Vectors, weight: Vectors | None) -> Vectors:
    """Return the questions' (n, d) vectors moved by W, of length 1; as they are where there is no W."""
    if weight is None:
        return questions
    moved = questions + questions @ weight
    return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), np.float32)


def fingerprint(parts: Sequence[NDArray[np.float32]]) -> str:
    """Return a short hash of arrays, for the manifest."""
    return hashlib.sha256(b"".join(np.ascontiguousarray(p).tobytes() for p in parts)).hexdigest()[:16]
