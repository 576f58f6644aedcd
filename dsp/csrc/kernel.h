/* kernel.h  What the kernels are made with: cache lines, counts that stop, and the report that detections go into. */
#ifndef KMCC_KERNEL_H
#define KMCC_KERNEL_H

#include "detect.h"

#define KERNEL_LINE 64u /* octets of a cache line; every array begins on one */

/* Octets up to the next multiple of a cache line. */
static inline size_t kernel_lines(size_t octets)
{
	return (octets + KERNEL_LINE - 1u) / KERNEL_LINE * KERNEL_LINE;
}

static inline uint8_t count_up(uint8_t count, uint8_t limit)
{
	return count < limit ? (uint8_t)(count + 1) : limit;
}

struct report {
	struct detection *out;
	size_t   room;
	size_t   count;
	uint32_t offset; /* of what is reported now; its owner sets it */
};

static inline void report_add(struct report *r, size_t port, unsigned kind, unsigned code, int32_t a, int32_t b)
{
	if (r->count == r->room)
		return;
	r->out[r->count++] = (struct detection){
		.port = (uint32_t)port, .kind = (uint16_t)kind, .code = (uint16_t)code, .offset = r->offset, .a = a, .b = b,
	};
}

#endif
