"""What backs what: the objectives that stand beneath others (docs/chain.md, "The chain of a result")."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sla_engine.agreement import Agreement


def backing(agreements: Sequence[Agreement]) -> npt.NDArray[np.bool_]:
    """Return for all objectives, in file order, which (row) backs which (column): those it names, and what they back.

    A name means all versions of an agreement; each version has its own `supports`.
    """
    names = [f"{agreement.id}.{objective.name}" for agreement in agreements for objective in agreement.objectives]
    supports = [objective.supports for agreement in agreements for objective in agreement.objectives]
    backs = np.array([[name in named for name in names] for named in supports], np.bool_).reshape(len(names), -1)
    for middle in range(len(names)):
        backs |= np.outer(backs[:, middle], backs[middle])
    return backs
