/* lateness.c  The classes by which lateness is counted, see pacer.h. */
#include "pacer.h"

#define FIRST_BITS 10u /* class 0 is below 2^10 ns */
#define PARTS_BITS 3u  /* 2^3 classes a doubling */

uint32_t pacer_class(uint64_t late_ns)
{
	const uint64_t units = late_ns >> (FIRST_BITS - PARTS_BITS);
	uint32_t       doublings = 0;

	if (late_ns >> FIRST_BITS == 0)
		return 0;
	while (units >> doublings >= 2u << PARTS_BITS)
		doublings++;

	const uint64_t class = 1 + ((uint64_t)doublings << PARTS_BITS) + (units >> doublings) - (1u << PARTS_BITS);

	return class < PACER_LATENESS ? (uint32_t)class : PACER_LATENESS - 1;
}

uint64_t pacer_class_end_ns(uint32_t class)
{
	const uint64_t parts = 1u << PARTS_BITS;

	if (class == 0)
		return 1u << FIRST_BITS;
	if (class >= PACER_LATENESS - 1)
		return UINT64_MAX;
	return (parts + (class - 1) % parts + 1) << ((class - 1) / parts + FIRST_BITS - PARTS_BITS);
}
