"""Faults of one line: what a slip of the hand makes of code, one change at a time."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
_SPOKEN = frozenset({"say", "print", "warn", "warning", "note", "log", "debug", "info"})
"""Calls that only tell somebody something: leaving one out is a fault of words."""
_TELLING = frozenset({"what", "cause", "fix", "help", "first", "description", "reason"})
"""Arguments that are sentences."""
_TIDY = frozenset({"ignore_errors", "missing_ok", "exist_ok"})
"""Arguments for what somebody else did in the same instant."""


_Node = ast.expr | ast.stmt


@dataclass(frozen=True)
class Change:
    """One line of a module, as it is and as it is with the fault."""

    line: int
    kind: str
    before: str
    after: str
    source: str
    """The whole module with the fault."""


def changes(source: str) -> list[Change]:
    """All faults that this module can be given, by line. Raises SyntaxError."""
    tree = ast.parse(source)
    lines = source.splitlines()
    found = []
    same = ast.dump(tree)
    for node, kind, put in _places(tree):
        changed = _with(lines, same, node, put(copy.deepcopy(node)))
        if changed is not None:
            before, after, text = changed
            found.append(Change(node.lineno, kind, before, after, text))
    return sorted(found, key=lambda change: (change.line, change.kind, change.after))


def _with(lines: list[str], same: str, node: _Node, new: ast.AST) -> tuple[str, str, str] | None:
    """A node's lines before, after, and the module; None where the change says the same."""
    first, last = node.lineno - 1, node.end_lineno or node.lineno
    start = _column(lines[first], node.col_offset)
    end = _column(lines[last - 1], node.end_col_offset or 0)
    text = ast.unparse(new)
    if isinstance(new, ast.expr):
        text = f"({text})"
    whole = lines[first][:start] + text + lines[last - 1][end:]
    module = "\n".join([*lines[:first], whole, *lines[last:]]) + "\n"
    try:
        if ast.dump(ast.parse(module)) == same:
            return None
    except SyntaxError:  # inside an f-string, say
        return None
    return " ".join(line.strip() for line in lines[first:last]), whole.strip(), module


def _column(line: str, offset: int) -> int:
    """Python counts columns in bytes."""
    return len(line.encode()[:offset].decode())


_Put = Callable[[ast.AST], ast.AST]


def _places(tree: ast.Module) -> Iterator[tuple[_Node, str, _Put]]:
    for node in _that_count(tree):
        match node:
            case ast.Compare(ops=[one]) if type(one) in _COMPARED:
                yield node, "comparison", _compared
            case ast.BoolOp():
                yield node, "and/or", _either
            case ast.UnaryOp(op=ast.Not()):
                yield node, "not", _affirmed
            case ast.BinOp(op=op) if type(op) in _COMPUTED and not _is_text(node):
                yield node, "arithmetic", _computed
            case ast.Constant(value=bool()):
                yield node, "truth", _denied
            case ast.Constant(value=int() | float()):
                yield node, "number", _another
            case ast.If() | ast.IfExp() | ast.While():
                yield node.test, "condition", _turned
            case ast.Expr(value=ast.Call() as call) if not _only_tells(call):
                yield node, "call left out", lambda one: ast.Pass()
            case ast.Return(value=ast.expr() as value) if not _is_nothing(value):
                yield node, "returns nothing", lambda one: ast.Return(ast.Constant(None))
            case ast.Call(keywords=[*_, ast.keyword(arg=str(), value=ast.expr())]):
                if node.keywords[-1].arg not in _TELLING | _TIDY and not _only_tells(node):
                    yield node, "argument left out", _without_last
            case ast.Continue() | ast.Break() | ast.Raise():
                yield node, f"{type(node).__name__.lower()} left out", lambda one: ast.Pass()


def _that_count(node: ast.AST) -> Iterator[ast.AST]:
    """All below a node that runs: no annotations, no docstrings, no imports for types alone."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        if isinstance(node, ast.keyword) and node.arg in _TELLING | _TIDY:
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or _is_for_types(child):
                continue
            yield child
            yield from _that_count(child)


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def _only_tells(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in _SPOKEN


def _is_text(node: ast.BinOp) -> bool:
    return any(
        isinstance(part, ast.JoinedStr)
        or (isinstance(part, ast.Constant) and isinstance(part.value, str))
        for part in (node.left, node.right)
    )


def _is_nothing(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _affirmed(node: ast.AST) -> ast.AST:
    assert isinstance(node, ast.UnaryOp)
    return node.operand


def _denied(node: ast.AST) -> ast.AST:
    assert isinstance(node, ast.Constant)
    return ast.Constant(not node.value)


def _turned(node: ast.AST) -> ast.AST:
    assert isinstance(node, ast.expr)
    return ast.UnaryOp(ast.Not(), node)


def _compared(node: ast.AST) -> ast.AST:
    assert isinstance(node, ast.Compare)
    return ast.Compare(node.left, [_COMPARED[type(node.ops[0])]()], node.comparators)


def _either(node: ast.AST) -> ast.AST:
    assert isinstance(node, ast.BoolOp)
    return ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)


def _computed(node: ast.AST) -> ast.AST:
    assert isinstance(node, ast.BinOp)
    return ast.BinOp(node.left, _COMPUTED[type(node.op)](), node.right)


def _another(node: ast.AST) -> ast.AST:
    """A number that nobody takes for rounding."""
    assert isinstance(node, ast.Constant)
    assert isinstance(node.value, int | float)
    return ast.Constant(node.value + 1 if isinstance(node.value, int) else node.value * 1.5 + 0.1)


def _without_last(node: ast.AST) -> ast.AST:
    assert isinstance(node, ast.Call)
    return ast.Call(node.func, node.args, node.keywords[:-1])
