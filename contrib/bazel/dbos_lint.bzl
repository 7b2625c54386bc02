"""A test that lints Python files with dbos-lint: hermetic, cached by Bazel, sharded with `shard_count`.

    load("//tools:dbos_lint.bzl", "dbos_lint_test")

    dbos_lint_test(
        name = "lint",
        srcs = glob(["shop/**/*.py"]),
        data = ["//libs/clock:sources"],
        config = "//:dbos-lint.toml",
        tool = "//tools:dbos_lint",
    )

Findings rest on what a file imports and, for names of queues, topics, workflows and the like, on all files of the program:
`data` are those that are read and not linted. What is in neither is unknown.
"""

def _quoted(word):
    return "'" + word.replace("'", "'\\''") + "'"

def _dbos_lint_test_impl(ctx):
    arguments = ["check", "--no-cache", "--jobs", "1", "--no-respect-gitignore", "--output-format", ctx.attr.output_format]
    inputs = ctx.files.srcs + ctx.files.data
    if ctx.file.config:
        arguments += ["--config", ctx.file.config.short_path]
        inputs = inputs + [ctx.file.config]
    else:
        arguments.append("--isolated")
    words = ["./" + ctx.executable.tool.short_path] + arguments + ctx.attr.arguments
    files = [file.short_path for file in ctx.files.srcs if file.extension == "py"]

    script = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(script, "\n".join([
        "#!/bin/sh",
        "set --",
        'if [ -n "${TEST_TOTAL_SHARDS:-}" ]; then',
        '    touch "${TEST_SHARD_STATUS_FILE:-/dev/null}"',
        '    set -- --shard "$((TEST_SHARD_INDEX + 1))/$TEST_TOTAL_SHARDS"',
        "fi",
        "exec " + " ".join([_quoted(word) for word in words]) + ' "$@" -- ' + " ".join([_quoted(name) for name in files]),
        "",
    ]), is_executable = True)
    runfiles = ctx.runfiles(files = inputs).merge(ctx.attr.tool[DefaultInfo].default_runfiles)
    return [DefaultInfo(executable = script, runfiles = runfiles)]

dbos_lint_test = rule(
    implementation = _dbos_lint_test_impl,
    doc = "Passes where dbos-lint finds nothing in `srcs`.",
    test = True,
    attrs = {
        "srcs": attr.label_list(allow_files = [".py"], mandatory = True, doc = "The files to lint."),
        "data": attr.label_list(allow_files = True, doc = "The other files of the program."),
        "config": attr.label(allow_single_file = [".toml"], doc = "The configuration; without one, the defaults hold."),
        "arguments": attr.string_list(doc = "More options of `dbos-lint check`."),
        "output_format": attr.string(default = "full", doc = "How to print findings."),
        "tool": attr.label(
            executable = True,
            cfg = "target",
            mandatory = True,
            doc = "The command dbos-lint, such as a console script of rules_python.",
        ),
    },
)
