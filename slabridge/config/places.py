"""Where keys stand: in which file, and under which name."""

from dataclasses import dataclass, field

from slabridge.config.problem import KeyPath, show_path


@dataclass(slots=True)
class Places:
    """Where the keys of a configuration stand. `files` are the tables that stand in another file than `file`."""

    file: str
    files: dict[KeyPath, str] = field(default_factory=dict)
    _inherited: dict[KeyPath, KeyPath] = field(default_factory=dict)
    _earlier: dict[KeyPath, KeyPath] = field(default_factory=dict)
    _elsewhere: dict[KeyPath, KeyPath] = field(default_factory=dict)

    def inherit(self, path: KeyPath, origin: KeyPath) -> None:
        """Note that the value at `path` stands at `origin`, where its problems are shown once."""
        self._inherited[path] = origin

    def stands_at(self, path: KeyPath, origin: KeyPath) -> None:
        """Note that `path` and all below it stand at `origin`, where problems are shown."""
        self._elsewhere[path] = origin

    def rename(self, old: KeyPath, new: KeyPath) -> None:
        """Note that the value of `new` stands under its earlier name."""
        self._earlier[new] = old

    def as_named(self, path: KeyPath) -> KeyPath:
        """Return a path with the earlier name of its last key, where it stands under that."""
        return self._earlier.get(path, path)

    def of(self, path: KeyPath) -> tuple[str, str]:
        """Return the file in which a key stands, and the key as it is called there."""
        here = _moved(path, self._elsewhere) or path
        origin = self.origin(here)
        while origin is not None and self._file(origin) != self._file(here):
            here, origin = origin, self.origin(origin)
        return self._file(here), show_path(here)

    def origin(self, path: KeyPath) -> KeyPath | None:
        """Return where an inherited value stands; None for all others."""
        return _moved(path, self._inherited)

    def _file(self, path: KeyPath) -> str:
        found = (self.files[path[:length]] for length in (2, 1) if path[:length] in self.files)
        return next(found, self.file)


def _moved(path: KeyPath, places: dict[KeyPath, KeyPath]) -> KeyPath | None:
    for length in range(len(path), 0, -1):
        if path[:length] in places:
            return places[path[:length]] + path[length:]
    return None
