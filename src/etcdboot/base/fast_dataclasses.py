"""The standard library's ``dataclass`` for frozen, slotted classes, at a tenth of its price at start-up.

``dataclasses`` writes the source of six methods for each class and compiles it: half a millisecond a class,
and a command imports fifty (docs/design/0010). Here the same methods are closures. What else a dataclass can
do is left to the standard library; ``replace``, ``fields`` and ``asdict`` work on both, and type checkers see
only ``dataclasses``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass, field, fields, replace
else:
    import dataclasses
    import inspect
    from dataclasses import field, fields, replace
    from operator import attrgetter

    _MISSING = dataclasses.MISSING

    def dataclass(cls=None, /, *, frozen=False, slots=False, order=False, **others):
        """``dataclasses.dataclass``; quick when frozen and slotted."""

        def wrap(plain):
            if frozen and slots and not others and not hasattr(plain, "__post_init__"):
                return _made(plain, order)
            return dataclasses.dataclass(frozen=frozen, slots=slots, order=order, **others)(plain)

        return wrap if cls is None else wrap(cls)

    def _made(plain, order):
        """The class anew, with slots and the methods of a frozen dataclass."""
        inherited = {}
        for base in reversed(plain.__mro__[1:]):
            inherited |= getattr(base, "__dataclass_fields__", {})
        own = _own_fields(plain)
        known = inherited | own
        namespace = {
            name: each
            for name, each in vars(plain).items()
            if name not in own and name not in ("__dict__", "__weakref__")
        }
        namespace["__slots__"] = tuple(name for name in own if name not in inherited)
        namespace["__dataclass_fields__"] = known
        namespace["__match_args__"] = tuple(known)
        for name, method in _methods(plain, tuple(known.values()), order):
            namespace.setdefault(name, method)
        return type(plain)(plain.__name__, plain.__bases__, namespace)

    def _own_fields(plain):
        found = {}
        for name, annotation in inspect.get_annotations(plain).items():
            if not str(annotation).startswith(("ClassVar", "typing.ClassVar")):
                given = vars(plain).get(name, _MISSING)
                each = given if isinstance(given, dataclasses.Field) else field(default=given)
                each.name, each.type, each.kw_only = name, annotation, False
                each._field_type = dataclasses._FIELD  # what fields() and replace() look for
                found[name] = each
        return found

    def _methods(plain, known, order):
        compared = [each.name for each in known if each.compare]
        values = _getter(compared)
        yield "__init__", _init(plain.__name__, known)
        yield "__repr__", _repr([each.name for each in known if each.repr])
        yield (
            "__eq__",
            lambda self, other: (
                values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented
            ),
        )
        if "__eq__" not in vars(plain):
            yield "__hash__", lambda self: hash(values(self))
        yield "__setattr__", _frozen
        yield "__delattr__", _frozen
        yield "__getstate__", dataclasses._dataclass_getstate
        yield "__setstate__", dataclasses._dataclass_setstate
        if order:
            yield from _orderings(values)

    def _orderings(values):
        """The four comparisons, between values of one class."""
        import operator

        for name in ("lt", "le", "gt", "ge"):
            compare = getattr(operator, name)

            def ordering(self, other, compare=compare):
                if other.__class__ is not self.__class__:
                    return NotImplemented
                return compare(values(self), values(other))

            yield f"__{name}__", ordering

    def _getter(names):
        """What compares: a tuple of the values, also where there is one name or none."""
        if len(names) > 1:
            return attrgetter(*names)
        return lambda self: tuple(getattr(self, name) for name in names)

    def _init(title, known):
        names = tuple(each.name for each in known)
        defaults = {each.name: each.default for each in known if each.default is not _MISSING}
        factories = {
            each.name: each.default_factory for each in known if each.default_factory is not _MISSING
        }
        put = object.__setattr__

        def initialise(self, *args, **given):
            if len(args) > len(names):
                raise TypeError(f"{title}() takes {len(names)} values, not {len(args)}")
            for name, value in zip(names, args):  # noqa: B905 - fewer is usual: the rest is named or default
                put(self, name, value)
            for name in names[len(args) :]:
                if name in given:
                    put(self, name, given.pop(name))
                elif name in defaults:
                    put(self, name, defaults[name])
                elif name in factories:
                    put(self, name, factories[name]())
                else:
                    raise TypeError(f"{title}() needs a value for {name!r}")
            if given:
                raise TypeError(f"{title}() has no {', '.join(map(repr, given))}, or has it twice")

        return initialise

    def _repr(names):
        def shown(self):
            inner = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
            return f"{self.__class__.__qualname__}({inner})"

        return shown

    def _frozen(self: Any, name: str, *value: object) -> None:
        raise dataclasses.FrozenInstanceError(f"cannot change {name!r}")


__all__ = ["dataclass", "field", "fields", "replace"]
