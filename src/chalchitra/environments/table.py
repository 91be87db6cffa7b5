"""config/environments.toml as data: which environments there are and which stage runs in which.

Standard library only: bootstrap reads it before anything is installed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from chalchitra.errors import UsageError
from chalchitra.paths import config_file, venv_dir
from chalchitra.toml_tables import read_toml, unusable

Where = Literal["everywhere", "apple-silicon", "elsewhere"]


@dataclass(frozen=True)
class Service:
    """A stage that can run in an environment.

    `choice` is the engine or translator it runs with there, `runtime` what computes, `default`
    where a job gets it unasked.
    """

    stage: str
    choice: str | None = None
    runtime: str | None = None
    default: Where | None = None

    def is_default(self, *, apple_silicon: bool) -> bool:
        return self.default in ("everywhere", "apple-silicon" if apple_silicon else "elsewhere")


@dataclass(frozen=True)
class Size:
    """What an environment takes on one platform, in GB (10^9 bytes)."""

    download: float
    disk: float


@dataclass(frozen=True)
class Environment:
    """One section of the table; the fields are explained at its top."""

    name: str
    purpose: str
    build: Literal["always", "apple-silicon", "named"]
    python: tuple[str, ...]
    platforms: dict[str, Size]
    imports: tuple[str, ...]
    key_libraries: tuple[str, ...]
    serves: tuple[Service, ...]
    library_path: tuple[str, ...] = ()
    has_commands: bool = False
    dev: str | None = None

    def built_unasked(self, *, apple_silicon: bool) -> bool:
        return self.build == "always" or (self.build == "apple-silicon" and apple_silicon)


@dataclass(frozen=True)
class Table:
    """All environments, by name, in the order of the file."""

    environments: dict[str, Environment]

    def get(self, name: str) -> Environment:
        """Raises UsageError for a name that is not in the table."""
        if name not in self.environments:
            raise UsageError(
                f"There is no environment called {name}.",
                cause=f"config/environments.toml has {', '.join(self.environments)}.",
                fix="Name one of these.",
            )
        return self.environments[name]

    @property
    def with_commands(self) -> Environment:
        """The environment that the program itself runs in."""
        return next(item for item in self.environments.values() if item.has_commands)

    def services(self, stage: str) -> list[tuple[Environment, Service]]:
        return [
            (environment, service)
            for environment in self.environments.values()
            for service in environment.serves
            if service.stage == stage
        ]

    def choices(self, stage: str) -> list[str]:
        """The engines or translators that a stage can run with."""
        return [service.choice for _, service in self.services(stage) if service.choice]

    def default_service(self, stage: str, *, apple_silicon: bool) -> tuple[Environment, Service]:
        """Where a stage runs, and with what, when nothing was asked for."""
        for environment, service in self.services(stage):
            if service.is_default(apple_silicon=apple_silicon):
                return environment, service
        raise UsageError(
            f"No environment runs the stage {stage}.",
            cause="No `serves` row of config/environments.toml is its default on this machine.",
            fix="Add one there.",
        )

    def service(
        self, stage: str, choice: str | None = None, *, apple_silicon: bool = False
    ) -> tuple[Environment, Service]:
        """The environment (and the row of it) for a stage with this engine or translator.

        Raises UsageError for a choice that no environment serves, naming those that there are.
        """
        if choice is None:
            return self.default_service(stage, apple_silicon=apple_silicon)
        for environment, service in self.services(stage):
            if service.choice == choice:
                return environment, service
        raise UsageError(
            f"The stage {stage} cannot run with {choice}.",
            cause=f"It runs with {', '.join(self.choices(stage)) or 'no choice at all'}.",
            fix="Name one of these, or none for the default of this machine.",
        )

    def default_mapping(self, *, apple_silicon: bool) -> dict[str, str]:
        """Stage -> environment when nothing was asked for: `stage_to_environment_mapping`."""
        return {
            service.stage: environment.name
            for environment in self.environments.values()
            for service in environment.serves
            if service.is_default(apple_silicon=apple_silicon)
        }


def load(root: Path | None = None) -> Table:
    """Read the table. Raises UsageError when the file is missing, no TOML, or lacks a field."""
    path = config_file("environments.toml", root)
    data = read_toml(path)
    try:
        return Table({name: _environment(name, fields) for name, fields in data.items()})
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise unusable(path, str(error)) from None


def environment_for(
    stage: str,
    choice: str | None = None,
    *,
    apple_silicon: bool = False,
    root: Path | None = None,
) -> Environment:
    """The environment for a stage, with an engine or translator if one was chosen."""
    return load(root).service(stage, choice, apple_silicon=apple_silicon)[0]


def environment_dir(name: str, root: Path | None = None) -> Path:
    return venv_dir(root) / name


def python_path(name: str, root: Path | None = None) -> Path:
    """The Python of an environment, whether it was built or not.

    Raises UsageError for a name that is not in the table, so that no other path gets in.
    """
    return environment_dir(load(root).get(name).name, root) / "bin" / "python"


def _environment(name: str, fields: dict[str, Any]) -> Environment:
    lists = ("python", "imports", "key_libraries", "library_path")
    plain: dict[str, Any] = {
        key: tuple(value) if key in lists else value for key, value in fields.items()
    }
    plain["platforms"] = {key: Size(**value) for key, value in fields["platforms"].items()}
    plain["serves"] = tuple(Service(**row) for row in fields["serves"])
    return Environment(name=name, **plain)
