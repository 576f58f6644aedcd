/* screen_sse2.c  The screen with what every x86-64 has.  See screen.h, screen_path.h. */
#include "screen_path.h"

#if defined(__x86_64__)

#include <emmintrin.h>

static inline __m128i both(__m128i x, __m128i mask)
{
	return _mm_and_si128(x, mask);
}

static inline __m128i load(const void *at)
{
	return _mm_loadu_si128(at);
}

/* Every octet's value is step * power (screen_path.h); here both are made by comparing, sixteen octets at once. */
static inline void decode(__m128i octets, __m128i *step, __m128i *power)
{
	const __m128i code = _mm_xor_si128(octets, _mm_set1_epi8(0x55));
	const __m128i segment = both(code, _mm_set1_epi8(0x70));
	const __m128i in_step = both(code, _mm_set1_epi8(0x0F));
	const __m128i minus = _mm_cmpgt_epi8(code, _mm_set1_epi8(-1)); /* bit 8 is 0 */
	const __m128i upper = both(_mm_cmpgt_epi8(segment, _mm_setzero_si128()), _mm_set1_epi8(32));
	__m128i       factor = _mm_set1_epi8(1);

	for (char above = 0x10; above < 0x70; above = (char)(above + 0x10))
		factor = _mm_add_epi8(factor, both(factor, _mm_cmpgt_epi8(segment, _mm_set1_epi8(above))));
	*step = _mm_add_epi8(_mm_add_epi8(in_step, in_step), _mm_add_epi8(upper, _mm_set1_epi8(1)));
	*power = _mm_sub_epi8(_mm_xor_si128(factor, minus), minus);
}

/* Sixteen octets to two times eight values. */
static inline void values(__m128i octets, __m128i *low, __m128i *high)
{
	const __m128i zero = _mm_setzero_si128();
	__m128i       step;
	__m128i       power;

	decode(octets, &step, &power);
	*low = _mm_mullo_epi16(_mm_unpacklo_epi8(step, zero), _mm_srai_epi16(_mm_unpacklo_epi8(zero, power), 8));
	*high = _mm_mullo_epi16(_mm_unpackhi_epi8(step, zero), _mm_srai_epi16(_mm_unpackhi_epi8(zero, power), 8));
}

/* Sixteen octets of four lanes, pair by pair: pair p of all four is one half of x[p / 2]. */
static inline void gather(const uint8_t *rows, size_t stride, __m128i x[4])
{
	const __m128i low01 = _mm_unpacklo_epi16(load(rows), load(rows + stride));
	const __m128i high01 = _mm_unpackhi_epi16(load(rows), load(rows + stride));
	const __m128i low23 = _mm_unpacklo_epi16(load(rows + 2 * stride), load(rows + 3 * stride));
	const __m128i high23 = _mm_unpackhi_epi16(load(rows + 2 * stride), load(rows + 3 * stride));

	x[0] = _mm_unpacklo_epi32(low01, low23);
	x[1] = _mm_unpackhi_epi32(low01, low23);
	x[2] = _mm_unpacklo_epi32(high01, high23);
	x[3] = _mm_unpackhi_epi32(high01, high23);
}

static inline __m128i swapped(__m128i x) /* the octets of every pair */
{
	return _mm_or_si128(_mm_slli_epi16(x, 8), _mm_srli_epi16(x, 8));
}

static inline void store(struct screen_block *b, size_t k, size_t first, __m128i after, __m128i before, __m128i *twice)
{
	const __m128i even = _mm_add_epi16(after, before);
	const __m128i odd = _mm_sub_epi16(after, before);

	_mm_store_si128((__m128i *)(void *)b->term[SCREEN_EVEN][k][first], even);
	_mm_store_si128((__m128i *)(void *)b->term[SCREEN_ODD][k][first], odd);
	*twice = _mm_add_epi32(*twice, _mm_add_epi32(_mm_madd_epi16(even, even), _mm_madd_epi16(odd, odd)));
}

/* Four lanes; a quarter of a block on each side of the centre at a time. */
static inline void take_four(struct screen_block *b, const uint8_t *rows, size_t stride, size_t first)
{
	__m128i twice = _mm_setzero_si128();

	for (size_t k = 0; k < SCREEN_HALF / 2; k += 8) {
		__m128i after[4];
		__m128i before[4];

		gather(rows + SCREEN_HALF + 2 * k, stride, after);
		gather(rows + SCREEN_HALF - 16 - 2 * k, stride, before);
		for (size_t i = 0; i < 4; i++) {
			__m128i a[2];
			__m128i z[2];

			values(after[i], &a[0], &a[1]);
			values(swapped(before[3 - i]), &z[1], &z[0]);
			store(b, k + 2 * i, first, a[0], z[0], &twice);
			store(b, k + 2 * i + 1, first, a[1], z[1], &twice);
		}
	}
	const __m128 energy = _mm_cvtepi32_ps(_mm_srli_epi32(twice, 1));

	_mm_store_ps(b->energy + first, energy);
	b->loud |= (uint32_t)_mm_movemask_ps(_mm_cmpge_ps(energy, _mm_set1_ps(SCREEN_QUIET))) << first;
}

static void take(struct screen_block *b, const uint8_t *rows, size_t stride)
{
	b->loud = 0;
	for (size_t first = 0; first < SCREEN_LANES; first += 4)
		take_four(b, rows + first * stride, stride, first);
}

static inline __m128 squared(__m128i sum, float scale)
{
	const __m128 x = _mm_cvtepi32_ps(sum);

	return _mm_mul_ps(_mm_mul_ps(x, x), _mm_set1_ps(scale));
}

/* Four lanes from `first` on: the sums of one tone. */
static inline __m128i dot(const struct screen_block *b, const struct screen_wave *w, size_t which, size_t first)
{
	__m128i sum = _mm_setzero_si128();

	for (size_t k = 0; k < SCREEN_HALF / 2; k++) {
		const __m128i terms = _mm_load_si128((const __m128i *)(const void *)b->term[which][k][first]);

		sum = _mm_add_epi32(sum, _mm_madd_epi16(terms, _mm_set1_epi32(screen_pair(w, which, k))));
	}
	return sum;
}

static void tones(const struct screen_block *b, const struct screen_wave *w, size_t n, float (*power)[SCREEN_LANES])
{
	for (size_t t = 0; t < n; t++)
		for (size_t first = 0; first < SCREEN_LANES; first += 4) {
			const __m128 loud = _mm_cmpge_ps(_mm_load_ps(b->energy + first), _mm_set1_ps(SCREEN_QUIET));
			const __m128 even = squared(dot(b, &w[t], SCREEN_EVEN, first), w[t].scale[SCREEN_EVEN]);
			const __m128 odd = squared(dot(b, &w[t], SCREEN_ODD, first), w[t].scale[SCREEN_ODD]);

			_mm_store_ps(power[t] + first, _mm_and_ps(loud, _mm_add_ps(even, odd)));
		}
}

const struct screen_path SCREEN_SSE2 = {take, tones};

#endif
