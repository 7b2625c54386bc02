"""Programs of any size, each of which grows in one way only: what ``growth.py`` measures.

A shape is a function of a size that gives the files of a program, by name. They look like nothing that anybody
would write; they are what an analysis with a square or a power in it cannot do in time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Files = Mapping[str, str]

HEAD = "import random\nimport time\n\nfrom dbos import DBOS, Queue, SetWorkflowID\n\n\n"
WORKFLOW = "@DBOS.workflow()\ndef main(given):\n"
# Twenty lines of what programs are made of: a step, a workflow, a helper that reads the clock.
UNIT = """
@DBOS.step()
def fetch_{0}(key, retries=3):
    with open(f"{{key}}.txt") as file:
        for line in file:
            if line.startswith("#"):
                continue
            return {{"key": key, "line": line.strip(), "retries": retries}}
    return None


def stamp_{0}(prefix):
    return prefix + str(time.time())


@DBOS.workflow()
def process_{0}(keys):
    results = [fetch_{0}(key) for key in keys]
    name = stamp_{0}("run")
    handle = DBOS.start_workflow(process_{0}, keys[1:])
    if len(keys) > 3:
        fetch_{0}(name)
    return [*results, handle.get_result()]

"""
UNIT_LINES = UNIT.count("\n")


def one(text: str, head: str = HEAD) -> Files:
    return {"app.py": head + text}


def calls(names: Iterable[str], argument: str = "given") -> str:
    return "".join(f"    {name}({argument})\n" for name in names) or "    pass\n"


def lines_in_files(lines: int) -> Files:
    """Files of 600 lines each, none of which knows another."""
    units = max(1, lines // UNIT_LINES)
    texts = [
        "".join(UNIT.format(unit) for unit in range(first, min(first + 25, units))) for first in range(0, units, 25)
    ]
    return {f"module_{number}.py": HEAD + text for number, text in enumerate(texts)}


def lines_in_one_file(lines: int) -> Files:
    return one("".join(UNIT.format(unit) for unit in range(max(1, lines // UNIT_LINES))))


def chain(depth: int) -> Files:
    """A workflow that reads the clock ``depth`` calls away."""
    links = "".join(f"def f{i}(given):\n    return f{i + 1}(given)\n\n\n" for i in range(depth))
    return one(f"{links}def f{depth}(given):\n    return time.time()\n\n\n{WORKFLOW}    return f0(given)\n")


def chain_of_workflows(depth: int) -> Files:
    links = "".join(f"@DBOS.workflow()\ndef f{i}(given):\n    return f{i + 1}(given)\n\n\n" for i in range(depth))
    return one(f"{links}@DBOS.step()\ndef f{depth}(given):\n    return time.time()\n")


def chain_of_coroutines(depth: int) -> Files:
    links = "".join(f"async def f{i}(given):\n    return await f{i + 1}(given)\n\n\n" for i in range(depth))
    last = f"async def f{depth}(given):\n    return time.time()\n\n\n"
    return one(f"{links}{last}@DBOS.workflow()\nasync def main(given):\n    return await f0(given)\n")


def chain_of_results(depth: int) -> Files:
    """Each function gives back the object of the next, or one of its own class."""
    links = "".join(
        f"class C{i}:\n    def run(self):\n        return time.time()\n\n\n"
        f"def f{i}(given):\n    if given:\n        return C{i}()\n    return f{i + 1}(given)\n\n\n"
        for i in range(depth)
    )
    return one(f"{links}def f{depth}(given):\n    return None\n\n\n{WORKFLOW}    f0(given).run()\n")


def cycle(length: int) -> Files:
    links = "".join(f"def f{i}(given):\n    return f{(i + 1) % length}(given)\n\n\n" for i in range(1, length))
    first = f"def f0(given):\n    time.time()\n    return f{1 % length}(given)\n\n\n"
    return one(f"{first}{links}{WORKFLOW}    return f0(given)\n")


def fan_out(calls_: int) -> Files:
    """One workflow that calls many functions, each of which reads the clock."""
    helpers = "".join(f"def f{i}(given):\n    return time.time() + given\n\n\n" for i in range(calls_))
    return one(helpers + WORKFLOW + calls(f"f{i}" for i in range(calls_)))


def fan_in(callers: int) -> Files:
    helper = "def helper(given):\n    return time.time() + random.random()\n\n\n"
    return one(
        helper + "".join(f"@DBOS.workflow()\ndef w{i}(given):\n    return helper(given)\n\n\n" for i in range(callers))
    )


def children(number: int) -> Files:
    """One workflow that starts many others."""
    steps = "".join(f"@DBOS.workflow()\ndef w{i}(given):\n    return given\n\n\n" for i in range(number))
    return one(steps + WORKFLOW + "".join(f"    DBOS.start_workflow(w{i}, given)\n" for i in range(number)))


def layers(edges: int) -> Files:
    """Layers of ten functions, each of which calls all of the next layer."""
    width = 10
    depth = max(1, edges // width**2)
    texts = [
        f"def f{layer}_{i}(given):\n" + calls(f"f{layer + 1}_{j}" for j in range(width)) + "\n\n"
        for layer in range(depth)
        for i in range(width)
    ]
    last = "".join(f"def f{depth}_{i}(given):\n    return time.time()\n\n\n" for i in range(width))
    return one("".join(texts) + last + WORKFLOW + calls(f"f0_{i}" for i in range(width)))


def clique(edges: int) -> Files:
    """Functions that all call each other."""
    size = int(edges**0.5)
    texts = [f"def f{i}(given):\n    time.time()\n" + calls(f"f{j}" for j in range(size)) for i in range(size)]
    return one("\n\n".join(texts) + "\n\n" + WORKFLOW + "    f0(given)\n")


def inheritance(depth: int) -> Files:
    """Classes, each a subclass of the one before, with a method that calls its base's."""
    first = "@DBOS.dbos_class()\nclass C0:\n    def run(self, given):\n        return time.time()\n\n\n"
    rest = "".join(
        f"class C{i}(C{i - 1}):\n    def run(self, given):\n        return super().run(given)\n\n\n"
        for i in range(1, depth)
    )
    return one(f"{first}{rest}{WORKFLOW}    return C{depth - 1}().run(given)\n")


def methods(number: int) -> Files:
    """A class whose methods call each other, one after the other."""
    texts = [f"    def m{i}(self, given):\n        return self.m{i + 1}(given)\n\n" for i in range(number)]
    last = f"    def m{number}(self, given):\n        return time.time()\n\n\n"
    return one("class C:\n" + "".join(texts) + last + WORKFLOW + "    return C().m0(given)\n")


def branches(number: int) -> Files:
    """A long chain of elif, with a finding in each."""
    texts = [f"    {'elif' if i else 'if'} given == {i}:\n        found = time.time()\n" for i in range(number)]
    return one(WORKFLOW + "".join(texts) + "    DBOS.sleep(found)\n")


def conditions(number: int) -> Files:
    """Conditions that depend on the clock, one after the other."""
    texts = [f"    if now > {i}:\n        step({i})\n" for i in range(number)]
    return one("@DBOS.step()\ndef step(given):\n    pass\n\n\n" + WORKFLOW + "    now = time.time()\n" + "".join(texts))


def statements(number: int) -> Files:
    """One function of many statements, each of which reads the variables of the ones before."""
    texts = [f"    v{i} = v{max(0, i - 1)} + given.get({i})\n" for i in range(1, number)]
    return one(WORKFLOW + "    v0 = time.time()\n" + "".join(texts) + f"    return v{number - 1}\n")


def reassignments(number: int) -> Files:
    return one(WORKFLOW + "    now = time.time()\n" + "    now = now + helper(now)\n" * number + "    return now\n")


def steps(number: int) -> Files:
    """One workflow of many steps in a row."""
    step = "@DBOS.step()\ndef step(given):\n    return given\n\n\n"
    return one(
        step + WORKFLOW + "".join(f"    r{i} = step(given)\n    DBOS.set_event('k{i}', r{i})\n" for i in range(number))
    )


def tries(number: int) -> Files:
    step = "@DBOS.step()\ndef step(given):\n    return given\n\n\n"
    block = "    try:\n        step({0})\n    except Exception as error:\n        print(error)\n        raise\n"
    return one(step + WORKFLOW + "".join(block.format(i) for i in range(number)))


def loops(number: int) -> Files:
    step = "@DBOS.step()\ndef step(given):\n    return given\n\n\n"
    return one(step + WORKFLOW + "".join("    for each in {given}:\n        step(each)\n" for i in range(number)))


def objects(number: int) -> Files:
    """A method of a module's object, called on each of many objects that were made in the same way."""
    made = "".join(f"c{i} = C()\n" for i in range(number))
    body = "class C:\n    def run(self, given):\n        return time.time()\n\n\n"
    return one(body + made + "\n\n" + WORKFLOW + "".join(f"    c{i}.run(given)\n" for i in range(number)))


def globals_(number: int) -> Files:
    made = "".join(f"g{i} = []\n" for i in range(number))
    return one(made + "\n\n" + WORKFLOW + "".join(f"    g{i}.append(given)\n" for i in range(number)))


def imports_in_a_chain(files: int) -> Files:
    links = {f"m{i}.py": f"from m{i + 1} import f as g\n\n\ndef f(given):\n    return g(given)\n" for i in range(files)}
    last = {f"m{files}.py": "import time\n\n\ndef f(given):\n    return time.time()\n"}
    return {**links, **last, **one(f"from m0 import f\n\n\n{WORKFLOW}    return f(given)\n")}


def durable_imports_in_a_chain(files: int) -> Files:
    """As before, where each file has a workflow of its own."""
    text = f"def f(given):\n    return g(given)\n\n\n{WORKFLOW}    f(given)\n"
    links = {f"m{i}.py": f"{HEAD}from m{i + 1} import f as g\n\n\n{text}" for i in range(files)}
    return {**links, f"m{files}.py": f"{HEAD}def f(given):\n    return time.time()\n"}


def imports_in_a_star(files: int) -> Files:
    """One file that imports all others."""
    leaves = {f"m{i}.py": "import time\n\n\ndef f(given):\n    return time.time()\n" for i in range(files)}
    head = "".join(f"from m{i} import f as f{i}\n" for i in range(files))
    return {**leaves, **one(head + "\n\n" + WORKFLOW + calls(f"f{i}" for i in range(files)))}


def imports_of_a_hub(files: int) -> Files:
    """One file that all others import."""
    hub = {"hub.py": f"{HEAD}def f(given):\n    return time.time()\n"}
    return {
        **hub,
        **{f"m{i}.py": f"{HEAD}from hub import f\n\n\n{WORKFLOW}    return f(given)\n" for i in range(files)},
    }


def star_imports(files: int) -> Files:
    """Each file imports all names of the next."""
    links = {f"m{i}.py": f"from m{i + 1} import *\n\n\ndef f{i}():\n    return f{i + 1}()\n" for i in range(files)}
    last = {f"m{files}.py": f"import time\n\n\ndef f{files}():\n    return time.time()\n"}
    return {**links, **last, **one(f"from m0 import *\n\n\n{WORKFLOW}    return f0()\n")}


def queues(number: int) -> Files:
    made = "".join(f"q{i} = Queue('q{i}', concurrency=1)\n" for i in range(number))
    uses = "".join(f"    q{i}.enqueue(work, given)\n" for i in range(number))
    return one(made + "\n\n@DBOS.workflow()\ndef work(given):\n    return given\n\n\n" + WORKFLOW + uses)


def topics(number: int) -> Files:
    sends = "".join(f"    DBOS.send(given, {i}, topic='t{i}')\n" for i in range(number))
    gets = "".join(f"    DBOS.recv('t{i}')\n" for i in range(number))
    return one(f"{WORKFLOW}{sends}\n\n@DBOS.workflow()\ndef other():\n{gets}")


def topics_in_files(files: int) -> Files:
    """Each file sends to a topic of its own."""
    text = "@DBOS.workflow()\ndef w{0}(given):\n    DBOS.send(given, {0}, topic='t{0}')\n    DBOS.recv('t{0}')\n"
    return {f"m{i}.py": HEAD + text.format(i) for i in range(files)}


def suppressions(number: int) -> Files:
    return one(WORKFLOW + "    time.time()  # noqa: DBS201\n" * number)


def codes(number: int) -> Files:
    """One comment that names many codes."""
    return one(WORKFLOW + "    time.time()  # noqa: " + ", ".join(f"DBS{100 + i % 800}" for i in range(number)) + "\n")


def findings(number: int) -> Files:
    return one(WORKFLOW + "    time.time()\n" * number)


def long_line(bytes_: int) -> Files:
    """A literal on one line."""
    return one("TEXT = '" + "x" * bytes_ + "'\n\n\n" + WORKFLOW + "    return TEXT\n")


def long_list(bytes_: int) -> Files:
    return one("NUMBERS = [" + "12345, " * (bytes_ // 7) + "]\n\n\n" + WORKFLOW + "    return NUMBERS\n")


def long_sum(number: int) -> Files:
    """Implicitly concatenated and added strings, an operator each."""
    return one(WORKFLOW + "    return given" + "".join(f" or given == {i}" for i in range(number)) + "\n")


def functions_in_a_dict(number: int) -> Files:
    helpers = "".join(f"def f{i}(given):\n    return time.time()\n\n\n" for i in range(number))
    table = "TABLE = {" + ", ".join(f"'f{i}': f{i}" for i in range(number)) + "}\n\n\n"
    return one(helpers + table + WORKFLOW + "    return TABLE[given](given)\n")


def receivers(number: int) -> Files:
    """A chain of functions, called with objects of as many classes: each function is analysed for each of them."""
    depth = max(1, int(number**0.5))
    classes = "".join(f"class C{i}:\n    def run(self):\n        return time.time()\n\n\n" for i in range(depth))
    links = "".join(f"def f{i}(worker):\n    return f{i + 1}(worker)\n\n\n" for i in range(depth))
    last = f"def f{depth}(worker):\n    return worker.run()\n\n\n"
    return one(classes + links + last + WORKFLOW + "".join(f"    f0(C{i}())\n" for i in range(depth)))


def orders_of_receivers(number: int) -> Files:
    """Functions that call each other with their arguments in other orders: as many analyses as orders."""
    names = "abcdefgh"[:number]
    classes = "".join(f"class C{name}:\n    def run(self):\n        return time.time()\n\n\n" for name in names)
    swaps = [names[:i] + names[i + 1] + names[i] + names[i + 2 :] for i in range(len(names) - 1)]
    body = "".join(f"    turn({', '.join(each)})\n" for each in swaps)
    given = ", ".join(f"C{name}()" for name in names)
    return one(f"{classes}def turn({', '.join(names)}):\n    a.run()\n{body}\n\n{WORKFLOW}    turn({given})\n")


def decorators(number: int) -> Files:
    """A function below many decorators that wrap."""
    wrapper = (
        "def wrap(function):\n    @functools.wraps(function)\n    def inner(*args):\n"
        "        return function(*args)\n\n    return inner\n\n\n"
    )
    return one(
        "import functools\n\n\n"
        + wrapper
        + "@DBOS.workflow()\n"
        + "@wrap\n" * number
        + "def f(given):\n    time.time()\n"
    )


def parameters(number: int) -> Files:
    names = ", ".join(f"p{i}" for i in range(number))
    call = ", ".join(f"p{i}=given" for i in range(number))
    return one(f"@DBOS.step()\ndef step({names}):\n    return p0\n\n\n{WORKFLOW}    return step({call})\n")
