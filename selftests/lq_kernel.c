// SPDX-License-Identifier: GPL-2.0
/* What older kernels cannot do, whatever the module does */
#include <stdio.h>
#include <sys/utsname.h>

#include "lq.h"

bool lq_kernel_since(unsigned int major, unsigned int minor)
{
	unsigned int is_major = 0, is_minor = 0;
	struct utsname name;

	if (uname(&name) ||
	    sscanf(name.release, "%u.%u", &is_major, &is_minor) != 2)
		lq_error("what kernel is this?");
	return is_major > major || (is_major == major && is_minor >= minor);
}
