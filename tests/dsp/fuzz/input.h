/* input.h  What the entry points of the fuzzer have in common: one input read octet by octet, and memory of exact size.
 *
 * Each <entry>.c here defines LLVMFuzzerTestOneInput for one part of the C core.  An input that is used up reads as
 * zeros, so every input means something.  Buffers are as long as the call says and no longer: the sanitizers see every
 * octet beyond.  `make fuzz` runs them under libFuzzer; tests/dsp/test_sanitize.py with random inputs (random.c).
 */
#ifndef KMCC_FUZZ_INPUT_H
#define KMCC_FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *next;
	size_t         left;
};

static inline uint8_t input_octet(struct input *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->next++;
}

static inline uint32_t input_word(struct input *in)
{
	uint32_t word = 0;

	for (int i = 0; i < 4; i++)
		word = word << 8 | input_octet(in);
	return word;
}

/* 0 .. below - 1; `below` at most 65536. */
static inline uint32_t input_below(struct input *in, uint32_t below)
{
	const uint32_t high = below > 256 ? input_octet(in) : 0u;

	return (high << 8 | input_octet(in)) % below;
}

/* Memory of so many octets at a cache line, never NULL. */
static inline void *exactly(size_t octets)
{
	void *memory = NULL;

	if (posix_memalign(&memory, 64, octets) != 0)
		abort();
	return memory;
}

static inline uint8_t *input_copy(struct input *in, size_t octets)
{
	uint8_t *copy = exactly(octets);

	for (size_t i = 0; i < octets; i++)
		copy[i] = input_octet(in);
	return copy;
}

/* What must never be ends the program, as the sanitizers do. */
static inline void must(int true_always)
{
	if (!true_always)
		abort();
}

#endif
