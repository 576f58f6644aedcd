/* words.h  Counters of one thread that others may read: each word is whole, two words may be of two moments. */
#ifndef KMCC_WORDS_H
#define KMCC_WORDS_H

#include <stddef.h>
#include <stdint.h>

static inline void words_tell(uint64_t *to, const uint64_t *from, size_t count)
{
	for (size_t i = 0; i < count; i++)
		__atomic_store_n(&to[i], from[i], __ATOMIC_RELAXED);
}

static inline void words_read(uint64_t *to, const uint64_t *from, size_t count)
{
	for (size_t i = 0; i < count; i++)
		to[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
}

#endif
