// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_KERNEL_IMAGE_H
#define EPM_KERNEL_IMAGE_H

/*
 * Images that machines boot: x86's bzImage (Documentation/arch/x86/boot.rst), arm64's and riscv's
 * Image, EFI zboot (drivers/firmware/efi/libstub/zboot-header.S of the kernel). What is not where
 * these say is searched for by the first bytes of compressed data.
 */
#include "kernel/extract.h"

/* By its first bytes. */
bool image_is(struct span head);

/* The release in x86's header, allocated; NULL: it is no such image, or has none. */
char *image_release(const struct input *input);

int image_extract(struct span image, const char *what, struct extract *out,
		  struct err *err) MUST_CHECK;

/* "Linux version 6.1.0-13-amd64 (…) #1 SMP …" somewhere in the bytes; true: it is there. */
bool image_banner(struct span bytes, struct kernel_facts *out);

#endif
