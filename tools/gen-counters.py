#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Write counters.gen.c: the names that module/listenq.yaml gives things.

usage: gen-counters.py [--check]

--check writes nothing and fails when the file is not what the YAML says.
"""

import pathlib
import sys

import yaml

HERE = pathlib.Path(__file__).resolve().parent
SPEC = HERE.parent / "module" / "listenq.yaml"
OUTPUT = HERE / "counters.gen.c"

# The array in the C file, the attribute set it names
FIELDS = (("lq_counters", "counters"), ("lq_remainders", "remainder"))
# The array, the enum of the specification
ENUMS = (
    ("lq_kind_names", "episode-kind"),
    ("lq_phase_names", "episode-phase"),
    ("lq_way_names", "hook-way"),
    ("lq_exactness_names", "hook-exactness"),
    ("lq_overflow_names", "policy-overflow"),
    ("lq_syncookies_names", "policy-syncookies"),
    ("lq_queue_names", "policy-queue"),
    ("lq_admit_names", "policy-admit"),
    ("lq_change_names", "policy-change"),
)


def c_name(*words):
    """LISTENQ_A_COUNTERS_SYN_RECEIVED"""
    return "_".join(("LISTENQ",) + words).upper().replace("-", "_")


def c_string(text):
    """A string literal; whole, so that it can be searched for."""
    text = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def sentence(doc, names):
    """The doc, in which counters are called as everywhere but in the YAML."""
    for name in sorted(names, key=len, reverse=True):
        doc = doc.replace(name, name.replace("-", "_"))
    return doc


def fields(array, attributes):
    """An array of struct lq_field, ended by an empty one."""
    name = attributes["name"]
    names = [entry["name"] for entry in attributes["attributes"]]
    yield f"const struct lq_field {array}[] = {{"
    for attribute in attributes["attributes"]:
        if attribute["type"] == "pad":
            continue
        yield "\t{"
        yield f"\t\t.type = {c_name('a', name, attribute['name'])},"
        yield f"\t\t.name = \"{attribute['name'].replace('-', '_')}\","
        yield "\t\t.doc ="
        yield f"\t\t\t{c_string(sentence(attribute['doc'], names))},"
        yield "\t},"
    yield "\t{ }"
    yield "};"


def attribute_names(array, attributes):
    """The names of a set's attributes, by their number."""
    name = attributes["name"]
    top = c_name("a", name, "max")
    yield f"const char * const {array}[{top} + 1] = {{"
    for attribute in attributes["attributes"]:
        enumerator = c_name("a", name, attribute["name"])
        yield f"\t[{enumerator}] = \"{attribute['name']}\","
    yield "};"


def enum_names(array, enum):
    """The names of an enum's values, ended by a NULL."""
    yield f"const char * const {array}[] = {{"
    for entry in enum["entries"]:
        enumerator = c_name(enum["name"], entry["name"])
        yield f"\t[{enumerator}] = \"{entry['name']}\","
    yield "\tNULL"
    yield "};"


def generate(spec):
    """The text of the file."""
    sets = {entry["name"]: entry for entry in spec["attribute-sets"]}
    enums = {entry["name"]: entry for entry in spec["definitions"]}
    lines = [
        "// SPDX-License-Identifier: GPL-2.0",
        "/* Made by gen-counters.py of module/listenq.yaml: do not edit. */",
        "#include <stddef.h>",
        "",
        "#include <linux/listenq.h>",
        "",
        '#include "names.h"',
    ]
    for array, name in FIELDS:
        lines += ["", *fields(array, sets[name])]
    lines += ["", *attribute_names("lq_listener_names", sets["listener"])]
    for array, name in ENUMS:
        lines += ["", *enum_names(array, enums[name])]
    return "\n".join(lines) + "\n"


def main(arguments):
    """The exit status."""
    if arguments not in ([], ["--check"]):
        print(__doc__.strip(), file=sys.stderr)
        return 1
    text = generate(yaml.safe_load(SPEC.read_text(encoding="utf-8")))
    if not arguments:
        OUTPUT.write_text(text, encoding="utf-8")
        return 0
    if OUTPUT.exists() and OUTPUT.read_text(encoding="utf-8") == text:
        return 0
    print(f"{OUTPUT.name} is not what {SPEC.name} says: run "
          "tools/gen-counters.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
