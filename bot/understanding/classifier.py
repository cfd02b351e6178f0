"""A small linear classifier over the words of a question, learned from labelled utterances.

Multinomial logistic regression on hashed words and pairs of words. It is trained where an index is built, in seconds, and
kept as two arrays; a question costs a few dozen additions.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.lexical import stems
from knowledge.document import UNDERSTANDING

WIDTH = 1 << 14  # of the hashed features
STRENGTH = 4.0  # inverse of the regularisation; found by cross-validation
FOLDS = 5

Utterances = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Classifier:
    """``weights`` are (labels, WIDTH + 1) float32, the last column the intercepts."""

    labels: tuple[str, ...]
    weights: NDArray[np.float32]

    def probabilities(self, text: str) -> dict[str, float]:
        """Return how likely each label is, adding up to 1."""
        scores = self.weights[:, [*features(text), WIDTH]].sum(axis=1)
        odds = np.exp(scores - scores.max())
        return dict(zip(self.labels, (odds / odds.sum()).tolist(), strict=True))

    def best(self, text: str) -> tuple[str, float]:
        """Return the likeliest label and its probability."""
        found = self.probabilities(text)
        label = max(found, key=lambda name: found[name])
        return label, found[label]


def features(text: str) -> list[int]:
    """Return the numbers of a text's features, each once: stems and pairs of them, stop words kept, the first ones marked."""
    said = [word for word, _, _ in stems(text)]
    pairs = [f"{a} {b}" for a, b in zip(said, said[1:], strict=False)]
    begins = [f"^{' '.join(said[:n])}" for n in (1, 2, 3)]
    return sorted({zlib.crc32(feature.encode()) % WIDTH for feature in (*said, *pairs, *begins)})


def train(utterances: Utterances, mask: Callable[[str], str] = str) -> Classifier:
    """Learn the labels; ``mask`` replaces the names in a text, which say nothing of what is wanted."""
    texts, labels = _flat(utterances, mask)
    return _fit(texts, labels)


def cross_validated(utterances: Utterances, mask: Callable[[str], str] = str) -> tuple[float, dict[str, float]]:
    """Return the accuracy on utterances kept out, of all and of each label, over ``FOLDS`` folds."""
    from sklearn.model_selection import StratifiedKFold

    texts, labels = _flat(utterances, mask)
    right: dict[str, list[bool]] = {label: [] for label in utterances}
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=7)
    for learned, kept in folds.split(texts, labels):
        model = _fit([texts[n] for n in learned], [labels[n] for n in learned])
        for n in kept:
            right[labels[n]].append(model.best(texts[n])[0] == labels[n])
    each = {label: float(np.mean(results)) for label, results in right.items()}
    return float(np.mean([r for results in right.values() for r in results])), each


def trained(name: str, cache: Path, mask: Callable[[str], str] = str, folder: Path = UNDERSTANDING) -> Classifier:
    """Return the classifier of ``NAME.yaml``, from the cache folder where it lies there, else trained now and kept.

    Raises:
        KnowledgeError: the utterances cannot be read.
    """
    code, data = Path(__file__).read_bytes(), (folder / f"{name}.yaml").read_bytes()
    key = hashlib.sha256(code + data).hexdigest()[:16]
    if key not in _IN_MEMORY:
        path = cache / f"{name}-{key}.npz"
        try:
            with np.load(path, allow_pickle=False) as stored:
                _IN_MEMORY[key] = Classifier(tuple(map(str, stored["labels"])), stored["weights"])
        except (OSError, ValueError, KeyError):
            _IN_MEMORY[key] = _learn(name, mask, folder)
            _write(path, _IN_MEMORY[key])
    return _IN_MEMORY[key]


_IN_MEMORY: dict[str, Classifier] = {}


def _learn(name: str, mask: Callable[[str], str], folder: Path) -> Classifier:
    from knowledge.utterances import read_utterances  # a YAML parser, which an answer does without

    return train(read_utterances(name, folder), mask)


def _write(path: Path, classifier: Classifier) -> None:
    temporary = path.with_suffix(".new.npz")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(temporary, labels=np.array(classifier.labels), weights=classifier.weights)
        temporary.replace(path)
    except OSError:
        return  # a folder that cannot be written is done without: the next start learns again


def _flat(utterances: Utterances, mask: Callable[[str], str]) -> tuple[list[str], list[str]]:
    pairs = [(mask(text), label) for label, texts in utterances.items() for text in texts]
    return [text for text, _ in pairs], [label for _, label in pairs]


def _fit(texts: Sequence[str], labels: Sequence[str]) -> Classifier:
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    rows = [features(text) for text in texts]
    begins = np.cumsum([0, *map(len, rows)])
    columns = np.fromiter((c for row in rows for c in row), np.int32, begins[-1])
    matrix = csr_matrix((np.ones(len(columns), np.float32), columns, begins), shape=(len(rows), WIDTH))
    model: Any = LogisticRegression(C=STRENGTH, max_iter=300, class_weight="balanced").fit(matrix, list(labels))
    weights = np.concatenate([model.coef_, model.intercept_[:, None]], axis=1)
    return Classifier(tuple(map(str, model.classes_)), np.asarray(weights, np.float32))
