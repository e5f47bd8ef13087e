# SPDX-License-Identifier: GPL-2.0
# Takes KCSAN's reports out of a kernel log; prints the rest of it.
# -v ours=FILE    reports in which listenq did one of the accesses
# -v theirs=FILE  the others: races of the kernel with itself
#
# A report stands between two rules of "=". Its title names the functions that did
# the accesses, each with its module; the stacks under it name callers as well, and
# listenq is a caller of whatever it wraps.

/========================================$/ {
	if (report != "") {
		print report $0 >(mine ? ours : theirs)
		report = ""
	} else {
		rule = rule $0 "\n"
	}
	next
}

rule != "" {
	if (/BUG: KCSAN: /) {
		mine = /\[listenq\]/
		report = rule $0 "\n"
	} else {
		printf "%s", rule
		print
	}
	rule = ""
	next
}

report != "" {
	report = report $0 "\n"
	next
}

{ print }

END {
	printf "%s", rule
	if (report != "")
		print report >(mine ? ours : theirs)
}
