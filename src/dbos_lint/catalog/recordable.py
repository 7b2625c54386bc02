"""Functions whose value a step can draw in place of workflow code: called there they do the same, and what they give
can be stored.

Clocks that count from a moment of their own machine are not among them: what one process has recorded says nothing
to another. Nor is what draws from a state that the program holds, or changes what it is given.
"""

from __future__ import annotations

SIMPLE = frozenset(
    {
        *(f"time.{name}" for name in ("time", "time_ns", "asctime", "ctime", "strftime")),
        *(f"random.{name}" for name in ("random", "randint", "randrange", "uniform", "triangular", "getrandbits")),
        *(f"random.{name}variate" for name in ("beta", "binomial", "expo", "gamma", "lognorm", "normal", "pareto")),
        *("random.gauss", "random.vonmisesvariate", "random.weibullvariate"),
        *(f"secrets.{name}" for name in ("randbelow", "randbits", "token_hex", "token_urlsafe")),
    }
)
"""What gives numbers and strings, which every serializer stores."""

PICKLED = frozenset(
    {
        *(f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")),
        *("datetime.date.today", "time.gmtime", "time.localtime"),
        *("random.randbytes", "secrets.token_bytes", "os.urandom", "os.getrandom"),
        *(f"uuid.uuid{version}" for version in (1, 4, 6, 7, 8)),
    }
)
"""What gives times, bytes and identifiers, which come back from pickle alone as they were."""

CHOOSES = frozenset({"random.choice", "random.choices", "random.sample", "secrets.choice"})
"""What gives elements of its first argument: they are stored with it."""
