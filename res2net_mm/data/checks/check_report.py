"""What the check of a folder has found, and its report."""

from dataclasses import dataclass, field
from pathlib import Path

from res2net_mm.formats.findings import Finding


@dataclass
class FolderCheck:
    """What a check has found.

    Attributes:
        root: the folder.
        tables: what it holds, as text.
        findings: what is the matter with it, and notes.
        pictures: PNG files written.
    """

    root: Path
    tables: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    pictures: list[Path] = field(default_factory=list)

    @property
    def faults(self) -> list[Finding]:
        """The findings that ask for something to be done."""
        return [finding for finding in self.findings if finding.fix]

    @property
    def clean(self) -> bool:
        """Whether there are none."""
        return not self.faults

    def __str__(self):
        lines = [*self.tables]
        lines += [f.advice() for f in sorted(self.findings, key=lambda f: bool(f.fix))]
        lines += [f'picture: {path}' for path in self.pictures]
        verdict = 'clean' if self.clean else f'not clean, problems: {len(self.faults)}'
        lines.append(f'{self.root}: {verdict}')
        return '\n'.join(lines)
