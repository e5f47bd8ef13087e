// SPDX-License-Identifier: GPL-2.0
/*
 * The module's own file says where it has the calls that KCOV counts, and in
 * which function of which source file; KCOV says which of them this process went
 * through.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/elf.h>
#include <linux/kcov.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lq_cover.h"

#define KCOV_FILE	LQ_DEBUGFS "/kcov"
#define TEXT_ADDRESS	"/sys/module/listenq/sections/.text"
#define CALLEE		"__sanitizer_cov_trace_pc"

/* A call's address is recorded as where it returns to */
#define CALL_REST	4

/* Calls recorded at a time */
#define RECORDS		(1024 * 1024)

static struct {
	const char *image;	/* of LQ_MODULE */
	const struct elf64_shdr *section;
	unsigned int text;	/* number of its section */
	const struct elf64_sym *symbol;
	unsigned int nsymbols;
	const char *name;	/* of symbols */
	const char *why;	/* nothing is known */
	unsigned long address;	/* of the text, in the kernel */
	size_t size;
	u8 *site;		/* at each byte of the text: whether it is one */
	u8 *hit;		/* whether it was reached; shared */
	unsigned long *record;	/* of this process */
	int fd;
} cover;

static const void *map_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *map = MAP_FAILED;

	if (fd >= 0 && !fstat(fd, &st))
		map = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (fd >= 0)
		close(fd);
	return map == MAP_FAILED ? NULL : map;
}

static unsigned long read_address(const char *path)
{
	unsigned long address = 0;
	FILE *file = fopen(path, "re");

	if (file && fscanf(file, "%lx", &address) != 1)
		address = 0;
	if (file)
		fclose(file);
	return address;
}

static const void *section_data(unsigned int n)
{
	return cover.image + cover.section[n].sh_offset;
}

static void find_sections(void)
{
	const struct elf64_hdr *header = (const void *)cover.image;
	const char *names;

	cover.section = (const void *)(cover.image + header->e_shoff);
	names = section_data(header->e_shstrndx);
	for (unsigned int i = 0; i < header->e_shnum; i++) {
		const struct elf64_shdr *section = &cover.section[i];

		if (!strcmp(names + section->sh_name, ".text"))
			cover.text = i;
		if (section->sh_type != SHT_SYMTAB)
			continue;
		cover.symbol = section_data(i);
		cover.nsymbols = section->sh_size / sizeof(*cover.symbol);
		cover.name = section_data(section->sh_link);
	}
	cover.size = cover.section[cover.text].sh_size;
}

static const char *symbol_name(u64 index)
{
	return cover.name + cover.symbol[index].st_name;
}

/* Return: how many */
static unsigned int find_sites(void)
{
	const struct elf64_hdr *header = (const void *)cover.image;
	unsigned int n = 0;

	for (unsigned int i = 0; i < header->e_shnum; i++) {
		const struct elf64_shdr *section = &cover.section[i];
		const struct elf64_rela *rela = section_data(i);
		const struct elf64_rela *end =
			rela + section->sh_size / sizeof(*rela);

		if (section->sh_type != SHT_RELA ||
		    section->sh_info != cover.text)
			continue;
		for (; rela < end; rela++) {
			if (strcmp(symbol_name(ELF64_R_SYM(rela->r_info)),
				   CALLEE))
				continue;
			cover.site[rela->r_offset + CALL_REST] = 1;
			n++;
		}
	}
	return n;
}

static const char *find_out(void)
{
	if (access(KCOV_FILE, R_OK | W_OK))
		return "this kernel has no KCOV";
	cover.address = read_address(TEXT_ADDRESS);
	cover.image = map_file(LQ_MODULE);
	if (!cover.address || !cover.image)
		return "the module is not loaded";
	find_sections();
	cover.site = calloc(1, cover.size);
	cover.hit = mmap(NULL, cover.size, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!cover.site || cover.hit == MAP_FAILED)
		return "no memory";
	if (!find_sites())
		return "the module was not built with KCOV_INSTRUMENT=y";
	return NULL;
}

void lq_cover_init(void)
{
	cover.why = find_out();
}

void lq_cover_start(void)
{
	if (cover.why)
		return;
	cover.fd = open(KCOV_FILE, O_RDWR | O_CLOEXEC);
	if (cover.fd < 0 || ioctl(cover.fd, KCOV_INIT_TRACE, RECORDS)) {
		lq_error("kcov: %s", strerror(errno));
		return;
	}
	cover.record = mmap(NULL, RECORDS * sizeof(*cover.record),
			    PROT_READ | PROT_WRITE, MAP_SHARED, cover.fd, 0);
	if (cover.record == MAP_FAILED ||
	    ioctl(cover.fd, KCOV_ENABLE, KCOV_TRACE_PC)) {
		lq_error("kcov: %s", strerror(errno));
		cover.record = NULL;
	}
}

void lq_cover_collect(void)
{
	unsigned long n;

	if (!cover.record)
		return;
	n = __atomic_load_n(&cover.record[0], __ATOMIC_RELAXED);
	for (unsigned long i = 1; i <= n && i < RECORDS; i++) {
		unsigned long at = cover.record[i] - cover.address;

		if (at < cover.size)
			cover.hit[at] = 1;
	}
	__atomic_store_n(&cover.record[0], 0, __ATOMIC_RELAXED);
}

static unsigned int count(u64 from, u64 size, bool reached)
{
	unsigned int n = 0;

	for (u64 at = from; at < from + size && at < cover.size; at++)
		n += cover.site[at] && (!reached || cover.hit[at]);
	return n;
}

/* Symbols of a source file follow its name; global ones have none */
static void print_functions(void)
{
	const char *file = "";

	for (unsigned int i = 0; i < cover.nsymbols; i++) {
		const struct elf64_sym *symbol = &cover.symbol[i];
		unsigned int all, reached;

		if (ELF64_ST_BIND(symbol->st_info) != STB_LOCAL)
			file = "";
		if (ELF64_ST_TYPE(symbol->st_info) == STT_FILE)
			file = symbol_name(i);
		if (ELF64_ST_TYPE(symbol->st_info) != STT_FUNC ||
		    symbol->st_shndx != cover.text)
			continue;
		all = count(symbol->st_value, symbol->st_size, false);
		reached = count(symbol->st_value, symbol->st_size, true);
		if (all && !reached)
			ksft_print_msg("never reached: %s %s()\n", file,
				       symbol_name(i));
		else if (reached < all)
			ksft_print_msg("reached %u of %u: %s %s()\n", reached,
				       all, file, symbol_name(i));
	}
}

void lq_cover_print(void)
{
	if (cover.why) {
		ksft_print_msg("coverage: %s\n", cover.why);
		return;
	}
	ksft_print_msg("coverage: %u of %u\n", count(0, cover.size, true),
		       count(0, cover.size, false));
	print_functions();
}
