"""The live tree of an interview: a node for every question and group, and a series of nodes for every repeat.

An instance of a repeat has a number that never changes and is never used again, whatever is removed: it is part of the keys under
which answers are stored ("age[3]"; "age[3,1]" for a repeat in a repeat), so that nothing stored ever changes its meaning.
"""

from collections.abc import Iterator, Sequence

from app.questionnaire.values import Value

Children = dict[str, "Node | Series"]


class Node:
    """A question, a group, or one instance of a repeat. own: its own rule says it is relevant; on: it is, with all it is in.

    begun: what the form sets in a new instance has been set."""

    __slots__ = (
        "begun",
        "children",
        "key",
        "name",
        "number",
        "on",
        "own",
        "parent",
        "path",
        "series",
        "value",
    )

    def __init__(self, path: str, name: str, parent: "Node | None", key: str) -> None:
        self.path, self.name, self.parent, self.key = path, name, parent, key
        self.children: Children = {}
        self.value: Value = ""
        self.own = True
        self.on = True
        self.begun = False
        self.number = 0
        self.series: Series | None = None

    @property
    def reading(self) -> Value:
        """Its value; blank when it is not relevant."""
        return self.value if self.on else ""

    @property
    def place(self) -> int:
        """Position among the instances of its repeat, from 1; 1 for everything else."""
        return self.series.instances.index(self) + 1 if self.series else 1

    @property
    def inner(self) -> bool:
        """It is a group."""
        return bool(self.children)

    @property
    def above(self) -> "Node | None":
        """What it is in."""
        return self.parent

    def below(self, name: str) -> Sequence["Node"]:
        """Its children of a name, in order."""
        if name == "*":
            return [node for child in self.children.values() for node in each(child)]
        child = self.children.get(name)
        if child is None:
            return ()
        return child.instances if isinstance(child, Series) else (child,)


class Series:
    """The instances of one repeat in one place. numbers: those that there are, in order; closed: no more are to come.

    every: all instances there ever were, by number.
    """

    __slots__ = ("closed", "every", "instances", "key", "parent", "path")

    def __init__(self, path: str, parent: Node, key: str) -> None:
        self.path, self.parent, self.key = path, parent, key
        self.instances: list[Node] = []
        self.every: dict[int, Node] = {}
        self.closed = False

    @property
    def stored(self) -> str:
        """Its instances as they are written down: "1 2 4", with "." at the end when no more are to come."""
        numbers = [str(node.number) for node in self.instances]
        return " ".join([*numbers, "."] if self.closed else numbers)

    @property
    def on(self) -> bool:
        """It can be asked whether there is another one: what it is in is relevant, and so is an instance, if there is any."""
        return self.parent.on and (not self.instances or any(node.own for node in self.instances))


def each(child: Node | Series) -> Sequence[Node]:
    """The nodes of a place in the tree."""
    return child.instances if isinstance(child, Series) else (child,)


def below(node: Node) -> Iterator[Node]:
    """The node and everything in it, outer before inner."""
    yield node
    for child in node.children.values():
        for inner in each(child):
            yield from below(inner)


def around(node: Node | None) -> Iterator[Node]:
    """The node and all it is in."""
    while node is not None:
        yield node
        node = node.parent


def key_of(name: str, parent: Node) -> str:
    """Under which name a question or repeat in `parent` is stored."""
    numbers: list[str] = []
    above: Node | None = parent
    while above is not None:
        if above.series:
            numbers.insert(0, str(above.number))
        above = above.parent
    return f"{name}[{','.join(numbers)}]" if numbers else name
