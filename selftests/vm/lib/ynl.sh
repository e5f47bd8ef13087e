# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the files of lib/ share their variables
# The netlink family's files that the kernel's generator makes of its
# specification, module/listenq.yaml.

YNL_SPEC=module/listenq.yaml
# Debian's own, for which `deps` installs the modules.
YNL_PYTHON=/usr/bin/python3
YNL_FILES=(module/netlink-gen.h module/netlink-gen.c module/uapi/linux/listenq.h module/listenq.rst)

# Says what does not fit, in one line, where the generators would print a stack.
YNL_VALIDATE='
import sys, yaml, jsonschema
folder, path, name = sys.argv[1:]
def fail(text):
    sys.exit(f"{name}: {text}")
try:
    spec = yaml.safe_load(open(path))
    schema = yaml.safe_load(open(folder + "/" + spec.get("protocol", "genetlink") + ".yaml"))
except (yaml.YAMLError, AttributeError, OSError) as e:
    fail(f"cannot be read: {e}")
bad = list(jsonschema.Draft7Validator(schema).iter_errors(spec))
for e in bad:
    where = "/".join(str(p) for p in e.absolute_path)
    print(f"{name}: {where}: {e.message[:300]}", file=sys.stderr)
if bad:
    sys.exit(1)
# Ours, beyond the schema: nothing without a sentence. A subset has its own.
def documented():
    for d in spec.get("definitions", []):
        yield d["name"], d
        for e in d.get("entries", []):
            yield d["name"] + "/" + (e["name"] if isinstance(e, dict) else e), e
    for s in spec["attribute-sets"]:
        yield s["name"], s
        for a in s["attributes"] if "subset-of" not in s else []:
            yield s["name"] + "/" + a["name"], a
    for o in spec["operations"]["list"]:
        yield o["name"], o
for where, what in documented():
    if not isinstance(what, dict) or not what.get("doc"):
        bad.append(where)
        print(f"{name}: {where} has no doc", file=sys.stderr)
sys.exit(bool(bad))
'

# The kernel's tree is sealed: Python must leave nothing of its own there.
ynl_python()
{
	PYTHONDONTWRITEBYTECODE=1 timeout 60 "$YNL_PYTHON" "$@"
}

# ynl_generate FOLDER: all YNL_FILES below it. The generator looks for the schema
# in the folder above the specification's, and for a kernel's root above that; the
# name of what it writes is what it lets the source include.
ynl_generate()
{
	local dir=$1 ynl=$CACHE/linux/tools/net/ynl netlink=$1/Documentation/netlink spec
	spec=$netlink/specs/${YNL_SPEC##*/}
	mkdir -p "$netlink/specs" "$dir/module/uapi/linux"
	: >"$dir/MAINTAINERS"
	cp "$CACHE/linux/Documentation/netlink/"*.yaml "$netlink/"
	cp "$TREE/$YNL_SPEC" "$spec"
	ynl_python -c "$YNL_VALIDATE" "$netlink" "$spec" "$YNL_SPEC" ||
		die "$YNL_SPEC is not as it has to be (see above)"
	ynl_run "$ynl/ynl-gen-c.py" --spec "$spec" --mode kernel --header -o "$dir/module/netlink-gen.h"
	ynl_run "$ynl/ynl-gen-c.py" --spec "$spec" --mode kernel --source -o "$dir/module/netlink-gen.c"
	ynl_run "$ynl/ynl-gen-c.py" --spec "$spec" --mode uapi --header -o "$dir/module/uapi/linux/listenq.h"
	ynl_run "$ynl/ynl-gen-rst.py" -i "$spec" -o "$dir/module/listenq.rst"
}

ynl_run()
{
	ynl_python "$@" || die "the kernel's ${1##*/} cannot do with $YNL_SPEC (see above)"
}

# ynl_differences FOLDER: what it has otherwise than the tree, on stdout.
ynl_differences()
{
	local file
	for file in "${YNL_FILES[@]}"; do
		if [[ ! -f $TREE/$file ]]; then
			printf '%s is missing\n' "$file"
		elif ! cmp -s "$TREE/$file" "$1/$file"; then
			printf '%s is not what %s generates:\n' "$file" "$YNL_SPEC"
			diff -u --label "$file" --label 'generated' "$TREE/$file" "$1/$file" || true
		fi
	done
}

# ynl_update: into the tree what differs, naming it.
ynl_update()
{
	local file
	for file in "${YNL_FILES[@]}"; do
		if ! cmp -s "$TREE/$file" "$1/$file"; then
			mkdir -p "$(dirname "$TREE/$file")"
			cp "$1/$file" "$TREE/$file"
			printf '%s\n' "$file"
		fi
	done
}

ynl_check()
{
	local bad
	bad=$(ynl_differences "$1")
	if [[ -n $bad ]]; then
		printf '%s\n' "$bad"
		return 1
	fi
}

command_ynl()
{
	local check='' counters=$TREE/tools/gen-counters.py bad=0
	case $* in
	'') ;;
	--check) check=1 ;;
	*) die_usage "ynl knows only --check" ;;
	esac
	need timeout diff "$YNL_PYTHON"
	"$YNL_PYTHON" -c 'import yaml, jsonschema' 2>/dev/null ||
		die "$YNL_PYTHON lacks yaml or jsonschema: run '$0 deps'"
	[[ -f $TREE/$YNL_SPEC ]] || die "$TREE has no $YNL_SPEC"
	kselftest_ready
	mkdir -p "$CACHE/run"
	ynl_dir=$(mktemp -d "$CACHE/run/ynl.XXXXXX")
	trap 'rm -rf "$ynl_dir"' EXIT
	ynl_generate "$ynl_dir"
	if [[ -n $check ]]; then
		ynl_check "$ynl_dir" || bad=1
	else
		ynl_update "$ynl_dir"
	fi
	# The reader's sentences on the counters come from the same source.
	if [[ -f $counters ]]; then
		(cd "$TREE" && ynl_python "$counters" ${check:+--check}) || bad=1
	fi
	((bad == 0)) || die "generated files are not up to date: run '$0 ynl'"
}
