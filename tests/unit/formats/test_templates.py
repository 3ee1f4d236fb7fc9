from __future__ import annotations

import os
import subprocess
import sys

import pytest

from etcdboot.base.diagnostics import Severity
from etcdboot.formats.characters import Unsayable
from etcdboot.formats.templates import FILTERS, Engine, TemplateProblem


def test_fills_the_holes_and_leaves_the_layout_alone() -> None:
    engine = Engine({"a.j2": "{% for word in words %}\n  {{ word|sh }} \\\n{% endfor %}\nend\n\n"})
    assert engine.render("a.j2", words=("a", "b c")) == "  a \\\n  'b c' \\\nend\n\n"


def test_escapes_nothing_for_html() -> None:
    assert Engine({"a": "{{ x }}"}).render("a", x="<&'\"") == "<&'\""


def test_templates_include_each_other_by_name() -> None:
    assert Engine({"a": "1{% include 'b' %}3", "b": "2"}).render("a") == "123"


@pytest.mark.parametrize("name", sorted(FILTERS))
def test_every_quoter_can_be_used_in_a_template(name: str) -> None:
    assert Engine({"a": "{{ x|" + name + " }}"}).render("a", x="/x") in {"/x", '"/x"', "_x"}


@pytest.mark.parametrize(
    ("template", "line", "message"),
    [
        ("one\n{{ absent }}", 2, "'absent' is undefined"),
        ("one\n{{ given.absent }}", 2, "absent"),
        ("{% for x in %}", 1, "Expected an expression"),
        ("\n\n{{ given|nope }}", 3, "No filter named 'nope'"),
        ("a\n{{ 1 / 0 }}", 2, "division by zero"),
        ("{% include 'b' %}", 1, "there is no template b"),
        ("{{ ''.__class__.__mro__ }}", 1, "unsafe"),
    ],
)
def test_tells_which_line_of_which_template_is_wrong(template: str, line: int, message: str) -> None:
    with pytest.raises(TemplateProblem, match=message) as caught:
        Engine({"a.j2": template}).render("a.j2", given={})
    assert (caught.value.name, caught.value.line) == ("a.j2", line)


def test_names_the_included_template_that_failed() -> None:
    with pytest.raises(TemplateProblem, match=r"^b:2: ") as caught:
        Engine({"a": "{% include 'b' %}", "b": "x\n{{ y }}"}).render("a")
    told = caught.value.diagnostic("look there")
    assert (told.severity, told.code, told.place, told.hint) == (
        Severity.ERROR,
        "EB450",
        "b:2:0",
        "look there",
    )


def test_an_absent_template_is_a_template_problem() -> None:
    with pytest.raises(TemplateProblem, match=r"^a: there is no template a$"):
        Engine({}).render("a")


def test_a_value_that_the_syntax_cannot_hold_is_not_the_templates_fault() -> None:
    with pytest.raises(Unsayable):
        Engine({"a": "{{ x|env }}"}).render("a", x="a\nb")


def test_jinja_is_loaded_only_when_something_is_rendered() -> None:
    probe = "import sys, etcdboot.formats.templates; sys.exit('jinja2' in sys.modules)"
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", probe], env=environment, check=False).returncode == 0
