/* timeslots.c  Sixteen by sixteen octets at a time are turned in registers; what is left over, one by one. */
#include "timeslots.h"

#define SQUARE 16u

static void turn_octets(uint8_t *to, size_t to_stride, const uint8_t *from, size_t from_stride, size_t rows, size_t columns)
{
	for (size_t row = 0; row < rows; row++)
		for (size_t column = 0; column < columns; column++)
			to[column * to_stride + row] = from[row * from_stride + column];
}

#if defined(__SSE2__)

#include <emmintrin.h>

static inline void turn_square(uint8_t *to, size_t to_stride, const uint8_t *from, size_t from_stride)
{
	__m128i a[SQUARE];
	__m128i b[SQUARE];

	for (size_t i = 0; i < SQUARE; i++)
		a[i] = _mm_loadu_si128((const __m128i *)(const void *)(from + i * from_stride));
	/* Four times: row i of one half meets row i of the other, octet by octet. */
	for (size_t stage = 0; stage < 4; stage++) {
		for (size_t i = 0; i < SQUARE / 2; i++) {
			b[2 * i] = _mm_unpacklo_epi8(a[i], a[i + SQUARE / 2]);
			b[2 * i + 1] = _mm_unpackhi_epi8(a[i], a[i + SQUARE / 2]);
		}
		for (size_t i = 0; i < SQUARE; i++)
			a[i] = b[i];
	}
	for (size_t i = 0; i < SQUARE; i++)
		_mm_storeu_si128((__m128i *)(void *)(to + i * to_stride), a[i]);
}

#else

static inline void turn_square(uint8_t *to, size_t to_stride, const uint8_t *from, size_t from_stride)
{
	turn_octets(to, to_stride, from, from_stride, SQUARE, SQUARE);
}

#endif

void timeslots_to_rows(uint8_t *rows, size_t stride, const uint8_t *frames, size_t samples)
{
	size_t n = 0;

	for (; n + SQUARE <= samples; n += SQUARE) {
		turn_square(rows + n, stride, frames + n * TIMESLOTS, TIMESLOTS);
		turn_square(rows + SQUARE * stride + n, stride, frames + n * TIMESLOTS + SQUARE, TIMESLOTS);
	}
	turn_octets(rows + n, stride, frames + n * TIMESLOTS, TIMESLOTS, samples - n, TIMESLOTS);
}

void timeslots_from_rows(uint8_t *frames, const uint8_t *rows, size_t stride, size_t samples)
{
	size_t n = 0;

	for (; n + SQUARE <= samples; n += SQUARE) {
		turn_square(frames + n * TIMESLOTS, TIMESLOTS, rows + n, stride);
		turn_square(frames + n * TIMESLOTS + SQUARE, TIMESLOTS, rows + SQUARE * stride + n, stride);
	}
	turn_octets(frames + n * TIMESLOTS, TIMESLOTS, rows + n, stride, TIMESLOTS, samples - n);
}
