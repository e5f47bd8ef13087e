# SPDX-License-Identifier: GPL-2.0
# Reads one suite's KTAP and prints its points, one a line and unnumbered, as
# "ok - PREFIXname". Nested points count, the parent that sums them up does not.
# Whatever else is wrong with the suite becomes a failed point of its own.
#
# -v prefix=  -v status= exit status, empty if there was none  -v problem= why
# -v point= only the points of this name  -v verbose=1 keeps all diagnostics

function fail(name, reason)
{
	printf "%s", notes
	notes = ""
	print "not ok - " prefix name " # " reason
	failed++
}

function point_wanted(name)
{
	return point == "" || name == point || \
		substr(name, length(name) - length(point)) == "." point
}

# A level of nesting ends, or another plan begins on it: were all points there?
function level_end(depth)
{
	if (depth in plan && plan[depth] != seen[depth])
		fail("plan", "printed " seen[depth] + 0 " of " plan[depth] " points")
	delete plan[depth]
	delete seen[depth]
	delete bad[depth]
}

function point_read(depth, good, text,    name, directive, at, below, parent)
{
	# Deeper levels end with their parent's line.
	for (below = deepest; below > depth; below--) {
		if (below in seen)
			parent = 1
		if (bad[below])
			bad[depth] += bad[below]
		level_end(below)
	}
	deepest = depth
	seen[depth]++
	if (parent) {
		# The children said it all, unless they said nothing of it.
		if (good || bad[depth])
			return
	}
	at = match(text, / +#/)
	name = at ? substr(text, 1, at - 1) : text
	directive = at ? substr(text, at) : ""
	sub(/^ +/, " ", directive)
	# kselftest.h has the name behind the directive.
	if (sub(/^# *SKIP */, "", name))
		directive = " # SKIP"
	if (!point_wanted(name))
		return
	points++
	if (!good) {
		bad[depth]++
		failed++
	} else if (directive ~ /# *SKIP/) {
		skipped++
		sub(/# *SKIP/, "# SKIP", directive)
	}
	if (!good || verbose)
		printf "%s", notes
	notes = ""
	print (good ? "ok - " : "not ok - ") prefix name directive
}

{
	sub(/\r$/, "")
	match($0, /^ */)
	depth = int(RLENGTH / 2)
	line = substr($0, RLENGTH + 1)
}

line ~ /^K?TAP version/ {
	level_end(depth)
	versions++
	next
}

line ~ /^1\.\.[0-9]+/ {
	if (depth in plan)
		level_end(depth)
	plan[depth] = substr(line, 4) + 0
	plans++
	if (depth > deepest)
		deepest = depth
	if (plan[depth] == 0 && line ~ /# *SKIP/) {
		sub(/.*# *SKIP */, "", line)
		print "ok - " prefix "all # SKIP " line
		points++
		skipped++
	}
	next
}

line ~ /^(not )?ok( |$)/ {
	good = line !~ /^not/
	sub(/^(not )?ok *[0-9]* *(- *)?/, "", line)
	point_read(depth, good, line)
	next
}

{
	notes = notes (line ~ /^#/ ? "" : "# ") $0 "\n"
}

END {
	for (depth = deepest; depth >= 0; depth--)
		if (problem == "")
			level_end(depth)
	if (problem != "")
		fail("end", problem)
	else if (status != 0 && !failed && !(status == 4 && skipped))
		fail("status", "exit status " status " without a failed point")
	else if (!points && !failed)
		fail("points", point == "" ? "no test points" : "no test point named " point)
	else if (!plans)
		fail("plan", "no plan")
}
