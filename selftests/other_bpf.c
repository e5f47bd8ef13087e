// SPDX-License-Identifier: GPL-2.0
/*
 * BPF's fentry and fexit: a program for each function that counts in its place
 * of an array. By hand, as five instructions need no compiler.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "other.h"

#define TYPES "/sys/kernel/btf/vmlinux"

/* Another is just attaching or leaving */
#define TRIES 5

static int map = -1;
static int program[OTHER_MAX_FUNCTIONS];
static int link_fd[OTHER_MAX_FUNCTIONS];
static int attached;

/* The kernel's types, and the number of each function's among them */
static u32 type_id[OTHER_MAX_FUNCTIONS];

static int bpf(enum bpf_cmd command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/* What follows a type, in bytes */
static size_t type_extra(const struct btf_type *type)
{
	size_t n = BTF_INFO_VLEN(type->info);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return n * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return n * sizeof(struct btf_enum);
	case BTF_KIND_FUNC_PROTO:
		return n * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return n * sizeof(struct btf_var_secinfo);
	case BTF_KIND_ENUM64:
		return n * sizeof(struct btf_enum64);
	default:
		return 0;
	}
}

static void find_types(const char *btf)
{
	const struct btf_header *header = (const void *)btf;
	const char *types = btf + header->hdr_len + header->type_off;
	const char *strings = btf + header->hdr_len + header->str_off;
	const char *end = types + header->type_len;

	for (u32 id = 1; types < end; id++) {
		const struct btf_type *type = (const void *)types;

		if (BTF_INFO_KIND(type->info) == BTF_KIND_FUNC) {
			int n = other_named(strings + type->name_off);

			if (n >= 0)
				type_id[n] = id;
		}
		types += sizeof(*type) + type_extra(type);
	}
}

static int read_types(void)
{
	int fd = open(TYPES, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	struct stat st;
	char *btf;

	if (fd < 0)
		return -1;
	btf = fstat(fd, &st) ? NULL : malloc(st.st_size);
	while (btf && len < (size_t)st.st_size) {
		ssize_t part = read(fd, btf + len, st.st_size - len);

		if (part <= 0)
			break;
		len += part;
	}
	close(fd);
	if (btf && len == (size_t)st.st_size)
		find_types(btf);
	free(btf);
	return 0;
}

static int make_map(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY,
		.key_size = sizeof(u32),
		.value_size = OTHER_MAX_FUNCTIONS * sizeof(u64),
		.max_entries = 1,
	};

	return bpf(BPF_MAP_CREATE, &attr);
}

static int make_program(int n, enum bpf_attach_type type)
{
	struct bpf_insn code[] = {
		{ .code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = BPF_REG_1,
		  .src_reg = BPF_PSEUDO_MAP_VALUE, .imm = map },
		{ .imm = n * sizeof(u64) },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2,
		  .imm = 1 },
		{ .code = BPF_STX | BPF_ATOMIC | BPF_DW, .dst_reg = BPF_REG_1,
		  .src_reg = BPF_REG_2, .imm = BPF_ADD },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_TRACING,
		.expected_attach_type = type,
		.attach_btf_id = type_id[n],
		.insns = (uintptr_t)code,
		.insn_cnt = sizeof(code) / sizeof(*code),
		.license = (uintptr_t)"GPL",
	};

	return bpf(BPF_PROG_LOAD, &attr);
}

static int attach_program(int fd)
{
	union bpf_attr attr = { .raw_tracepoint.prog_fd = fd };
	int link, tries = 0;

	do {
		link = bpf(BPF_RAW_TRACEPOINT_OPEN, &attr);
	} while (link < 0 && errno == EAGAIN && ++tries < TRIES);
	return link;
}

static void bpf_detach(void)
{
	while (attached > 0) {
		attached--;
		close(link_fd[attached]);
		close(program[attached]);
	}
	close(map);
	map = -1;
}

static int attach_one(enum bpf_attach_type type)
{
	int n = attached;

	if (!type_id[n]) {
		errno = ENOENT;
		return -1;
	}
	program[n] = make_program(n, type);
	if (program[n] < 0)
		return -1;
	link_fd[n] = attach_program(program[n]);
	if (link_fd[n] < 0) {
		int failed = errno;

		close(program[n]);
		errno = failed;
		return -1;
	}
	attached++;
	return 0;
}

static int bpf_attach(enum bpf_attach_type type)
{
	int failed;

	if (!type_id[0] && read_types())
		return -1;
	map = make_map();
	if (map < 0)
		return -1;
	while (attached < other_functions) {
		if (attach_one(type)) {
			failed = errno;
			ksft_print_msg("%s: %s\n", other_function[attached],
				       strerror(failed));
			bpf_detach();
			errno = failed;
			return -1;
		}
	}
	return 0;
}

static int fentry_attach(void)
{
	return bpf_attach(BPF_TRACE_FENTRY);
}

static int fexit_attach(void)
{
	return bpf_attach(BPF_TRACE_FEXIT);
}

static int bpf_calls(u64 *calls)
{
	u64 all[OTHER_MAX_FUNCTIONS];
	u32 key = 0;
	union bpf_attr attr = {
		.map_fd = map,
		.key = (uintptr_t)&key,
		.value = (uintptr_t)all,
	};

	if (bpf(BPF_MAP_LOOKUP_ELEM, &attr))
		return -1;
	memcpy(calls, all, other_functions * sizeof(*calls));
	return 0;
}

const struct other other_fentry = {
	.name = "fentry",
	.attach = fentry_attach,
	.detach = bpf_detach,
	.calls = bpf_calls,
};

const struct other other_fexit = {
	.name = "fexit",
	.attach = fexit_attach,
	.detach = bpf_detach,
	.calls = bpf_calls,
};
