"""One file out of many: a module with all that it uses of the package, and nothing else of it.

From a module on, the definitions that are used are followed through the imports, by the names that
they look up. Annotations are left out, but those by which pydantic reads: a checker loads the file
in a way in which annotations that are texts break, and types would bring half the package along.
"""

import ast
import builtins
import importlib
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

PACKAGE = "touchline"
STANDINS = {"supervision": ("touchline.turbovision.packing.standins", "Tables")}
"""Modules that the one file does without, and what takes their place."""
READ_BY_ANNOTATION = "BaseModel"
"""Base of the classes whose annotations stay as they are."""

Key = tuple[str, str]
"""Module and name of a definition."""


@dataclass(slots=True)
class _Module:
    """What a module defines and imports at its top."""

    definitions: dict[str, ast.stmt] = field(default_factory=dict)
    imports: dict[str, Key] = field(default_factory=dict)
    outside: dict[str, str] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)


def bundled(module: str, *, heading: str, renamed: Mapping[str, str]) -> str:
    """The source of one file that does what a module of the package does.

    Args:
        module: Its full name; all that it defines is kept.
        heading: The docstring of the file.
        renamed: Names of the module that are others in the file.
    """
    bundle = _Bundle()
    for name in bundle.module(module).order:
        bundle.add((module, name))
    return bundle.source(heading, {(module, name): new for name, new in renamed.items()})


class _Bundle:
    """Definitions as they are needed, each after those that it needs."""

    def __init__(self) -> None:
        self._modules: dict[str, _Module] = {}
        self._kept: dict[Key, ast.stmt] = {}
        self._waiting: set[Key] = set()
        self._outside: dict[str, str] = {}

    def module(self, name: str) -> _Module:
        """A module of the package, read once."""
        if name not in self._modules:
            source = inspect.getsource(importlib.import_module(name))
            self._modules[name] = _read(ast.parse(source))
        return self._modules[name]

    def add(self, key: Key) -> None:
        """Keep a definition, and before it what it looks up."""
        if key in self._kept or key in self._waiting:
            return
        self._waiting.add(key)
        module = self.module(key[0])
        node = _bare(module.definitions[key[1]])
        for name in looked_up(node):
            found = self.find((key[0], name))
            if found is not None:
                self.add(found)
            elif name in module.outside:
                self._outside[name] = module.outside[name]
        self._kept[key] = node

    def find(self, key: Key) -> Key | None:
        """Where a name of a module is defined in the package; None for all other names."""
        module = self.module(key[0])
        if key[1] in module.definitions:
            return key
        return self.find(module.imports[key[1]]) if key[1] in module.imports else None

    def source(self, heading: str, renamed: Mapping[Key, str]) -> str:
        """All that is kept as one file."""
        names = {**self._names(), **renamed}
        body = [ast.unparse(_Renamed(self, names, key).visit(n)) for key, n in self._kept.items()]
        imports = sorted(set(self._outside.values()))
        return "\n\n\n".join((f'"""{heading}"""', "\n".join(imports), *body)) + "\n"

    def _names(self) -> dict[Key, str]:
        """A name of its own for each definition: its own one, or with its module's behind it."""
        taken = set(self._outside) | set(dir(builtins))
        names: dict[Key, str] = {}
        for module, name in reversed(self._kept):  # the miner's own names stay as they are
            unique = name
            if unique in taken:
                unique = f"{name}_of_{module.rpartition('.')[2]}"
            taken.add(unique)
            names[module, name] = unique
        return names


class _Renamed(ast.NodeTransformer):
    """Looks names of the package up under the names that they have in the one file."""

    def __init__(self, bundle: _Bundle, names: dict[Key, str], key: Key) -> None:
        self._bundle, self._names, self._key = bundle, names, key
        self._local: list[set[str]] = []

    def visit_Name(self, node: ast.Name) -> ast.Name:
        """Rename what is looked up outside of all functions around."""
        if any(node.id in names for names in self._local):
            return node
        found = self._bundle.find((self._key[0], node.id))
        return ast.Name(self._names.get(found, node.id) if found else node.id, node.ctx)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Rename within a function but what is its own."""
        if not self._local and self._is_top(node.name):
            node.name = self._names[self._key]
        node.decorator_list = [self.visit(each) for each in node.decorator_list]
        node.args.defaults = [self.visit(each) for each in node.args.defaults]
        self._local.append(_bound(node))
        node.body = [self.visit(each) for each in node.body]
        self._local.pop()
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        """The same for one without a name."""
        self._local.append(_bound(node))
        self.generic_visit(node)
        self._local.pop()
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """Rename a class, its bases and what its methods look up."""
        name, self._key = node.name, self._key
        if self._is_top(name):
            node.name = self._names[self._key]
        self._key = (self._key[0], "")  # a method may be called as the class is
        self.generic_visit(node)
        return node

    def _is_top(self, name: str) -> bool:
        return self._key[1] == name


def _read(tree: ast.Module) -> _Module:
    module = _Module()
    for node in tree.body:
        match node:
            case ast.FunctionDef() | ast.ClassDef():
                module.definitions[node.name] = node
            case ast.Assign():
                names = [n.id for n in ast.walk(node) if _is_stored(n)]  # type: ignore[attr-defined]
                module.definitions |= dict.fromkeys(names, node)
            case ast.AnnAssign(target=ast.Name(id=name)) if node.value is not None:
                module.definitions[name] = node
            case ast.Import() | ast.ImportFrom():
                _read_import(node, module)
    module.order = list(module.definitions)
    return module


def _read_import(node: ast.Import | ast.ImportFrom, module: _Module) -> None:
    for each in node.names:
        name = each.asname or each.name
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith(PACKAGE):
            module.imports[name] = (str(node.module), each.name)
        elif isinstance(node, ast.Import) and each.name in STANDINS:
            module.imports[name] = STANDINS[each.name]
        else:
            begin = f"from {node.module} " if isinstance(node, ast.ImportFrom) else ""
            renamed = f" as {each.asname}" if each.asname else ""
            module.outside[name] = f"{begin}import {each.name}{renamed}"


def _bare(node: ast.stmt) -> ast.stmt:
    """A copy without annotations; fields of a dataclass are ``object``, those of pydantic stay."""
    copy = ast.parse(ast.unparse(node)).body[0]
    bare: ast.stmt = ast.fix_missing_locations(_Bare().visit(copy))
    return bare


class _Bare(ast.NodeTransformer):
    def __init__(self) -> None:
        self._inside: list[str] = []

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        for each in _arguments(node.args):
            each.annotation = None
        self._inside.append("function")
        self.generic_visit(node)
        self._inside.pop()
        node.body = node.body or [ast.Pass()]
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        reads = any(
            isinstance(base, ast.Name) and base.id == READ_BY_ANNOTATION for base in node.bases
        )
        self._inside.append("model" if reads else "class")
        self.generic_visit(node)
        self._inside.pop()
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        where = self._inside[-1] if self._inside else "module"
        if where == "class":
            node.annotation = ast.Name("object", ast.Load())
        if where in ("class", "model"):
            return node
        if node.value is None:
            return None
        return ast.Assign([node.target], node.value)


def looked_up(node: ast.AST) -> Iterator[str]:
    """Names that a definition looks up outside of itself, each once, in their order."""
    return iter(dict.fromkeys(_free(node, set())))


def _free(node: ast.AST, local: set[str]) -> Iterator[str]:
    if isinstance(node, ast.Name) and node.id not in local:
        yield node.id
    if isinstance(node, ast.FunctionDef):
        for outer in (
            *node.decorator_list,
            *node.args.defaults,
            *filter(None, node.args.kw_defaults),
        ):
            yield from _free(outer, local)
        inner = local | _bound(node)
        for each in node.body:
            yield from _free(each, inner)
        return
    inner = local | _bound(node) if isinstance(node, ast.Lambda) else local
    for child in ast.iter_child_nodes(node):
        yield from _free(child, inner)


def _bound(node: ast.FunctionDef | ast.Lambda) -> set[str]:
    """Names that a function binds: arguments, and all that is stored in it."""
    names = {each.arg for each in _arguments(node.args)}
    body = node.body if isinstance(node.body, list) else [node.body]
    for each in body:
        for inner in ast.walk(each):
            if _is_stored(inner):
                names.add(inner.id)  # type: ignore[attr-defined]
            elif isinstance(inner, ast.FunctionDef | ast.ClassDef | ast.ExceptHandler):
                names.add(inner.name or "")
    return names


def _is_stored(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _arguments(given: ast.arguments) -> list[ast.arg]:
    more = [each for each in (given.vararg, given.kwarg) if each is not None]
    return [*given.posonlyargs, *given.args, *given.kwonlyargs, *more]
