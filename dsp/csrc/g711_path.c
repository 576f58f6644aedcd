/* g711_path.c  See g711_path.h; steps and powers are those of the screen (screen_path.h). */
#include "g711_path.h"

#if defined(__x86_64__)

#include "screen_path.h"

#include <immintrin.h>

#define VBMI __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi")))
#define AVX2 __attribute__((target("avx2")))

static const uint8_t SPREAD[64] = { /* so that unpacking leaves the samples in order */
	0, 1, 2, 3, 4, 5, 6, 7, 32, 33, 34, 35, 36, 37, 38, 39, 8, 9, 10, 11, 12, 13, 14, 15, 40, 41, 42, 43, 44, 45, 46, 47,
	16, 17, 18, 19, 20, 21, 22, 23, 48, 49, 50, 51, 52, 53, 54, 55, 24, 25, 26, 27, 28, 29, 30, 31, 56, 57, 58, 59, 60, 61,
	62, 63,
};

VBMI size_t g711_alaw_decode_avx512(int16_t *pcm, const uint8_t *octets, size_t n)
{
	const __m512i spread = _mm512_loadu_si512(SPREAD);
	const __m512i low = _mm512_load_si512(SCREEN_STEPS);
	const __m512i high = _mm512_load_si512(SCREEN_STEPS + 64);
	const __m512i powers = _mm512_broadcast_i32x4(_mm_load_si128((const __m128i *)(const void *)SCREEN_POWERS));
	const __m512i nibble = _mm512_set1_epi8(0x0F);
	const __m512i zero = _mm512_setzero_si512();
	size_t        i = 0;

	for (; i + 64 <= n; i += 64) {
		const __m512i x = _mm512_permutexvar_epi8(spread, _mm512_loadu_si512(octets + i));
		const __m512i step = _mm512_permutex2var_epi8(low, x, high);
		const __m512i power = _mm512_shuffle_epi8(powers, _mm512_and_si512(_mm512_srli_epi16(x, 4), nibble));
		const __m512i first = _mm512_maddubs_epi16(_mm512_unpacklo_epi8(step, zero), _mm512_unpacklo_epi8(power, zero));
		const __m512i second = _mm512_maddubs_epi16(_mm512_unpackhi_epi8(step, zero), _mm512_unpackhi_epi8(power, zero));

		_mm512_storeu_si512(pcm + i, _mm512_slli_epi16(first, 3));
		_mm512_storeu_si512(pcm + i + 32, _mm512_slli_epi16(second, 3));
	}
	return i;
}

AVX2 static inline __m256i table(const void *sixteen)
{
	return _mm256_broadcastsi128_si256(_mm_loadu_si128(sixteen));
}

AVX2 size_t g711_alaw_decode_avx2(int16_t *pcm, const uint8_t *octets, size_t n)
{
	const __m256i low = table(SCREEN_STEPS + 0x50);
	const __m256i upper = table(SCREEN_UPPER);
	const __m256i powers = table(SCREEN_POWERS);
	const __m256i nibble = _mm256_set1_epi8(0x0F);
	const __m256i zero = _mm256_setzero_si256();
	size_t        i = 0;

	for (; i + 32 <= n; i += 32) {
		const __m256i octet = _mm256_loadu_si256((const __m256i *)(const void *)(octets + i));
		const __m256i x = _mm256_permute4x64_epi64(octet, 0xD8); /* so that unpacking leaves the samples in order */
		const __m256i sign = _mm256_and_si256(_mm256_srli_epi16(x, 4), nibble);
		const __m256i step = _mm256_add_epi8(_mm256_shuffle_epi8(low, _mm256_and_si256(x, nibble)),
		                                     _mm256_shuffle_epi8(upper, sign));
		const __m256i power = _mm256_shuffle_epi8(powers, sign);
		const __m256i first = _mm256_maddubs_epi16(_mm256_unpacklo_epi8(step, zero), _mm256_unpacklo_epi8(power, zero));
		const __m256i second = _mm256_maddubs_epi16(_mm256_unpackhi_epi8(step, zero), _mm256_unpackhi_epi8(power, zero));

		_mm256_storeu_si256((__m256i *)(void *)(pcm + i), _mm256_slli_epi16(first, 3));
		_mm256_storeu_si256((__m256i *)(void *)(pcm + i + 16), _mm256_slli_epi16(second, 3));
	}
	return i;
}

#endif
