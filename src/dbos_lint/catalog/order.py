"""In which order well-known functions give things: in that of what they are given, in one of their own, or in none."""

from __future__ import annotations

KEEPS_ORDER: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(("list", "tuple", "iter", "enumerate", "reversed", "dict", "itertools.cycle"), (0,)),
    **dict.fromkeys(("itertools.islice", "itertools.batched", "itertools.pairwise", "itertools.accumulate"), (0,)),
    **dict.fromkeys(("itertools.groupby", "itertools.compress"), (0,)),
    **dict.fromkeys(("collections.deque", "collections.OrderedDict", "collections.Counter"), (0,)),
    **dict.fromkeys(("map", "filter", "itertools.starmap", "itertools.filterfalse"), (1,)),
    **dict.fromkeys(("itertools.takewhile", "itertools.dropwhile"), (1,)),
    **dict.fromkeys(("zip", "itertools.chain", "itertools.product", "itertools.zip_longest"), (0, 1, 2)),
    **dict.fromkeys(("itertools.permutations", "itertools.combinations", "itertools.chain.from_iterable"), (0,)),
    "dict.fromkeys": (0,),
}
"""Functions that give things in the order of what they are given, with the positions of that."""

OF_SELF = frozenset({"keys", "values", "items", "copy"})
"""Methods that give what their object holds, in its order."""

MAKES_LIST = frozenset({"list", "tuple"})
VIEWS = frozenset({"keys", "items"})
"""Methods of a dict that give something like a set."""
SET_METHODS = frozenset({"union", "intersection", "difference", "symmetric_difference"})
"""Methods of a set that give a set."""

LISTINGS = frozenset(
    {
        "os.listdir",
        "os.scandir",
        "os.walk",
        "os.fwalk",
        "glob.glob",
        "glob.iglob",
        "pathlib.Path.iterdir",
        "pathlib.Path.glob",
        "pathlib.Path.rglob",
        "pathlib.Path.walk",
    }
)
"""Functions that give files in the order in which the file system does."""
SORTABLE_LISTINGS = LISTINGS - {"os.scandir", "os.walk", "os.fwalk", "pathlib.Path.walk"}
"""Those whose elements can be compared with each other."""

NUMBERS = frozenset({"int", "float", "bool", "complex"})
"""Types whose small values hash to themselves, so that a set of them has one order."""
GIVES_NUMBER = NUMBERS | {"len", "ord", "round", "abs", "sum"}

FILLS_AT_END = frozenset({"append", "extend", "appendleft", "extendleft"})
"""Methods that put things into a list one after the other."""
