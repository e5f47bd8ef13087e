# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the files of lib/ share their variables
# A row: one kernel of the table `rows`.

row_names()
{
	awk '$1 !~ /^#/ && NF { print $1 }' "$VM/rows"
}

# row_load NAME: its columns into the row_* variables, and its architecture.
row_load()
{
	local line
	line=$(awk -v name="$1" '$1 == name' "$VM/rows")
	[[ -n $line ]] || die "there is no row '$1': '$0 list' shows them"
	read -r row_name row_suite row_kernel row_arch row_class <<<"$line"
	[[ $row_class =~ ^(all|fewer|core|debug)$ ]] ||
		die "$VM/rows: the line of '$1' is not: name suite kernel arch all|fewer|core|debug"
	row_dir=$CACHE/kernel/$row_name
	arch_load "$row_arch"
	row_slow=1
	row_fewer=${LISTENQ_FEWER:-1}
	[[ $row_fewer =~ ^[1-9][0-9]*$ ]] || die_usage "LISTENQ_FEWER wants a number, not '$row_fewer'"
	[[ $row_class != fewer ]] || row_fewer=$((2 * row_fewer))
	row_memory=0
	# Loading and unloading wait for tasks that are preempted, which are many there.
	if [[ $row_name == *-rt ]]; then
		row_slow=2
	fi
	if [[ $row_suite == source ]]; then
		source_row
	fi
}

# rows_chosen NAME...: the given rows, checked, or all that are fetched. What is
# built here takes its time, and has to be asked for.
rows_chosen()
{
	local name
	if (($# == 0)); then
		awk '$1 !~ /^#/ && NF && $2 != "source" { print $1 }' "$VM/rows"
		return
	fi
	for name; do
		row_names | grep -qxF -- "$name" || die "there is no row '$name': '$0 list' shows them"
		printf '%s\n' "$name"
	done
}
