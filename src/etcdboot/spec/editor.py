"""Write a few keys into the text of a ``cluster.yaml`` that a person laid out."""

from __future__ import annotations

from collections.abc import Mapping

from etcdboot.base.diagnostics import Diagnostic
from etcdboot.base.errors import EtcdbootError, SpecError
from etcdboot.base.fast_dataclasses import replace
from etcdboot.formats import yaml_editor
from etcdboot.formats.yaml_editor import CannotEdit, Value
from etcdboot.formats.yaml_reader import YamlProblem
from etcdboot.spec.loader import load


def put(text: str, changes: Mapping[str, str | list[str]]) -> str:
    """The text with new values for keys such as ``bootstrap.discovery-token``; all else stays as it is.

    :func:`etcdboot.formats.yaml_editor.put` compares what both texts say, key by key; here the new one
    must be no worse a spec than the old one was.

    Raises:
        SpecError: it cannot be done (EB120; the hint has the lines to write by hand), or the text with them
            is no spec any more (what ``load`` says of it).
    """
    edited = text
    for path, value in changes.items():
        section, _, key = path.partition(".")
        try:
            edited = yaml_editor.put(edited, section, key, value)
        except YamlProblem:
            raise SpecError(*load(text).diagnostics) from None
        except CannotEdit as cause:
            raise _by_hand(str(cause), changes) from None
    before, after = load(text), load(edited)
    known = {_nature(each) for each in before.diagnostics}
    new = [each for each in after.diagnostics if _nature(each) not in known]
    if new:
        raise SpecError(*(replace(each, line=0, column=0) for each in new))
    return edited


def _nature(diagnostic: Diagnostic) -> tuple[str, str]:
    return diagnostic.code, diagnostic.path


def _by_hand(why: str, changes: Mapping[str, Value]) -> EtcdbootError:
    wanted = "; ".join(
        yaml_editor.line(section, key, value)
        for path, value in changes.items()
        for section, _, key in [path.partition(".")]
    )
    keys = ", ".join(changes)
    return SpecError.because("EB120", f"{keys} cannot be set in place: {why}", f"write by hand: {wanted}")
