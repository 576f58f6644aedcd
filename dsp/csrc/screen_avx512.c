/* screen_avx512.c  The screen with AVX-512: VBMI decodes, VNNI multiplies.  See screen.h, screen_path.h. */
#include "screen_path.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vnni")))
#define INLINE static inline __attribute__((always_inline))

/* acc += the two terms of sixteen lanes by the two values of the wave.  gcc 12 spills what the intrinsic does. */
#define DOT(acc, terms, wave) __asm__("vpdpwssd %2, %1, %0" : "+v"(acc) : "v"(terms), "v"(wave))

/* Rows of 16 dwords become columns. */
TARGET INLINE void transpose(__m512i r[16])
{
	__m512i t[16];

	for (int i = 0; i < 16; i += 2) {
		t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
		t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
	}
	for (int i = 0; i < 16; i += 4) {
		r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
		r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
		r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
		r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
	}
	for (int i = 0; i < 4; i++) {
		t[i] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0x88);
		t[i + 4] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0xDD);
		t[i + 8] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0x88);
		t[i + 12] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0xDD);
	}
	for (int i = 0; i < 4; i++) {
		r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
		r[i + 4] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0x88);
		r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xDD);
		r[i + 12] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0xDD);
	}
}

/* Sixteen lanes from `first` on. */
TARGET INLINE void take_half(struct screen_block *b, const uint8_t *rows, size_t stride, size_t first)
{
	const __m512i order = _mm512_load_si512(SCREEN_PAIRS);
	const __m512i low = _mm512_load_si512(SCREEN_STEPS);
	const __m512i high = _mm512_load_si512(SCREEN_STEPS + 64);
	const __m512i powers = _mm512_broadcast_i32x4(_mm_load_si128((const __m128i *)(const void *)SCREEN_POWERS));
	const __m512i nibble = _mm512_set1_epi8(0x0F);
	__m512i       r[16];
	__m512i       twice[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()};

	for (size_t lane = 0; lane < 16; lane++)
		r[lane] = _mm512_permutexvar_epi8(order, _mm512_loadu_si512(rows + (first + lane) * stride));
	transpose(r);
	for (size_t k = 0; k < 16; k++) {
		const __m512i step = _mm512_permutex2var_epi8(low, r[k], high);
		const __m512i segment = _mm512_and_si512(_mm512_srli_epi16(r[k], 4), nibble);
		const __m512i power = _mm512_shuffle_epi8(powers, segment);
		const __m512i minus = _mm512_mask_sub_epi8(power, 0xAAAAAAAAAAAAAAAAu, _mm512_setzero_si512(), power);
		const __m512i even = _mm512_maddubs_epi16(step, power);
		const __m512i odd = _mm512_maddubs_epi16(step, minus);

		_mm512_store_si512(b->term[SCREEN_EVEN][k][first], even);
		_mm512_store_si512(b->term[SCREEN_ODD][k][first], odd);
		DOT(twice[0], even, even);
		DOT(twice[1], odd, odd);
	}

	const __m512   energy = _mm512_cvtepi32_ps(_mm512_srli_epi32(_mm512_add_epi32(twice[0], twice[1]), 1));
	const uint32_t loud = _mm512_cmp_ps_mask(energy, _mm512_set1_ps(SCREEN_QUIET), _CMP_GE_OQ);

	_mm512_store_ps(b->energy + first, energy);
	b->loud |= loud << first;
}

TARGET static void take(struct screen_block *b, const uint8_t *rows, size_t stride)
{
	b->loud = 0;
	take_half(b, rows, stride, 0);
	take_half(b, rows, stride, 16);
}

TARGET INLINE __m512 squared(__m512i sum, float scale)
{
	const __m512 x = _mm512_cvtepi32_ps(sum);

	return _mm512_mul_ps(_mm512_mul_ps(x, x), _mm512_set1_ps(scale));
}

/* `tones` is a constant where this is expanded, so that all sums stay in registers. */
TARGET INLINE void dot(const struct screen_block *b, const struct screen_wave *w, size_t tones,
                       float (*power)[SCREEN_LANES])
{
	__m512i sum[2][4][2];

#pragma GCC unroll 4
	for (size_t i = 0; i < tones; i++)
#pragma GCC unroll 2
		for (size_t which = 0; which < 2; which++)
			sum[which][i][0] = sum[which][i][1] = _mm512_setzero_si512();
	for (size_t k = 0; k < 16; k++)
#pragma GCC unroll 2
		for (size_t which = 0; which < 2; which++) {
			const __m512i low = _mm512_load_si512(b->term[which][k][0]);
			const __m512i high = _mm512_load_si512(b->term[which][k][16]);

#pragma GCC unroll 4
			for (size_t i = 0; i < tones; i++) {
				const __m512i wave = _mm512_set1_epi32(screen_pair(&w[i], which, k));

				DOT(sum[which][i][0], low, wave);
				DOT(sum[which][i][1], high, wave);
			}
		}
#pragma GCC unroll 2
	for (size_t half = 0; half < 2; half++) {
		const __mmask16 loud = (__mmask16)(b->loud >> 16 * half);

#pragma GCC unroll 4
		for (size_t i = 0; i < tones; i++)
			_mm512_store_ps(power[i] + 16 * half,
			                _mm512_maskz_add_ps(loud, squared(sum[SCREEN_EVEN][i][half], w[i].scale[SCREEN_EVEN]),
			                                    squared(sum[SCREEN_ODD][i][half], w[i].scale[SCREEN_ODD])));
	}
}

TARGET static void tones(const struct screen_block *b, const struct screen_wave *w, size_t n,
                         float (*power)[SCREEN_LANES])
{
	for (; n >= 4; n -= 4, w += 4, power += 4)
		dot(b, w, 4, power);
	for (; n >= 2; n -= 2, w += 2, power += 2)
		dot(b, w, 2, power);
	if (n == 1)
		dot(b, w, 1, power);
}

const struct screen_path SCREEN_AVX512 = {take, tones};

#endif
