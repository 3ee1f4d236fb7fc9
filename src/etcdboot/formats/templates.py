"""Templates with holes: layout only, every value said by a quoter of ``ground.syntax``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING

from etcdboot.base.diagnostics import Diagnostic, Severity
from etcdboot.formats import env_file, procfile, shell, systemd, yaml_writer
from etcdboot.formats.characters import Unsayable

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

# One name in templates for each way to say a value.
FILTERS: Mapping[str, Callable[..., str]] = {
    "sh": shell.quote,
    "env": env_file.quote,
    "systemd": systemd.argument,
    "systemd_executable": systemd.executable,
    "systemd_word": systemd.quote,
    "systemd_path": systemd.path,
    "systemd_value": systemd.value,
    "systemd_environment_file": systemd.environment_file,
    "process_name": procfile.process_name,
    "yaml": yaml_writer.scalar,
}


class TemplateProblem(ValueError):
    """A template that cannot be rendered: which, at which line (0: unknown), and why."""

    def __init__(self, name: str, line: int, message: str) -> None:
        super().__init__(f"{name}:{line}: {message}" if line else f"{name}: {message}")
        self.name = name
        self.line = line
        self.message = message

    def diagnostic(self, hint: str = "") -> Diagnostic:
        """What to tell the user, with its place in the template."""
        return Diagnostic(Severity.ERROR, "EB450", self.message, hint, file=self.name, line=self.line)


class Engine:
    """Renders the templates of a mapping from name to text; they may include each other by name."""

    def __init__(self, templates: Mapping[str, str]) -> None:
        self._templates = templates
        self._environment = _environment(templates)

    def render(self, name: str, /, **values: object) -> str:
        """The text of a template with its holes filled.

        TemplateProblem for a template that is missing or broken, or that asks for what was not given.
        Unsayable, from a quoter, for a value that the syntax cannot hold.
        """
        from jinja2 import TemplateNotFound, TemplateSyntaxError

        try:
            return self._environment.get_template(name).render(values)
        except Unsayable:
            raise
        except TemplateSyntaxError as cause:
            raise TemplateProblem(
                cause.name or name, cause.lineno, cause.message or "syntax error"
            ) from cause
        except TemplateNotFound as cause:
            message = f"there is no template {cause.name}"
            raise TemplateProblem(name, _place(cause, self._templates)[1], message) from cause
        except Exception as cause:  # a template is a program of its user's: it may fail in any way
            where, line = _place(cause, self._templates)
            raise TemplateProblem(where or name, line, str(cause) or type(cause).__name__) from cause


def _environment(templates: Mapping[str, str]) -> SandboxedEnvironment:
    from jinja2 import FunctionLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    def load(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        # The name stands for the file too, so that a traceback tells which template failed.
        return (templates[name], name, lambda: True) if name in templates else None

    environment = SandboxedEnvironment(
        loader=FunctionLoader(load),
        undefined=StrictUndefined,
        # HTML escapes would corrupt unit files and shell words; each hole names the quoter of its own syntax.
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(FILTERS)
    return environment


def _place(error: BaseException, templates: Mapping[str, str]) -> tuple[str, int]:
    """Template and line of the innermost template frame of an error; ("", 0) if there is none."""
    found = ("", 0)
    step: TracebackType | None = error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename in templates:
            found = (step.tb_frame.f_code.co_filename, step.tb_lineno)
        step = step.tb_next
    return found
