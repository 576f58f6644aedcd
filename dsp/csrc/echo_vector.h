/* echo_vector.h  Some lanes of float or int32 as the machine at hand holds them; ECHO_WIDE says how many.
 *
 * An integer holds two 16-bit numbers where they are multiplied.  All here is exact or IEEE 754, one operation at a
 * time, so the width never shows in the result.
 */
#ifndef KMCC_ECHO_VECTOR_H
#define KMCC_ECHO_VECTOR_H

#include "echo_group.h"

typedef int32_t words __attribute__((vector_size(4 * ECHO_WIDE), may_alias));
typedef float   reals __attribute__((vector_size(4 * ECHO_WIDE), may_alias));

#define ECHO_INLINE static inline __attribute__((always_inline))

#if ECHO_WIDE == 16
#include <immintrin.h>
ECHO_INLINE words dot(words sum, words a, words b)
{
	return (words)_mm512_dpwssd_epi32((__m512i)sum, (__m512i)a, (__m512i)b);
}
#elif ECHO_WIDE == 8
#include <immintrin.h>
ECHO_INLINE words dot(words sum, words a, words b)
{
	return sum + (words)_mm256_madd_epi16((__m256i)a, (__m256i)b);
}
#elif defined(ECHO_SSE2)
#include <emmintrin.h>
ECHO_INLINE words dot(words sum, words a, words b)
{
	return sum + (words)_mm_madd_epi16((__m128i)a, (__m128i)b);
}
#else
ECHO_INLINE words dot(words sum, words a, words b)
{
	return sum + ((a << 16) >> 16) * ((b << 16) >> 16) + (a >> 16) * (b >> 16);
}
#endif

ECHO_INLINE reals real(words a)
{
	return __builtin_convertvector(a, reals);
}

ECHO_INLINE words whole(reals a) /* towards zero */
{
	return __builtin_convertvector(a, words);
}

ECHO_INLINE reals all(float a)
{
	return a - (reals){0};
}

/* The nearest whole number of a value within 16 bits; the lower half holds it, the upper one nothing of use. */
ECHO_INLINE words nearest(reals a)
{
	return (words)(a + 12582912.0f); /* 1.5 * 2^23: no bit is left for a fraction */
}

ECHO_INLINE reals pick(words choice, reals yes, reals no)
{
	return (reals)(((words)yes & choice) | ((words)no & ~choice));
}

ECHO_INLINE reals larger(reals a, reals b)
{
	return pick(a > b, a, b);
}

ECHO_INLINE reals smaller(reals a, reals b)
{
	return pick(a < b, a, b);
}

/* A row of lanes from `lane` on. */
ECHO_INLINE words *words_of(void *row, uint32_t lane)
{
	return (words *)(void *)((int32_t *)row + lane);
}

ECHO_INLINE reals *reals_of(void *row, uint32_t lane)
{
	return (reals *)(void *)((float *)row + lane);
}

#define W(name) (*words_of((name), lane))
#define R(name) (*reals_of((name), lane))

#endif
