// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/* A set of words: open addressing, never more than half full. */
#include "base/alloc.h"
#include "btf/header.h"

struct words {
	char **slots;
	size_t n_slots; /* a power of two */
	size_t n_words;
};

struct words *words_new(void)
{
	struct words *words = mem_alloc(sizeof(*words));

	words->n_slots = 4096;
	words->slots = mem_array(words->n_slots, sizeof(*words->slots));
	return words;
}

void words_free(struct words *words)
{
	if (!words)
		return;
	for (size_t i = 0; i < words->n_slots; i++)
		free(words->slots[i]);
	free(words->slots);
	free(words);
}

/* FNV-1a */
static uint64_t hash(const char *word, size_t len)
{
	uint64_t h = 14695981039346656037ull;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)word[i]) * 1099511628211ull;
	return h ^ (h >> 29);
}

static size_t slot_of(char **slots, size_t n_slots, const char *word, size_t len)
{
	size_t i = hash(word, len) & (n_slots - 1);

	while (slots[i] && (strncmp(slots[i], word, len) || slots[i][len]))
		i = (i + 1) & (n_slots - 1);
	return i;
}

static void grow(struct words *words)
{
	size_t n = words->n_slots * 2;
	char **slots = mem_array(n, sizeof(*slots));

	for (size_t i = 0; i < words->n_slots; i++)
		if (words->slots[i])
			slots[slot_of(slots, n, words->slots[i], strlen(words->slots[i]))] =
				words->slots[i];
	free(words->slots);
	words->slots = slots;
	words->n_slots = n;
}

void words_add(struct words *words, const char *word, size_t len)
{
	size_t i = slot_of(words->slots, words->n_slots, word, len);

	if (words->slots[i])
		return;
	words->slots[i] = mem_textn(word, len);
	if (++words->n_words * 2 > words->n_slots)
		grow(words);
}

bool words_have(const struct words *words, const char *word)
{
	return words->slots[slot_of(words->slots, words->n_slots, word, strlen(word))] != NULL;
}
