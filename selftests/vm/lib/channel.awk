# SPDX-License-Identifier: GPL-2.0
# Takes apart what a guest sent over its second serial port (see guest/init).
# -v token=TOKEN and either
#   -v live=1    print the jobs' output as it comes
#   -v dir=DIR   write DIR/N.out, N.status, N.kmsg, guest.leak, guest.lockdep,
#                and DIR/bye at a regular end
#
# A newline is held back until the next line shows whether it belongs to the
# output or to a mark of ours: so output comes through to the byte.

function put(text)
{
	if (live) {
		if (where == "out") {
			printf "%s", text
			fflush()
		}
	} else if (file != "") {
		printf "%s", text >file
	}
}

function flow_to(name, kind)
{
	if (file != "")
		close(file)
	where = kind
	file = (live || kind == "") ? "" : dir "/" name "." kind
	put("")
}

function mark_read(kind, name, rest)
{
	if (kind == "begin") {
		flow_to(name, "out")
	} else if (kind == "end") {
		flow_to(name, "")
		if (!live) {
			print rest >(dir "/" name ".status")
			close(dir "/" name ".status")
		}
	} else if (kind == "kmsg" || kind == "leak" || kind == "lockdep") {
		flow_to(name, kind)
	} else if (kind == "idle") {
		flow_to("", "")
	} else if (kind == "bye" && !live) {
		print "" >(dir "/bye")
	}
}

BEGIN { fresh = 1 }

$1 == token {
	# A newline held back just before a mark is the mark's own.
	mark_read($2, $3, $4)
	fresh = 1
	next
}

{
	if (!fresh)
		put("\n")
	fresh = 0
	put($0)
}

# Only a guest that died leaves output without a mark after it.
END {
	if (live && where == "out")
		put("\n")
}
