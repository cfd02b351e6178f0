"""A small linear classifier over a question's vector and its words, learned from labelled utterances.

Multinomial logistic regression. It is trained where an index is built, in seconds, and kept as two arrays; a question costs
a few thousand additions beside the vector that the search needs anyway.
"""

from __future__ import annotations

import hashlib
import itertools
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from index.encoding.encoder import Encoder, Vectors
from index.lexical import stems
from knowledge.document import UNDERSTANDING

WIDTH = 1 << 14  # of the hashed words
# Found by cross-validation on the utterances: the vector tells more than the words, .79 against .57 of English forms
STRENGTH = 8.0  # inverse of the regularisation
VECTOR = 4.0  # weight of the vector beside the words
FOLDS = 5

Utterances = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Classifier:
    """``words`` are (labels, WIDTH + 1) float32, the last column the intercepts; ``vectors`` are (labels, d) float32."""

    labels: tuple[str, ...]
    words: NDArray[np.float32]
    vectors: NDArray[np.float32]

    def probabilities(self, text: str, vector: Vectors) -> dict[str, float]:
        """Return how likely each label is, adding up to 1; ``vector`` is the text's (d,) unit vector."""
        scores = self.words[:, [*features(text), WIDTH]].sum(axis=1) + self.vectors @ vector
        odds = np.exp(scores - scores.max())
        return dict(zip(self.labels, (odds / odds.sum()).tolist(), strict=True))

    def best(self, text: str, vector: Vectors) -> tuple[str, float]:
        """Return the likeliest label and its probability."""
        found = self.probabilities(text, vector)
        label = max(found, key=lambda name: found[name])
        return label, found[label]


def features(text: str) -> list[int]:
    """Return the numbers of a text's features, each once: stems and pairs of them, stop words kept, the first ones marked."""
    said = [word for word, _, _ in stems(text)]
    pairs = [f"{a} {b}" for a, b in itertools.pairwise(said)]
    begins = [f"^{' '.join(said[:n])}" for n in (1, 2, 3)]
    return sorted({zlib.crc32(feature.encode()) % WIDTH for feature in (*said, *pairs, *begins)})


def train(utterances: Utterances, encode: Callable[[Sequence[str]], Vectors]) -> Classifier:
    """Learn the labels; ``encode`` gives (n, d) unit rows."""
    texts, labels = _flat(utterances)
    return _fit(texts, labels, encode(texts))


def cross_validated(
    utterances: Utterances, encode: Callable[[Sequence[str]], Vectors]
) -> tuple[float, dict[str, float]]:
    """Return the accuracy on utterances kept out, of all and of each label, over ``FOLDS`` folds."""
    from sklearn.model_selection import StratifiedKFold

    texts, labels = _flat(utterances)
    rows = encode(texts)
    right: dict[str, list[bool]] = {label: [] for label in utterances}
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=7)
    for learned, kept in folds.split(texts, labels):
        model = _fit([texts[n] for n in learned], [labels[n] for n in learned], rows[learned])
        for n in kept:
            right[labels[n]].append(model.best(texts[n], rows[n])[0] == labels[n])
    each = {label: float(np.mean(results)) for label, results in right.items()}
    return float(np.mean([r for results in right.values() for r in results])), each


def learn(encoder: Encoder, cache: Path) -> None:
    """Train what is not trained yet, so that no question waits for it."""
    for path in sorted(UNDERSTANDING.glob("*.yaml")):
        trained(path.stem, encoder, cache)


def trained(name: str, encoder: Encoder, cache: Path, folder: Path = UNDERSTANDING) -> Classifier:
    """Return the classifier of ``NAME.yaml`` for this encoder: from the cache where it lies there, else trained now and kept.

    Raises:
        KnowledgeError: the utterances cannot be read.
    """
    code, data = Path(__file__).read_bytes(), (folder / f"{name}.yaml").read_bytes()
    key = hashlib.sha256(code + data + encoder.fingerprint.encode()).hexdigest()[:16]
    if key not in _IN_MEMORY:
        path = cache / f"{name}-{key}.npz"
        try:
            with np.load(path, allow_pickle=False) as stored:
                labels = tuple(map(str, stored["labels"]))
                _IN_MEMORY[key] = Classifier(labels, stored["words"], stored["vectors"])
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            from knowledge.utterances import read_utterances  # a YAML parser, which an answer does without

            _IN_MEMORY[key] = train(read_utterances(name, folder), encoder.encode_questions)
            _write(path, _IN_MEMORY[key])
    return _IN_MEMORY[key]


_IN_MEMORY: dict[str, Classifier] = {}


def _write(path: Path, classifier: Classifier) -> None:
    temporary = path.with_suffix(".new.npz")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(temporary, labels=np.array(classifier.labels), words=classifier.words, vectors=classifier.vectors)
        temporary.replace(path)
    except OSError:
        return  # a folder that cannot be written is done without: the next start learns again


def _flat(utterances: Utterances) -> tuple[list[str], list[str]]:
    pairs = [(text, label) for label, texts in utterances.items() for text in texts]
    return [text for text, _ in pairs], [label for _, label in pairs]


def _fit(texts: Sequence[str], labels: Sequence[str], rows: Vectors) -> Classifier:
    from scipy.sparse import csr_matrix, hstack
    from sklearn.linear_model import LogisticRegression

    counted = [features(text) for text in texts]
    begins = np.cumsum([0, *map(len, counted)])
    columns = np.fromiter((c for row in counted for c in row), np.int32, begins[-1])
    said = csr_matrix((np.ones(len(columns), np.float32), columns, begins), shape=(len(texts), WIDTH))
    matrix = hstack([said, csr_matrix(VECTOR * rows)]).tocsr()
    model: Any = LogisticRegression(C=STRENGTH, max_iter=400, class_weight="balanced").fit(matrix, list(labels))
    weights = np.concatenate([model.coef_, model.intercept_[:, None]], axis=1)
    if len(weights) == 1:  # of two labels the library keeps the second one's weights alone
        weights = np.concatenate([-weights, weights]) / 2
    words = np.delete(weights, np.s_[WIDTH:-1], axis=1)
    vectors = VECTOR * weights[:, WIDTH:-1]
    return Classifier(tuple(map(str, model.classes_)), words.astype(np.float32), vectors.astype(np.float32))
