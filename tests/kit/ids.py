"""Write ids for tests."""

from dataclasses import dataclass, field


@dataclass
class Ids:
    """Write ids that differ from each other and repeat from run to run."""

    made: list[str] = field(default_factory=list)

    def __call__(self) -> str:
        self.made.append(f"write-{len(self.made):06d}")
        return self.made[-1]
