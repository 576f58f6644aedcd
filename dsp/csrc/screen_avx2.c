/* screen_avx2.c  The screen with AVX2.  See screen.h, screen_path.h. */
#include "screen_path.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx2")))
#define INLINE static inline __attribute__((always_inline))

/* Rows of 8 dwords become columns. */
TARGET INLINE void transpose(__m256i r[8])
{
	__m256i t[8];

	for (int i = 0; i < 8; i += 2) {
		t[i] = _mm256_unpacklo_epi32(r[i], r[i + 1]);
		t[i + 1] = _mm256_unpackhi_epi32(r[i], r[i + 1]);
	}
	for (int i = 0; i < 8; i += 4) {
		r[i] = _mm256_unpacklo_epi64(t[i], t[i + 2]);
		r[i + 1] = _mm256_unpackhi_epi64(t[i], t[i + 2]);
		r[i + 2] = _mm256_unpacklo_epi64(t[i + 1], t[i + 3]);
		r[i + 3] = _mm256_unpackhi_epi64(t[i + 1], t[i + 3]);
	}
	for (int i = 0; i < 4; i++) {
		t[i] = _mm256_permute2x128_si256(r[i], r[i + 4], 0x20);
		t[i + 4] = _mm256_permute2x128_si256(r[i], r[i + 4], 0x31);
	}
	for (int i = 0; i < 8; i++)
		r[i] = t[i];
}

TARGET INLINE __m256i table(const void *sixteen)
{
	return _mm256_broadcastsi128_si256(_mm_loadu_si128(sixteen));
}

/* Eight lanes of pairs 2k and 2k + 1, octets as they came: their terms; twice the energy is added up. */
TARGET INLINE void decode(struct screen_block *b, size_t k, size_t first, __m256i octets, __m256i *twice)
{
	const __m256i nibble = _mm256_set1_epi8(0x0F);
	const __m256i low = _mm256_and_si256(octets, nibble);
	const __m256i high = _mm256_and_si256(_mm256_srli_epi16(octets, 4), nibble);
	const __m256i minus = _mm256_set1_epi16((short)0xFF01); /* 1, -1 */
	const __m256i step = _mm256_add_epi8(_mm256_shuffle_epi8(table(SCREEN_STEPS + 0x50), low),
	                                     _mm256_shuffle_epi8(table(SCREEN_UPPER), high));
	const __m256i power = _mm256_shuffle_epi8(table(SCREEN_POWERS), high);
	const __m256i even = _mm256_maddubs_epi16(step, power);
	const __m256i odd = _mm256_maddubs_epi16(step, _mm256_sign_epi8(power, minus));

	_mm256_store_si256((__m256i *)(void *)b->term[SCREEN_EVEN][k][first], even);
	_mm256_store_si256((__m256i *)(void *)b->term[SCREEN_ODD][k][first], odd);
	*twice = _mm256_add_epi32(*twice, _mm256_add_epi32(_mm256_madd_epi16(even, even), _mm256_madd_epi16(odd, odd)));
}

/* The octets of a lane in the order of SCREEN_PAIRS, but pairs 0-7 and 16-23 first. */
TARGET INLINE void pair_up(const uint8_t *row, __m256i *first, __m256i *second)
{
	const __m256i backwards = _mm256_setr_epi8(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0,
	                                           15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
	const __m256i after = _mm256_loadu_si256((const __m256i *)(const void *)(row + SCREEN_HALF));
	const __m256i before = _mm256_loadu_si256((const __m256i *)(const void *)row);
	const __m256i turned = _mm256_permute4x64_epi64(_mm256_shuffle_epi8(before, backwards), 0x4E);

	*first = _mm256_unpacklo_epi8(after, turned);
	*second = _mm256_unpackhi_epi8(after, turned);
}

TARGET static void take(struct screen_block *b, const uint8_t *rows, size_t stride)
{
	b->loud = 0;
	for (size_t first = 0; first < SCREEN_LANES; first += 8) {
		__m256i r[2][8];
		__m256i twice = _mm256_setzero_si256();

		for (size_t lane = 0; lane < 8; lane++)
			pair_up(rows + (first + lane) * stride, &r[0][lane], &r[1][lane]);
		for (size_t half = 0; half < 2; half++) {
			transpose(r[half]);
			for (size_t k = 0; k < 8; k++) /* 0-3, 8-11; then 4-7, 12-15 */
				decode(b, k / 4 * 8 + half * 4 + k % 4, first, r[half][k], &twice);
		}
		const __m256 power = _mm256_cvtepi32_ps(_mm256_srli_epi32(twice, 1));
		const __m256 loud = _mm256_cmp_ps(power, _mm256_set1_ps(SCREEN_QUIET), _CMP_GE_OQ);

		_mm256_store_ps(b->energy + first, power);
		b->loud |= (uint32_t)_mm256_movemask_ps(loud) << first;
	}
}

TARGET INLINE __m256 squared(__m256i sum, float scale)
{
	const __m256 x = _mm256_cvtepi32_ps(sum);

	return _mm256_mul_ps(_mm256_mul_ps(x, x), _mm256_set1_ps(scale));
}

/* Sixteen lanes from `first` on; `tones` is a constant where this is expanded. */
TARGET INLINE void dot(const struct screen_block *b, const struct screen_wave *w, size_t tones, size_t first,
                       float (*power)[SCREEN_LANES])
{
	__m256i sum[2][2][2];

	for (size_t i = 0; i < tones; i++)
		for (size_t which = 0; which < 2; which++)
			sum[which][i][0] = sum[which][i][1] = _mm256_setzero_si256();
	for (size_t k = 0; k < SCREEN_HALF / 2; k++)
		for (size_t which = 0; which < 2; which++) {
			const __m256i *terms = (const __m256i *)(const void *)b->term[which][k][first];

			for (size_t i = 0; i < tones; i++) {
				const __m256i wave = _mm256_set1_epi32(screen_pair(&w[i], which, k));

				sum[which][i][0] = _mm256_add_epi32(sum[which][i][0], _mm256_madd_epi16(terms[0], wave));
				sum[which][i][1] = _mm256_add_epi32(sum[which][i][1], _mm256_madd_epi16(terms[1], wave));
			}
		}
	for (size_t i = 0; i < tones; i++)
		for (size_t half = 0; half < 2; half++) {
			const size_t lane = first + 8 * half;
			const __m256 loud = _mm256_cmp_ps(_mm256_load_ps(b->energy + lane), _mm256_set1_ps(SCREEN_QUIET), _CMP_GE_OQ);
			const __m256 all = _mm256_add_ps(squared(sum[SCREEN_EVEN][i][half], w[i].scale[SCREEN_EVEN]),
			                                 squared(sum[SCREEN_ODD][i][half], w[i].scale[SCREEN_ODD]));

			_mm256_store_ps(power[i] + lane, _mm256_and_ps(loud, all));
		}
}

TARGET static void tones(const struct screen_block *b, const struct screen_wave *w, size_t n,
                         float (*power)[SCREEN_LANES])
{
	for (size_t first = 0; first < SCREEN_LANES; first += 16) {
		size_t t = 0;

		for (; t + 2 <= n; t += 2)
			dot(b, w + t, 2, first, power + t);
		if (t < n)
			dot(b, w + t, 1, first, power + t);
	}
}

const struct screen_path SCREEN_AVX2 = {take, tones};

#endif
