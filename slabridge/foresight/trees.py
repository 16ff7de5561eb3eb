"""Gradient boosted trees of scikit-learn (extra `predict`): the one place that knows it.

They are kept by skops, which makes nothing of what it reads but what it knows, and what is named here: whoever can
write into a state cannot have us run anything.
"""

from typing import Any, Final, Self

import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from skops.io import dumps, loads
from threadpoolctl import threadpool_limits

from sla_engine.table import Mask
from slabridge.foresight.curve import Floats

_TYPES: Final = (
    "functools.partial",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.utils.validation.check_array",
)


class Trees:
    """Trees that were fitted: what they say of features, as log odds."""

    def __init__(self, fitted: Any) -> None:  # noqa: ANN401 - scikit-learn has no types
        self._fitted = fitted

    @classmethod
    def of(cls, features: npt.NDArray[Any], broke: Mask, fields: int) -> Self:
        """Fit trees, the same ones whenever; the first columns are codes of so many fields."""
        trees = HistGradientBoostingClassifier(
            max_iter=100,
            learning_rate=0.03,
            max_leaf_nodes=15,
            min_samples_leaf=200,
            l2_regularization=1.0,
            categorical_features=[*range(fields)],
            early_stopping=False,
            random_state=0,
        )
        with threadpool_limits(1):  # more are slower where others work, too
            return cls(trees.fit(features, broke))

    @classmethod
    def unpacked(cls, document: bytes) -> Self:
        """Return trees from bytes."""
        return cls(loads(document, trusted=[*_TYPES]))

    def packed(self) -> bytes:
        """Return the trees as bytes."""
        document: bytes = dumps(self._fitted)
        return document

    def log_odds(self, features: npt.NDArray[Any]) -> Floats:
        """Return what the trees say."""
        with threadpool_limits(1):
            found: Floats = self._fitted.decision_function(features)
        return found


def in_line(odds: Floats, broke: Mask) -> tuple[float, float]:
    """Return by what log odds are multiplied, and moved, to be in line with what came (Platt, 1999)."""
    found = LogisticRegression(C=1e6).fit(odds[:, None], broke)
    return float(found.coef_[0, 0]), float(found.intercept_[0])
