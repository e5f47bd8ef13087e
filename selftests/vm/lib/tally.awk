# SPDX-License-Identifier: GPL-2.0
# Numbers the test points of all rows and counts them. Fails if one did, or if
# there is none at all.

BEGIN { print "KTAP version 1" }

/^(not )?ok - / {
	good = $1 == "ok"
	sub(/^(not )?ok - /, "")
	if (!good)
		failed++
	else if (/ # SKIP/)
		skipped++
	else
		passed++
	print (good ? "ok " : "not ok ") ++points " " $0
	fflush()
	next
}

{ print; fflush() }

END {
	print "1.." points + 0
	printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
	exit failed || !points
}
