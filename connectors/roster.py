"""Whose comments are an agent's and whose are not: what the configuration names."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Roster:
    """People whom the configuration names: by account, by group, by the domain of their e-mail address."""

    accounts: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.accounts or self.groups or self.domains)


NOBODY = Roster()
