/* twotone_phase.h  Turns and phases of twotone.c and twotone_fit.c; 2^32 = one turn. */
#ifndef KMCC_TWOTONE_PHASE_H
#define KMCC_TWOTONE_PHASE_H

#include "level.h"

#define TWOTONE_TINY 1e-9f /* keeps what is divided by from being nothing */

static inline float twotone_cosine(uint32_t phase)
{
	return level_sine(phase + 0x40000000u);
}

static inline uint32_t twotone_phase(float turns)
{
	return (uint32_t)(int32_t)(turns * 65536.0f * 256.0f) << 8;
}

#endif
