/* clock_error.h  The time by the host at which a clock that is some millionths fast shows a given time. */
#ifndef KMCC_CLOCK_ERROR_H
#define KMCC_CLOCK_ERROR_H

#include <stdint.h>

/* Exact, and without overflow for some five hundred years. */
static inline uint64_t clock_true_ns(uint64_t shown_ns, int32_t off_ppm)
{
	const uint64_t million = 1000000;
	const uint64_t rate = (uint64_t)(1000000 + off_ppm);

	return shown_ns / rate * million + shown_ns % rate * million / rate;
}

#endif
