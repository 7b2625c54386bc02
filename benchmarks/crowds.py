"""More programs of any size: crowds of the same thing, and webs of files, functions and objects. See ``shapes.py``."""

from __future__ import annotations

from shapes import HEAD, WORKFLOW, Files, calls, one

STEP = "@DBOS.step()\ndef step(given):\n    return given\n\n\n"
ASYNC = (
    "import asyncio\n\n\n@DBOS.step()\nasync def step(given):\n    return given\n\n\n"
    "@DBOS.workflow()\nasync def main(given):\n"
)
READS = "import time\n\n\ndef f(given):\n    return time.time()\n"


def effects_in_a_chain(depth: int) -> Files:
    """Functions that call each other in a line, each of which reads the clock."""
    links = "".join(f"def f{i}(given):\n    time.time()\n    return f{i + 1}(given)\n\n\n" for i in range(depth))
    return one(f"{links}def f{depth}(given):\n    return time.time()\n\n\n{WORKFLOW}    return f0(given)\n")


def workflows_of_a_cycle(length: int) -> Files:
    """A cycle of functions, each of which has a workflow of its own and reads the clock."""
    text = (
        "def f{0}(given):\n    time.time()\n    return f{1}(given)\n\n\n"
        "@DBOS.workflow()\ndef w{0}(given):\n    return f{0}(given)\n\n\n"
    )
    return one("".join(text.format(i, (i + 1) % length) for i in range(length)))


def shared_helpers(number: int) -> Files:
    """Many workflows that call the same helpers."""
    side = max(1, int(number**0.5))
    helpers = "".join(f"def h{i}(given):\n    return time.time() + given\n\n\n" for i in range(side))
    body = calls(f"h{i}" for i in range(side))
    return one(helpers + "".join(f"@DBOS.workflow()\ndef w{i}(given):\n{body}\n\n" for i in range(side)))


def two_ways(depth: int) -> Files:
    """Two functions at each depth, each of which calls both of the next: there are 2 to the power of the depth ways."""
    pair = (
        "def f{0}(given):\n    return f{1}(given) or g{1}(given)\n\n\n"
        "def g{0}(given):\n    return g{1}(given) or f{1}(given)\n\n\n"
    )
    last = f"def f{depth}(given):\n    return time.time()\n\n\ndef g{depth}(given):\n    return random.random()\n\n\n"
    return one("".join(pair.format(i, i + 1) for i in range(depth)) + last + WORKFLOW + "    return f0(given)\n")


def two_objects(depth: int) -> Files:
    """Functions that hand two objects on, in both orders."""
    classes = "".join(f"class {name}:\n    def run(self):\n        return time.time()\n\n\n" for name in "CD")
    links = "".join(f"def f{i}(a, b):\n    f{i + 1}(a, b)\n    f{i + 1}(b, a)\n\n\n" for i in range(depth))
    last = f"def f{depth}(a, b):\n    a.run()\n    b.run()\n\n\n"
    return one(f"{classes}{links}{last}{WORKFLOW}    f0(C(), D())\n")


def returns(number: int) -> Files:
    """A function that returns objects of many classes."""
    classes = "".join(f"class C{i}:\n    def run(self):\n        return time.time()\n\n\n" for i in range(number))
    made = "".join(f"    if given == {i}:\n        return C{i}()\n" for i in range(number))
    return one(f"{classes}def make(given):\n{made}    return None\n\n\n{WORKFLOW}    make(given).run()\n")


def callbacks(depth: int) -> Files:
    """A function that is handed on, and called in the end."""
    links = "".join(f"def f{i}(run, given):\n    return f{i + 1}(run, given)\n\n\n" for i in range(depth))
    last = f"def f{depth}(run, given):\n    return run(given)\n\n\ndef clock(given):\n    return time.time()\n\n\n"
    return one(f"{links}{last}{WORKFLOW}    f0(clock, given)\n")


def tables(rows: int) -> Files:
    """A literal of many rows that names a function in each."""
    text = "".join(f"    'k{i}': {{'a': {i}, 'b': [1, 2, 3], 'run': step}},\n" for i in range(rows))
    return one(f"{STEP}TABLE = {{\n{text}}}\n\n\n{WORKFLOW}    return TABLE[given]['run'](given)\n")


def fields(number: int) -> Files:
    """A dataclass of many fields, each of which is read."""
    head = "from dataclasses import dataclass\n\n\n@dataclass\nclass Data:\n"
    body = "".join(f"    a{i}: int = {i}\n" for i in range(number))
    uses = "".join(f"    step(data.a{i})\n" for i in range(number))
    return one(f"{head}{body}\n\n{STEP}{WORKFLOW}    data = Data()\n{uses}")


def managers(number: int) -> Files:
    """One ``with`` of many managers."""
    items = ", ".join(f"open('{i}') as file_{i}" for i in range(number))
    return one(f"{STEP}{WORKFLOW}    with {items}:\n        step(given)\n")


def ids(number: int) -> Files:
    """Many blocks, each of which gives a workflow its ID."""
    text = "".join(f"    with SetWorkflowID('{i}'):\n        work(given)\n" for i in range(number))
    return one(f"@DBOS.workflow()\ndef work(given):\n    return given\n\n\ndef main(given):\n{text}")


def comprehensions(number: int) -> Files:
    return one(STEP + WORKFLOW + "".join(f"    r{i} = [step(each) for each in {{1, given}}]\n" for i in range(number)))


def gathered(number: int) -> Files:
    made = "".join(f"        step({i}),\n" for i in range(number))
    return one(f"{ASYNC}    await asyncio.gather(\n{made}    )\n")


def tasks(number: int) -> Files:
    made = "".join(f"    t{i} = asyncio.create_task(step({i}))\n" for i in range(number))
    return one(ASYNC + made + "".join(f"    await t{i}\n" for i in range(number)))


def one_topic(number: int) -> Files:
    """Many workflows that send to, and receive from, one topic."""
    text = "@DBOS.workflow()\ndef w{0}(given):\n    DBOS.send(given, 1, topic='t')\n    DBOS.recv('t')\n\n\n"
    return one("".join(text.format(i) for i in range(number)))


def one_queue(number: int) -> Files:
    """Many workflows that go through one queue."""
    text = "@DBOS.workflow()\ndef w{0}(given):\n    queue.enqueue(w{0}, given)\n\n\n"
    return one("queue = Queue('queue')\n\n\n" + "".join(text.format(i) for i in range(number)))


def schedules(number: int) -> Files:
    text = "@DBOS.scheduled('* * * * *')\n@DBOS.workflow()\ndef w{0}(due, now):\n    time.time()\n\n\n"
    return one("".join(text.format(i) for i in range(number)))


def steps_that_write(number: int) -> Files:
    """Steps, each of which changes a variable of the module."""
    made = "".join(f"g{i} = {{}}\n" for i in range(number))
    return one(made + "".join(f"\n\n@DBOS.step()\ndef s{i}(given):\n    g{i}['a'] = given\n" for i in range(number)))


def start(depth: int) -> Files:
    """A program that launches the engine many calls away."""
    links = "".join(f"def h{i}():\n    h{i + 1}()\n\n\n" for i in range(depth))
    return one(f"{links}def h{depth}():\n    DBOS.launch()\n\n\nif __name__ == '__main__':\n    h0()\n")


def reexports(files: int) -> Files:
    """A name that each file imports from the next."""
    links = {f"m{i}.py": f"from m{i + 1} import f\n" for i in range(files)}
    return {**links, f"m{files}.py": READS, **one(f"from m0 import f\n\n\n{WORKFLOW}    return f(given)\n")}


def imports_in_a_ring(files: int) -> Files:
    text = f"def f(given):\n    return g(given)\n\n\n{WORKFLOW}    f(given)\n"
    return {f"m{i}.py": f"{HEAD}from m{(i + 1) % files} import f as g\n\n\n{text}" for i in range(files)}


def imports_of_each_other(imports: int) -> Files:
    """Files that all import each other."""
    side = max(2, int(imports**0.5))
    text = f"def f(given):\n    return time.time()\n\n\n{WORKFLOW}    m0.f(given)\n"
    return {f"m{i}.py": HEAD + "".join(f"import m{j}\n" for j in range(side)) + text for i in range(side)}


def imports_in_functions(files: int) -> Files:
    text = "@DBOS.workflow()\ndef w{0}(given):\n    from m{0} import f\n\n    f(given)\n\n\n"
    return {**{f"m{i}.py": READS for i in range(files)}, **one("".join(text.format(i) for i in range(files)))}


def one_name(files: int) -> Files:
    """Files that each have a workflow of the same name, and one that imports all of them."""
    leaves = {f"m{i}.py": f"{HEAD}{WORKFLOW}    time.time()\n" for i in range(files)}
    return {**leaves, **one("".join(f"import m{i}\n" for i in range(files)))}


def events_in_files(files: int) -> Files:
    """Files that each set an event, and wait for that of the next."""
    text = "@DBOS.workflow()\ndef w{0}(given):\n    DBOS.set_event('e{0}', given)\n    DBOS.get_event(given, 'e{1}')\n"
    return {f"m{i}.py": HEAD + text.format(i, i + 1) for i in range(files)}


def queue_of_files(files: int) -> Files:
    """One queue, which many files use."""
    text = "from q import queue\n\n\n@DBOS.workflow()\ndef w{0}(given):\n    queue.enqueue(w{0}, given)\n"
    return {"q.py": f"{HEAD}queue = Queue('q')\n", **{f"m{i}.py": HEAD + text.format(i) for i in range(files)}}


def queues_of_one_name(files: int) -> Files:
    """Files that each have a ``queue`` of their own."""
    text = "queue = Queue('q{0}')\n\n\n@DBOS.workflow()\ndef w{0}(given):\n    queue.enqueue(w{0}, given)\n"
    return {f"m{i}.py": HEAD + text.format(i) for i in range(files)}


def redefinitions(number: int) -> Files:
    """One workflow, defined again and again."""
    return one(f"{WORKFLOW}    return time.time()\n\n\n" * number)


def queues_in_files(files: int) -> Files:
    """Files with a queue each, which one program imports: what a migration makes of them is asked of each."""
    text = (
        "queue_{0} = Queue('q{0}', concurrency=1)\n\n\n"
        "@DBOS.workflow()\ndef w{0}(given):\n    queue_{0}.enqueue(w{0}, given)\n"
    )
    return _launched(text, files)


def schedules_in_files(files: int) -> Files:
    return _launched("@DBOS.scheduled('* * * * *')\n@DBOS.workflow()\ndef w{0}(due, now):\n    time.time()\n", files)


def transactions_in_files(files: int) -> Files:
    text = (
        "@DBOS.transaction()\ndef t{0}(given):\n    DBOS.sql_session.execute('x')\n\n\n"
        "@DBOS.workflow()\ndef w{0}(given):\n    t{0}(given)\n"
    )
    return _launched(text, files)


def _launched(text: str, files: int) -> Files:
    leaves = {f"m{i}.py": HEAD + text.format(i) for i in range(files)}
    launch = "DBOS(config={'name': 'app'})\nDBOS.launch()\n"
    return {**leaves, **one("".join(f"import m{i}\n" for i in range(files)) + launch)}
