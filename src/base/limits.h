// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BASE_LIMITS_H
#define EPM_BASE_LIMITS_H

/*
 * Every size that comes from outside is held against one of these before memory is taken for it.
 * Bytes unless the name says otherwise.
 */
#define LIMIT_MANIFEST (4u << 20)      /* distribution-spec 1.1: registries take at least 4 MiB */
#define LIMIT_INDEX (64u << 20)	       /* index.json of the store */
#define LIMIT_CONFIGURATION (8u << 20) /* NAME.skel.json, package config */
#define LIMIT_OBJECT (64u << 20)       /* a .bpf.o, also when inflated */
#define LIMIT_ENVELOPE (128u << 20)    /* package.json with its base64 */
#define LIMIT_KERNEL_BTF (256u << 20)
#define LIMIT_KERNEL_IMAGE (512u << 20) /* uncompressed; without debug information 60 MB */
#define LIMIT_KERNEL_OPTIONS (4u << 20) /* config-RELEASE; distributions' have 300 KB */
#define LIMIT_KERNEL_MODULES 16384	/* of one kernel; distributions' have 4,000 */
#define LIMIT_KERNEL_FILES 500000	/* below a folder that is searched */
#define LIMIT_KERNEL_CACHE (2ull << 30)
#define LIMIT_TYPES_LAYER \
	(256u << 20) /* all BTF of one package; a tool needs some hundred bytes a kernel */
#define LIMIT_TYPES_KERNELS 16384
#define LIMIT_SOURCE (16u << 20)       /* one source or header file */
#define LIMIT_CHILD_OUTPUT (16u << 20) /* what a child may print into a pipe of ours */
#define LIMIT_TEXT (1u << 20)	       /* text epm makes itself */
#define LIMIT_ARCHIVE (8ull << 30)     /* all files of one archive, uncompressed */
#define LIMIT_KERNEL_LIST (64u << 20)  /* kallsyms, available_filter_functions */
#define LIMIT_ARCHIVE_ENTRIES 20000
#define LIMIT_SETTINGS (1u << 20) /* config.yaml, Docker's config.json, a helper's answer */
#define LIMIT_SECRET 65536	  /* a password or token that a person gives */
#define LIMIT_TOKEN (32u << 10)	  /* an identity token: it goes into one header */
#define LIMIT_KEY 65536		  /* a key or certificate in PEM or DER, encrypted or not */
#define LIMIT_SIGNED (32u << 20)  /* a signed document with its base64: SBOMs have megabytes */
#define LIMIT_SIGNATURE 2048	  /* one signature: RSA of 8192 bits has 1024 bytes */
#define LIMIT_SUBJECTS 4096	  /* of one in-toto statement */
#define LIMIT_SIGNATURES 16	  /* of one envelope */
#define LIMIT_SIGNED_VALUES 65536 /* of JSON around what is signed */
#define LIMIT_TRUSTED_ROOT (4u << 20)
#define LIMIT_TRUSTED 256     /* logs, or authorities, of one kind in a trusted root */
#define LIMIT_CERTIFICATES 16 /* of one chain */
#define LIMIT_TLOG_ENTRIES 32 /* as is the next: of one bundle; sigstore-go has the same */
#define LIMIT_TIMESTAMPS 32
#define LIMIT_TIMESTAMP 65536	/* RFC 3161's answer with its certificates */
#define LIMIT_PROOF_HASHES 64	/* a tree has less than 2^63 leaves */
#define LIMIT_ISSUED (1u << 20) /* a certificate authority's answer */
#define LIMIT_SERVICES 64	/* of one kind in a signing configuration */
#define LIMIT_SERVICES_USED 8	/* logs, or timestamp authorities, of one signature */
#define LIMIT_SCRYPT_MEMORY (256u << 20)
#define LIMIT_SCRYPT_N (1u << 20) /* as are the next: what decrypting a key may cost */
#define LIMIT_SCRYPT_P 4
#define LIMIT_PBKDF2_ROUNDS 10000000
#define LIMIT_JSON_DEPTH 64
#define LIMIT_YAML_NODES 1000000
#define LIMIT_FLAGS 1024   /* package flags */
#define LIMIT_MEMBERS 4096 /* members of one exported type, nested ones counted */
#define LIMIT_RING (1u << 30)

#endif
